using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.Reading;

/// <summary>A store with several owners; the last one to leave closes it. Starts with one owner, who made it.</summary>
sealed class SharedStore(IObjectStore store)
{
    int owners = 1;

    /// <summary>Adds an owner.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ReaderState"/>: the store is closed already.</exception>
    public void AddOwner()
    {
        for (var seen = Volatile.Read(ref owners); ;)
        {
            if (seen == 0)
                throw new ShardyFusionException(ErrorKind.ReaderState, $"The store '{store.Root}' is closed.")
                {
                    Target = store.Root,
                    RecommendedAction = "Open the store again.",
                };
            var before = Interlocked.CompareExchange(ref owners, seen + 1, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }

    /// <summary>Ends one ownership.</summary>
    public ValueTask ReleaseAsync() => Interlocked.Decrement(ref owners) == 0 ? store.DisposeAsync() : ValueTask.CompletedTask;
}
