using ShardyFusion.Catalog;
using ShardyFusion.Formats;

namespace ShardyFusion.Maintenance;

/// <summary>What comparing two snapshots found.</summary>
public sealed record SnapshotComparison
{
    /// <summary>The earlier snapshot.</summary>
    public required SnapshotInfo From { get; init; }
    /// <summary>The later snapshot.</summary>
    public required SnapshotInfo To { get; init; }
    /// <summary>How closely they were compared.</summary>
    public required CompareLevel Level { get; init; }
    /// <summary>What the manifests state differently; run, time and place are left out.</summary>
    public required IReadOnlyList<FieldDifference> Fields { get; init; }
    /// <summary>Groups of shards that can hold the same keys; with equal shard counts, each is one shard here and there.</summary>
    public required int Groups { get; init; }
    /// <summary>Groups whose hashes are equal, so that nothing of them had to be read.</summary>
    public required int GroupsEqual { get; init; }
    /// <summary>Groups whose rows were compared; the others are neither equal nor in the sample, or only the manifests were
    /// compared.</summary>
    public required int GroupsCompared { get; init; }
    /// <summary>Rows that were read on both sides together.</summary>
    public required long RowsRead { get; init; }
    /// <summary>Keys that only the later snapshot has; null when no rows were compared and hashes do not tell.</summary>
    public long? Added { get; init; }
    /// <summary>Keys that only the earlier snapshot has; else as <see cref="Added"/>.</summary>
    public long? Removed { get; init; }
    /// <summary>Keys with different values; else as <see cref="Added"/>.</summary>
    public long? Changed { get; init; }
    /// <summary>True when all rows are equal, false when some are not, null when nobody knows: only manifests or a sample were
    /// compared.</summary>
    public bool? RowsEqual => Added + Removed + Changed > 0 ? false : GroupsEqual + GroupsCompared == Groups ? true : null;
    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }
}
