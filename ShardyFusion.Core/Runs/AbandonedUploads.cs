using ShardyFusion.Formats;
using ShardyFusion.Stores;

namespace ShardyFusion.Runs;

/// <summary>Aborts the shard uploads of runs that ended or died, whose parts would otherwise stay on the store and cost money
/// unseen.</summary>
static class AbandonedUploads
{
    /// <summary>Aborts every upload below the shard prefix but those of live runs.</summary>
    /// <param name="store">The prefix.</param>
    /// <param name="ownRunId">The run that begins; it has no uploads yet.</param>
    /// <param name="isResumed">True when uploads of that name are those of the dead run that it goes on for; false leaves them
    /// alone.</param>
    /// <param name="clock">Tells whose lease has ended.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>How many were aborted.</returns>
    public static Task<int> AbortAsync(IObjectStore store, string ownRunId, bool isResumed, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        if (store is not IStoreMaintenance maintenance)
            return Task.FromResult(0);
        var isDead = new Dictionary<string, bool>(StringComparer.Ordinal) { [ownRunId] = isResumed };
        var registry = new RunRegistry(store);
        return maintenance.AbortUploadsAsync(async (key, token) =>
        {
            if (!OwnKeys.IsOwn(key) || RunOf(key) is not { } runId)
                return false;
            if (!isDead.TryGetValue(runId, out var dead))
                // A run writes its record before its first shard, so one without a record is not running.
                isDead[runId] = dead = await registry.FindLiveAsync(runId, null, clock.GetUtcNow(), token).ConfigureAwait(false) is null;
            return dead;
        }, cancellationToken);
    }

    // shards/run_id=<id>/…; anything else was not started by a build.
    static string? RunOf(string key)
    {
        const string Start = SnapshotPaths.DefaultShardPrefix + "/run_id=";
        var end = key.IndexOf('/', Math.Min(Start.Length, key.Length));
        return key.StartsWith(Start, StringComparison.Ordinal) && end > 0 ? key[Start.Length..end] : null;
    }
}
