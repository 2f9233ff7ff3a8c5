using ShardyFusion.Building.Shards;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;
using ShardyFusion.Reading;
using ShardyFusion.Runs;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion.Building;

/// <summary>Checks that a run can be gone on with, and finds what it left.</summary>
static class RunResumption
{
    /// <param name="store">The prefix; its build lock is ours.</param>
    /// <param name="runId">The run to go on with.</param>
    /// <param name="ownRecordKey">The record of the run that goes on, which has the same name.</param>
    /// <param name="clock">Tells whose lease has ended.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.RunNotFound"/>: no run of that name;
    /// <see cref="ErrorKind.BuildInProgress"/>: it is alive; <see cref="ErrorKind.ConfigValidation"/>: it has its manifest, so nothing is
    /// missing.</exception>
    public static async Task<LeftoverShards> PrepareAsync(IObjectStore store, string runId, string ownRecordKey, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        // A cleanup may have deleted it since RequireKnownAsync.
        var registry = new RunRegistry(store);
        var records = await registry.ListAsync(runId, cancellationToken).ConfigureAwait(false);
        if (records.All(record => record.RecordKey == ownRecordKey)) throw registry.NotFound(runId);
        await RequireUnfinishedAsync(store, runId, ownRecordKey, clock, cancellationToken).ConfigureAwait(false);
        return await LeftoverShards.ListAsync(store, runId, (shard, token) => HashAsync(store, shard, token), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>The message that a run was started with, for whoever goes on with it; null for none, or when no record tells.</summary>
    public static async Task<string?> FindMessageAsync(IObjectStore store, string runId, CancellationToken cancellationToken)
    {
        var registry = new RunRegistry(store);
        foreach (var folder in await registry.ListAsync(runId, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                if (await registry.LoadAsync(folder.RecordKey, cancellationToken).ConfigureAwait(false) is { Record.Message: { } message })
                    return message;
            }
            catch (ShardyFusionException unreadable) when (unreadable.Kind == ErrorKind.ManifestParse)
            {
                // An older record of the run may tell.
            }
        }
        return null;
    }

    /// <summary>Refuses a run that nobody has heard of, before it gets a record itself.</summary>
    public static async Task RequireKnownAsync(IObjectStore store, string runId, CancellationToken cancellationToken)
    {
        var registry = new RunRegistry(store);
        if ((await registry.ListAsync(runId, cancellationToken).ConfigureAwait(false)).Count == 0)
            throw registry.NotFound(runId);
    }

    /// <summary>Refuses a run that someone else is still building, that a cleanup deletes, or that has its manifest; parameters and errors
    /// as above.</summary>
    public static async Task RequireUnfinishedAsync(IObjectStore store, string runId, string ownRecordKey, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        if (await new RunRegistry(store).FindLiveAsync(runId, ownRecordKey, clock.GetUtcNow(), cancellationToken)
            .ConfigureAwait(false) is { } live)
            throw new ShardyFusionException(ErrorKind.BuildInProgress, $"Run '{runId}' is still building (record '{live.RecordKey}').")
            {
                Target = runId,
            };
        await MoveRules.RequireNoRemovalAsync(store, runId, clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        if ((await new SnapshotCatalog(store).ListAsync(cancellationToken).ConfigureAwait(false)).Any(folder => folder.RunId == runId))
        {
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"Run '{runId}' has written its manifest; none of its shards is missing.")
            {
                Target = runId,
                RecommendedAction = "Publish that snapshot as it is, or build under another run id.",
            };
        }
    }

    static async Task<string> HashAsync(IObjectStore store, LeftoverShard shard, CancellationToken cancellationToken)
    {
        var reference = SnapshotPaths.ToRef(store.Root, shard.ObjectKey);
        var source = new StoreShardSource(store, shard.ObjectKey, reference, shard.Bytes,
            cause => new ShardCorruptException(reference, 0, "it went away while it was read", cause));
        try
        {
            return await ShardStream.ReadAsync(source, null, cancellationToken).ConfigureAwait(false);
        }
        catch (ShardCorruptException)
        {
            return ""; // No hash that it could have; the shard is written anew.
        }
    }
}
