using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion.Sessions;

/// <summary>A few readers kept open between uses, so that asking the same prefix again costs one look at its pointer and opens no shard
/// anew.</summary>
/// <remarks>Safe for concurrent callers; one reader serves any number of them. What nobody has used for a while is closed.</remarks>
sealed class ReaderCache : IAsyncDisposable
{
    readonly Lock guard = new();
    readonly List<Entry> entries = [];
    readonly int capacity;
    readonly TimeSpan idleTime;
    readonly TimeProvider timeProvider;
    readonly ITimer sweep;
    bool isClosed;

    /// <param name="capacity">Most readers kept while nobody uses them, at least 0.</param>
    /// <param name="idleTime">A reader that nobody used for this long is closed; positive.</param>
    /// <param name="timeProvider">Clock and timer; null for the system's.</param>
    public ReaderCache(int capacity, TimeSpan idleTime, TimeProvider? timeProvider = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(idleTime, TimeSpan.Zero);
        (this.capacity, this.idleTime, this.timeProvider) = (capacity, idleTime, timeProvider ?? TimeProvider.System);
        sweep = this.timeProvider.CreateTimer(static cache => ((ReaderCache)cache!).CloseIdle(), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Readers that are open now, in use or kept.</summary>
    public int Count
    {
        get
        {
            lock (guard) return entries.Count;
        }
    }

    /// <summary>A reader of the snapshot, on what the pointer names now: a kept one after one request, or a new one.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="connection">How to reach a remote store; null for the defaults.</param>
    /// <param name="selector">Which snapshot. An offset counts from a pointer that moves, so its reader is not kept.</param>
    /// <param name="reaching">Is told the store's <see cref="SnapshotStore.Description"/> before the first request, so that it is known
    /// when that fails.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>To be disposed instead of its reader.</returns>
    /// <exception cref="ShardyFusionException">As <see cref="SnapshotStore.OpenReaderAsync"/>.</exception>
    public async Task<ReaderLease> RentAsync(
        string prefix, StoreConnection? connection, SnapshotSelector selector, Action<string>? reaching,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(selector);
        var key = new Key(prefix, connection, selector);
        if (Take(key) is { } kept)
        {
            reaching?.Invoke(kept.Store.Description);
            if (await IsGoodAsync(kept, cancellationToken).ConfigureAwait(false)) return new ReaderLease(this, kept);
            await ForgetAsync(kept).ConfigureAwait(false);
        }
        var store = SnapshotStore.Open(prefix, connection, timeProvider);
        reaching?.Invoke(store.Description);
        try
        {
            var reader = await store.OpenReaderAsync(new ReaderOptions { Selector = selector }, cancellationToken).ConfigureAwait(false);
            var entry = new Entry(key, store, reader) { Users = 1, IsKept = MayKeep(selector, reader) };
            if (entry.IsKept)
            {
                lock (guard) entries.Add(entry);
            }
            return new ReaderLease(this, entry);
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Closes the readers that nobody uses.</summary>
    public ValueTask CloseUnusedAsync()
    {
        List<Entry> unused;
        lock (guard) unused = RemoveUnused(static _ => true);
        return CloseAsync(unused);
    }

    /// <summary>Closes what nobody uses, and from now on everything that is given back.</summary>
    public async ValueTask DisposeAsync()
    {
        List<Entry> unused;
        lock (guard)
        {
            isClosed = true;
            unused = RemoveUnused(static _ => true);
        }
        await sweep.DisposeAsync().ConfigureAwait(false);
        await CloseAsync(unused).ConfigureAwait(false);
    }

    // Windows lets nobody delete a file that is mapped: a kept reader of a local prefix would be in its owner's way.
    static bool MayKeep(SnapshotSelector selector, SnapshotReader reader) =>
        selector.Offset is null && !(OperatingSystem.IsWindows() && PrefixText.IsFile(reader.Prefix));

    // Whatever is odd about a kept reader, a new one tells: its fallback, its error.
    static async Task<bool> IsGoodAsync(Entry kept, CancellationToken cancellationToken)
    {
        try
        {
            if (kept.Reader.HasOutdatedFiles) return false;
            var refreshed = await kept.Reader.RefreshAsync(cancellationToken).ConfigureAwait(false);
            return refreshed.Problem is null && kept.Reader.FallbackReason is null;
        }
        catch (ShardyFusionException)
        {
            return false;
        }
    }

    Entry? Take(Key key)
    {
        lock (guard)
        {
            var found = entries.Find(entry => entry.Key == key);
            if (found is not null) found.Users++;
            return found;
        }
    }

    /// <summary>Ends one use.</summary>
    internal ValueTask ReturnAsync(Entry entry)
    {
        List<Entry> surplus;
        lock (guard)
        {
            entry.Users--;
            entry.LastUsed = timeProvider.GetTimestamp();
            if (!entry.IsKept) surplus = entry.Users == 0 ? [entry] : [];
            else surplus = Surplus();
            if (!isClosed && entries.Count > 0) sweep.Change(idleTime, Timeout.InfiniteTimeSpan);
        }
        return CloseAsync(surplus);
    }

    ValueTask ForgetAsync(Entry entry)
    {
        lock (guard)
        {
            entries.Remove(entry);
            entry.IsKept = false;
        }
        return ReturnAsync(entry);
    }

    void CloseIdle()
    {
        List<Entry> idle;
        lock (guard)
        {
            idle = RemoveUnused(entry => timeProvider.GetElapsedTime(entry.LastUsed) >= idleTime);
            if (!isClosed && entries.Count > 0) sweep.Change(idleTime, Timeout.InfiniteTimeSpan);
        }
        _ = CloseAsync(idle).AsTask();
    }

    List<Entry> Surplus()
    {
        if (isClosed) return RemoveUnused(static _ => true);
        var unused = entries.Where(entry => entry.Users == 0).OrderByDescending(entry => entry.LastUsed).Skip(capacity).ToHashSet();
        return unused.Count == 0 ? [] : RemoveUnused(unused.Contains);
    }

    List<Entry> RemoveUnused(Func<Entry, bool> condition)
    {
        var removed = entries.Where(entry => entry.Users == 0 && condition(entry)).ToList();
        entries.RemoveAll(removed.Contains);
        return removed;
    }

    static async ValueTask CloseAsync(List<Entry> closing)
    {
        foreach (var entry in closing)
        {
            await entry.Reader.DisposeAsync().ConfigureAwait(false);
            await entry.Store.DisposeAsync().ConfigureAwait(false);
        }
    }

    internal sealed record Key(string Prefix, StoreConnection? Connection, SnapshotSelector Selector);

    /// <summary>One open reader; its counters are guarded by the cache's lock.</summary>
    internal sealed class Entry(Key key, SnapshotStore store, SnapshotReader reader)
    {
        public Key Key => key;
        public SnapshotStore Store => store;
        public SnapshotReader Reader => reader;
        public int Users { get; set; }
        public long LastUsed { get; set; }
        public bool IsKept { get; set; }
    }
}
