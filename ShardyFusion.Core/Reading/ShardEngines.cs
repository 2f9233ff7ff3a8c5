using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;

namespace ShardyFusion.Reading;

/// <summary>Tells which engine wrote the shards of a snapshot.</summary>
/// <param name="context">The prefix.</param>
sealed class ShardEngines(StoreContext context)
{
    /// <summary>Describes a snapshot as its manifest does, and looks into shards of which that does not say what they are: two requests
    /// each.</summary>
    /// <param name="selector">Which one.</param>
    /// <param name="mostShards">How many are looked into, the first ones.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException">As <see cref="SnapshotCatalog.DescribeAsync"/>. That a shard is missing, damaged or unknown
    /// is no failure: of it nothing is said.</exception>
    public async Task<SnapshotInfo> DescribeAsync(SnapshotSelector selector, int mostShards, CancellationToken cancellationToken)
    {
        var loaded = await context.Catalog.LoadAsync(selector, cancellationToken).ConfigureAwait(false);
        var info = loaded.Manifest.ToInfo(loaded.Ref, context.Store.Root);
        if (!loaded.Manifest.HasFolderShards())
            return info;
        var shards = info.Shards.ToArray();
        var entries = loaded.Manifest.Shards.ToDictionary(shard => shard.DbId);
        await Parallel.ForAsync(0, Math.Min(mostShards, shards.Length), new ParallelOptions
        {
            MaxDegreeOfParallelism = ShardPresence.Parallelism,
            CancellationToken = cancellationToken
        }, async (index, token) => shards[index] = shards[index] with
        {
            Engine = await EngineOfAsync(loaded.Manifest, entries[shards[index].ShardId], token).ConfigureAwait(false),
        }).ConfigureAwait(false);
        return info with { Shards = shards };
    }

    async Task<string?> EngineOfAsync(Manifest manifest, ShardEntry shard, CancellationToken cancellationToken)
    {
        try
        {
            var database = await FolderShards.FindAsync(context.Store, manifest, shard, cancellationToken).ConfigureAwait(false);
            return await database.DescribeAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException unknown) when (unknown.Kind is ErrorKind.SnapshotIncomplete or ErrorKind.ShardUnsupported
            or ErrorKind.ShardCorrupt)
        {
            return null;
        }
    }
}
