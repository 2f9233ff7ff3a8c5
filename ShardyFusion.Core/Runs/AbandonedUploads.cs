using ShardyFusion.Errors;
using ShardyFusion.Manifests;
using ShardyFusion.Stores;

namespace ShardyFusion.Runs;

/// <summary>Aborts the shard uploads of runs that ended or died, whose parts would otherwise stay on the store and cost money unseen.</summary>
static class AbandonedUploads
{
    /// <summary>Aborts every upload below the shard prefix but those of <paramref name="ownRunId"/> and of live runs.</summary>
    /// <returns>How many were aborted.</returns>
    public static Task<int> AbortAsync(IObjectStore store, string ownRunId, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (store is not IStoreMaintenance maintenance)
            return Task.FromResult(0);
        var isDead = new Dictionary<string, bool>(StringComparer.Ordinal) { [ownRunId] = false };
        return maintenance.AbortUploadsAsync(async (key, token) =>
        {
            if (RunOf(key) is not { } runId)
                return false;
            if (!isDead.TryGetValue(runId, out var dead))
                isDead[runId] = dead = !await IsLiveAsync(store, runId, clock, token).ConfigureAwait(false);
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

    // A run writes its record before its first shard, so one without a record is not running.
    static async Task<bool> IsLiveAsync(IObjectStore store, string runId, TimeProvider clock, CancellationToken cancellationToken)
    {
        const string Runs = SnapshotPaths.DefaultRunPrefix + "/";
        await foreach (var entry in store.ListAsync(Runs, "/", cancellationToken).ConfigureAwait(false))
        {
            if (!entry.IsPrefix || !SnapshotPaths.TryParseRunFolder(entry.Key.AsSpan(Runs.Length), out _, out var recordRunId) || recordRunId != runId)
                continue;
            var recordKey = entry.Key + SnapshotPaths.RunRecordName;
            var found = await store.GetAsync(recordKey, RunRecordCodec.MaxBytes, cancellationToken).ConfigureAwait(false);
            if (found is null)
                continue;
            try
            {
                if (RunRecordCodec.Read(found.Content.Span, recordKey).IsLive(clock.GetUtcNow()))
                    return true;
            }
            catch (ShardyFusionException e) when (e.Kind == ErrorKind.ManifestParse)
            {
                return true; // Cannot be told; leave its uploads alone.
            }
        }
        return false;
    }
}
