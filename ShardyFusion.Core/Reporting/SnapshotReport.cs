using ShardyFusion.Catalog;
using ShardyFusion.Cleaning;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Reading;
using ShardyFusion.Runs;

namespace ShardyFusion.Reporting;

/// <summary>What an operator wants to see of a prefix: what its commands tell, at one time.</summary>
public sealed record SnapshotReport
{
    /// <summary>The prefix.</summary>
    public required string Prefix { get; init; }
    /// <summary>When it was made, UTC; ages count up to this time.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>How readers are doing.</summary>
    public required HealthReport Health { get; init; }
    /// <summary>The snapshot that readers get; null when they get none.</summary>
    public SnapshotInfo? Snapshot { get; init; }
    /// <summary>The newest snapshots, newest first.</summary>
    public IReadOnlyList<HistoryEntry> History { get; init; } = [];
    /// <summary>True when there are older ones than <see cref="History"/> holds.</summary>
    public bool HasOlder { get; init; }
    /// <summary>The newest runs, newest first.</summary>
    public IReadOnlyList<RunInfo> Runs { get; init; } = [];
    /// <summary>Why the runs cannot be listed; null when they can.</summary>
    public string? RunsProblem { get; init; }
    /// <summary>The newest changes of pointers, newest first.</summary>
    public IReadOnlyList<PointerEvent> Events { get; init; } = [];
    /// <summary>Why the changes of pointers cannot be listed; null when they can.</summary>
    public string? EventsProblem { get; init; }
    /// <summary>Why nobody can tell whether the prefix is frozen; null when someone can.</summary>
    public string? FreezeProblem { get; init; }
    /// <summary>What could not be read and is missing in the report, a sentence each.</summary>
    public IReadOnlyList<string> Problems => [.. new[] { RunsProblem, EventsProblem, FreezeProblem, StorageProblem }.OfType<string>()];
    /// <summary>The freeze that holds; null when none does.</summary>
    public PublishingFreeze? Freeze { get; init; }
    /// <summary>What the prefix takes up; null when nobody looked, or <see cref="StorageProblem"/> says why it cannot be told.</summary>
    public StorageUse? Storage { get; init; }
    /// <summary>Why nobody can tell how much storage the prefix uses; null when someone can, or nobody looked.</summary>
    public string? StorageProblem { get; init; }

    /// <summary>Age of the snapshot, as health tells it.</summary>
    internal TimeSpan Age => Health.ManifestAge ?? CreatedAt - (Snapshot?.CreatedAt ?? CreatedAt);
    /// <summary>The prefix as an argument in PowerShell.</summary>
    internal string QuotedPrefix => $"'{Prefix.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>The report as one HTML page, which needs nothing else: no script, no request.</summary>
    public string ToHtml() => ReportPage.Render(this);
}

/// <summary>What a report covers.</summary>
public sealed record ReportOptions
{
    /// <summary>Most snapshots of the history, and most runs: 1..1,000.</summary>
    public int Limit { get; init; } = 30;
    /// <summary>The cleanup that is planned, to see what it would free; null does not look at how much storage the prefix uses, which takes
    /// a listing of all of it.</summary>
    public CleanupPolicy? Cleanup { get; init; } = new();
    /// <summary>How health is looked at.</summary>
    public HealthOptions Health { get; init; } = new() { LastBuild = true, Freeze = true };

    /// <summary>Every fault of these options; empty when there is none.</summary>
    public IReadOnlyList<string> Validate() => [.. Limit is < 1 or > 1_000 ? [$"Limit is {Limit}; it must be 1..1,000."]
        : Array.Empty<string>(), .. Health.Validate(), .. Cleanup?.Validate() ?? []];
}

/// <summary>A report that was saved.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Report">What is in it.</param>
public sealed record SavedReport(string Path, long Bytes, SnapshotReport Report);
