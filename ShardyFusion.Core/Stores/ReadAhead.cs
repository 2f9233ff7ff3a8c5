using System.Runtime.CompilerServices;

namespace ShardyFusion.Stores;

/// <summary>Loads several things ahead of whoever consumes them, to hide the latency of a remote store.</summary>
static class ReadAhead
{
    /// <summary>Loads items in their order.</summary>
    /// <param name="items">What to load.</param>
    /// <param name="load">Loads one; called for several at once.</param>
    /// <param name="ahead">How many at once, at most.</param>
    /// <param name="cancellationToken">Cancels the loads.</param>
    public static async IAsyncEnumerable<TLoaded> InOrderAsync<TItem, TLoaded>(
        IEnumerable<TItem> items, Func<TItem, CancellationToken, Task<TLoaded>> load, int ahead,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var rest = items.GetEnumerator();
        var loads = new Queue<Task<TLoaded>>();
        try
        {
            var hasMore = true;
            while (hasMore || loads.Count > 0)
            {
                while (hasMore && loads.Count < ahead)
                {
                    hasMore = rest.MoveNext();
                    if (hasMore) loads.Enqueue(load(rest.Current, stop.Token));
                }
                if (loads.TryDequeue(out var next)) yield return await next.ConfigureAwait(false);
            }
        }
        finally
        {
            // A consumer that had enough leaves loads behind; nobody waits for what they bring.
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(loads)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
