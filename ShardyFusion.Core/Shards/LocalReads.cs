using ShardyFusion.Errors;

namespace ShardyFusion.Shards;

/// <summary>Reads of a local store, which are complete at once.</summary>
static class LocalReads
{
    /// <summary>What a read of a local store gave.</summary>
    /// <param name="reading">The read.</param>
    /// <param name="shardRef">The shard.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ReaderState"/>: it waits for something, so the store is not
    /// local.</exception>
    public static T Result<T>(ValueTask<T> reading, string shardRef) => reading.IsCompleted ? reading.GetAwaiter().GetResult()
        : throw NotLocal(reading.AsTask(), shardRef);

    static ShardyFusionException NotLocal(Task reading, string shardRef)
    {
        // Nobody waits for it; its failure must not be reported as forgotten.
        _ = reading.ContinueWith(static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);
        return new ShardyFusionException(ErrorKind.ReaderState,
            $"The shard '{shardRef}' is not on a local disk: it cannot be read synchronously.")
        { Target = shardRef };
    }
}
