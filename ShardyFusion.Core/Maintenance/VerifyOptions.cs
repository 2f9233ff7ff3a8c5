using ShardyFusion.Catalog;

namespace ShardyFusion.Maintenance;

/// <summary>What to verify, and how closely.</summary>
public sealed record VerifyOptions
{
    /// <summary>The snapshot.</summary>
    public SnapshotSelector Selector { get; init; } = SnapshotSelector.Current;
    /// <summary>How closely.</summary>
    public VerifyLevel Level { get; init; } = VerifyLevel.Checksum;
    /// <summary>Shards looked at in parallel, 1..1,024; null for 16 where they are only asked for, else the number of processors.</summary>
    public int? Parallelism { get; init; }

    /// <summary>Every fault of these options, each naming the option; empty when they are valid.</summary>
    public IReadOnlyList<string> Validate() => Parallelism is < 1 or > 1024 ? [$"Parallelism is {Parallelism}; it must be 1..1,024."] : [];
}
