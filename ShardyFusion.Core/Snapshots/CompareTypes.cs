using System.Globalization;
using ShardyFusion.Manifests;

namespace ShardyFusion.Snapshots;

/// <summary>How closely two snapshots are compared.</summary>
public enum CompareLevel
{
    /// <summary>The manifests alone; no shard is read. Equal hashes still tell that the rows are equal.</summary>
    Manifest,
    /// <summary>Rows are compared and counted.</summary>
    Counts,
    /// <summary>Rows are compared, and every difference is given with its values.</summary>
    Rows,
}

/// <summary>What happened to a row between two snapshots.</summary>
public enum RowChange
{
    /// <summary>Only the later snapshot has the key.</summary>
    Added,
    /// <summary>Only the earlier snapshot has the key.</summary>
    Removed,
    /// <summary>Both have the key, with different values.</summary>
    Changed,
}

/// <summary>What to compare, and how closely.</summary>
public sealed record CompareOptions
{
    /// <summary>The earlier snapshot; null for the one published before <see cref="To"/>, or the current one of another prefix.</summary>
    public SnapshotSelector? From { get; init; }
    /// <summary>Where the earlier snapshot lies; null for the same prefix.</summary>
    public SnapshotStore? FromStore { get; init; }
    /// <summary>The later snapshot.</summary>
    public SnapshotSelector To { get; init; } = SnapshotSelector.Current;
    /// <summary>How closely.</summary>
    public CompareLevel Level { get; init; } = CompareLevel.Rows;
    /// <summary>Compares only about this share of the rows, in per cent: above 0, at most 100. Whole shards are chosen, so with few shards it is
    /// coarse, and shard counts without a common divisor leave no choice.</summary>
    public double SamplePercent { get; init; } = 100;
    /// <summary>Groups of shards compared in parallel, 1..1,024; null for the number of processors.</summary>
    public int? Parallelism { get; init; }

    /// <summary>Every fault of these options, each naming the option; empty when they are valid.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (!(SamplePercent is > 0 and <= 100)) faults.Add(string.Create(CultureInfo.InvariantCulture, $"SamplePercent is {SamplePercent}; it must be above 0 and at most 100."));
        if (Parallelism is < 1 or > 1024) faults.Add($"Parallelism is {Parallelism}; it must be 1..1,024.");
        return faults;
    }
}

/// <summary>One row that differs.</summary>
/// <param name="Change">How.</param>
/// <param name="Key">The key: <see cref="ulong"/>, <see cref="uint"/>, <see cref="string"/> or <c>byte[]</c>.</param>
/// <param name="OldValue">The stored bytes of the earlier snapshot; null when it has no such key.</param>
/// <param name="NewValue">The stored bytes of the later snapshot; null when it has no such key.</param>
public sealed record RowDifference(RowChange Change, object Key, byte[]? OldValue, byte[]? NewValue)
{
    /// <summary>How <see cref="OldValue"/> is encoded; null when the manifest does not say.</summary>
    public ValueEncoding? OldEncoding { get; init; }
    /// <summary>How <see cref="NewValue"/> is encoded; null when the manifest does not say.</summary>
    public ValueEncoding? NewEncoding { get; init; }
}

/// <summary>One thing that two manifests state differently.</summary>
/// <param name="Name">Name in the manifest; custom fields as <c>custom.name</c>.</param>
/// <param name="From">The earlier snapshot's value; null when it states none.</param>
/// <param name="To">The later snapshot's value; null when it states none.</param>
public sealed record FieldDifference(string Name, object? From, object? To);

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
    /// <summary>Groups whose rows were compared; the others are neither equal nor in the sample, or only the manifests were compared.</summary>
    public required int GroupsCompared { get; init; }
    /// <summary>Rows that were read on both sides together.</summary>
    public required long RowsRead { get; init; }
    /// <summary>Keys that only the later snapshot has; null when no rows were compared and hashes do not tell.</summary>
    public long? Added { get; init; }
    /// <summary>Keys that only the earlier snapshot has; else as <see cref="Added"/>.</summary>
    public long? Removed { get; init; }
    /// <summary>Keys with different values; else as <see cref="Added"/>.</summary>
    public long? Changed { get; init; }
    /// <summary>True when all rows are equal, false when some are not, null when nobody knows: only manifests or a sample were compared.</summary>
    public bool? RowsEqual => Added + Removed + Changed > 0 ? false : GroupsEqual + GroupsCompared == Groups ? true : null;
    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }
}
