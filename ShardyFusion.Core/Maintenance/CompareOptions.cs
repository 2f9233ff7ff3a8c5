using System.Globalization;
using ShardyFusion.Catalog;

namespace ShardyFusion.Maintenance;

/// <summary>What to compare, and how closely.</summary>
public sealed record CompareOptions
{
    /// <summary>The earlier snapshot; null for the one published before <see cref="To"/>, blocked ones
    /// and those that were rolled back from left out, or the current one of another prefix.</summary>
    public SnapshotSelector? From { get; init; }
    /// <summary>The later snapshot.</summary>
    public SnapshotSelector To { get; init; } = SnapshotSelector.Current;
    /// <summary>How closely.</summary>
    public CompareLevel Level { get; init; } = CompareLevel.Rows;
    /// <summary>Compares only about this share of the rows, in percent: above 0, at most 100. Whole shards are chosen, so with few shards
    /// it is coarse, and shard counts without a common divisor leave no choice.</summary>
    public double SamplePercent { get; init; } = 100;
    /// <summary>Groups of shards compared in parallel, 1..1,024; null for the number of processors.</summary>
    public int? Parallelism { get; init; }

    /// <summary>Every fault of these options, each naming the option; empty when they are valid.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (!(SamplePercent is > 0 and <= 100))
            faults.Add(string.Create(CultureInfo.InvariantCulture,
                $"SamplePercent is {SamplePercent}; it must be above 0 and at most 100."));
        if (Parallelism is < 1 or > 1024) faults.Add($"Parallelism is {Parallelism}; it must be 1..1,024.");
        return faults;
    }
}
