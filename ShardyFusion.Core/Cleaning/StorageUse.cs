using ShardyFusion.Formats;

namespace ShardyFusion.Cleaning;

/// <summary>What a prefix takes up below manifests, shards and runs, by what it is for, and what a cleanup would free of it.</summary>
/// <param name="Shares">One for each purpose that anything serves, by purpose.</param>
/// <param name="Plan">The cleanup, made from the same listing.</param>
public sealed record StorageUse(IReadOnlyList<StorageShare> Shares, CleanupPlan Plan)
{
    /// <summary>Bytes of all shares.</summary>
    public long Bytes => Shares.Sum(share => share.Bytes);

    /// <summary>Objects of all shares.</summary>
    public long Objects => Shares.Sum(share => share.Objects);

    internal static StorageUse Of(CleanupState state, CleanupPlan plan)
    {
        var current = state.Pointers.FirstOrDefault(pointer => pointer.Key == SnapshotPaths.CurrentKey)?.ManifestKey;
        var attempts = new Dictionary<string, StoragePurpose>(StringComparer.Ordinal);
        // The current one last: what it shares with another one is its own.
        foreach (var manifest in state.Manifests.OrderBy(manifest => manifest.Key == current))
            foreach (var attempt in manifest.AttemptKeys ?? [])
                attempts[attempt] = manifest.Key == current ? StoragePurpose.CurrentSnapshot : StoragePurpose.OtherSnapshots;
        var manifests = state.Manifests.Select(manifest => manifest.Key).ToHashSet(StringComparer.Ordinal);
        var freed = plan.Items.SelectMany(item => item.Objects).Select(found => found.Key).ToHashSet(StringComparer.Ordinal);
        return new StorageUse([.. state.Objects.GroupBy(found => PurposeOf(found.Key)).OrderBy(group => group.Key)
            .Select(group => new StorageShare(group.Key, group.LongCount(), group.Sum(found => found.Bytes),
            group.LongCount(found => freed.Contains(found.Key)), group.Where(found => freed.Contains(found.Key))
            .Sum(found => found.Bytes)))], plan);

        StoragePurpose PurposeOf(string key) => CleanupPlanner.RunOf(key) is not null
            ? attempts.GetValueOrDefault(CleanupPlanner.AttemptOf(key), StoragePurpose.Leftovers)
            : manifests.Contains(key) ? (key == current ? StoragePurpose.CurrentSnapshot : StoragePurpose.OtherSnapshots)
            : key.StartsWith(SnapshotPaths.DefaultRunPrefix + "/", StringComparison.Ordinal) ? StoragePurpose.Runs : StoragePurpose.Foreign;
    }
}

/// <summary>What serves one purpose.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Objects">Number of objects.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="FreedObjects">How many of them a cleanup would delete.</param>
/// <param name="FreedBytes">Bytes of those.</param>
public sealed record StorageShare(StoragePurpose Purpose, long Objects, long Bytes, long FreedObjects, long FreedBytes);

/// <summary>What objects of a prefix are for.</summary>
public enum StoragePurpose
{
    /// <summary>Manifest and shards of the current snapshot.</summary>
    CurrentSnapshot,
    /// <summary>Manifests and shards of the other snapshots.</summary>
    OtherSnapshots,
    /// <summary>Shards that no manifest names: of a build under way, of lost attempts, of runs that failed or died.</summary>
    Leftovers,
    /// <summary>Records of runs.</summary>
    Runs,
    /// <summary>Objects among the others that this project does not write.</summary>
    Foreign,
}
