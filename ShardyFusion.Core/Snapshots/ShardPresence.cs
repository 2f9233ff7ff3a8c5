using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Manifests;
using ShardyFusion.Stores;

namespace ShardyFusion.Snapshots;

/// <summary>Checks that the shards a manifest names are still there.</summary>
static class ShardPresence
{
    /// <summary>Requests under way at once.</summary>
    const int Parallelism = 16;

    /// <summary>Shards named in the message.</summary>
    const int NamedShards = 5;

    /// <summary>Asks for each shard object; sizes are compared where the manifest states them.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotIncomplete"/> naming the first missing ones and how many there are.</exception>
    public static async Task RequireAllAsync(IObjectStore store, LoadedManifest loaded, CancellationToken cancellationToken)
    {
        var shards = loaded.Manifest.Shards;
        var faults = new string?[shards.Count];
        var readable = loaded.Manifest.HasReadableShards();
        await Parallel.ForAsync(0, shards.Count, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (index, token) => faults[index] = readable
                ? await FaultAsync(store, shards[index], token).ConfigureAwait(false)
                : await ForeignFaultAsync(store, shards[index], token).ConfigureAwait(false)).ConfigureAwait(false);
        var found = faults.Where(fault => fault is not null).ToArray();
        if (found.Length == 0)
            return;
        var more = found.Length > NamedShards ? string.Create(CultureInfo.InvariantCulture, $"; and {found.Length - NamedShards} more") : "";
        throw new ShardyFusionException(ErrorKind.SnapshotIncomplete, string.Create(CultureInfo.InvariantCulture,
            $"Snapshot '{loaded.Manifest.Required.RunId}' is incomplete, {found.Length} of its {shards.Count} shards are unusable: {string.Join("; ", found.Take(NamedShards))}{more}.")) { Target = loaded.Ref };
    }

    static async Task<string?> FaultAsync(IObjectStore store, ShardEntry shard, CancellationToken cancellationToken)
    {
        var info = await store.HeadAsync(shard.ObjectKey, cancellationToken).ConfigureAwait(false);
        if (info is null)
            return $"shard {shard.DbId} is missing ('{shard.ObjectKey}')";
        return shard.DbBytes is { } expected && info.SizeBytes != expected
            ? string.Create(CultureInfo.InvariantCulture, $"shard {shard.DbId} has {info.SizeBytes:N0} bytes instead of {expected:N0} ('{shard.ObjectKey}')") : null;
    }

    /// <summary>A shard of another format is a folder of files with names of its own; one of them is enough of an answer.</summary>
    static async Task<string?> ForeignFaultAsync(IObjectStore store, ShardEntry shard, CancellationToken cancellationToken)
    {
        await foreach (var _ in store.ListAsync(shard.AttemptKey + "/", null, cancellationToken).ConfigureAwait(false))
            return null;
        return $"shard {shard.DbId} is missing ('{shard.AttemptKey}')";
    }
}
