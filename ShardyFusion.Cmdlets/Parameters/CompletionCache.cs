using System.Collections.Concurrent;
using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>What completion knows of prefixes. Looked up in the background and kept for a while: a slow store costs the first press of Tab
/// its answer, and the next one has it.</summary>
/// <typeparam name="T">What is looked up.</typeparam>
static class CompletionCache<T>
{
    /// <summary>How long somebody who presses Tab waits.</summary>
    static readonly TimeSpan WaitLimit = TimeSpan.FromMilliseconds(200);

    /// <summary>How old an answer may be that is given without asking again: no older than the presses of one key that is held.</summary>
    static readonly TimeSpan FreshFor = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a look-up may go on in the background.</summary>
    static readonly TimeSpan LookUpLimit = TimeSpan.FromSeconds(30);

    const int MostPrefixes = 16;

    static readonly ConcurrentDictionary<(string Prefix, StoreConnection Connection), Entry> entries = new();

    /// <summary>What is known by now.</summary>
    /// <param name="prefix">The prefix, absolute.</param>
    /// <param name="connection">How it is reached.</param>
    /// <param name="lookUp">Finds everything, one after the other.</param>
    /// <returns>What was found, and whether that is all: when it is not, the search goes on and the next call knows more.</returns>
    /// <exception cref="Exception">The search failed, and nothing was found before.</exception>
    public static (IReadOnlyList<T> Found, bool IsWhole) Get(string prefix, StoreConnection connection,
        Func<SnapshotStore, CancellationToken, IAsyncEnumerable<T>> lookUp)
    {
        if (entries.Count > MostPrefixes) entries.Clear();
        var entry = entries.GetOrAdd((prefix, connection), static _ => new Entry());
        var search = entry.Search(() => Task.Run(() => LookUpAsync(entry, prefix, connection, lookUp)));
        ((IAsyncResult)search).AsyncWaitHandle.WaitOne(WaitLimit);
        var (found, isWhole) = entry.Known;
        // What was found before a store went away is better than nothing.
        if (!isWhole && search.IsFaulted) search.GetAwaiter().GetResult();
        return (found, isWhole);
    }

    static async Task LookUpAsync(Entry entry, string prefix, StoreConnection connection,
        Func<SnapshotStore, CancellationToken, IAsyncEnumerable<T>> lookUp)
    {
        using var limit = new CancellationTokenSource(LookUpLimit);
        var store = SnapshotStore.Open(prefix, connection);
        await using (store.ConfigureAwait(false))
        {
            var found = new List<T>();
            await foreach (var item in lookUp(store, limit.Token).ConfigureAwait(false))
            {
                found.Add(item);
                entry.Note([.. found]);
            }
            entry.End([.. found]);
        }
    }

    sealed class Entry
    {
        readonly Lock gate = new();
        Task search = Task.CompletedTask;
        long endedAt = long.MinValue;
        T[]? whole;
        T[] growing = [];

        /// <summary>The last whole answer; before there is one, what was found so far.</summary>
        public (IReadOnlyList<T>, bool) Known
        {
            get
            {
                lock (gate) return whole is null ? (growing, false) : (whole, true);
            }
        }

        public Task Search(Func<Task> begin)
        {
            lock (gate)
            {
                var isFresh = whole is not null && Environment.TickCount64 - endedAt < FreshFor.TotalMilliseconds;
                if (search.IsCompleted && !isFresh) search = begin();
                return search;
            }
        }

        public void Note(T[] found)
        {
            lock (gate) growing = found;
        }

        public void End(T[] found)
        {
            lock (gate) (whole, growing, endedAt) = (found, [], Environment.TickCount64);
        }
    }
}
