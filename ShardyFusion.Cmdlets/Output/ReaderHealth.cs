using System.Management.Automation;
using ShardyFusion.Reading;
using ShardyFusion.Runs;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>How a prefix can be read right now.</summary>
public sealed class ReaderHealth
{
    internal ReaderHealth(HealthReport report)
    {
        Prefix = report.Prefix;
        Status = report.Status.ToString();
        IsHealthy = report.Status == HealthStatus.Healthy;
        Reasons = new([.. report.Reasons]);
        Notes = new([.. report.Notes]);
        RecommendedAction = report.RecommendedAction;
        RunId = report.RunId;
        ManifestRef = report.ManifestRef;
        ManifestAgeSec = Span.Seconds(report.ManifestAge);
        ShardCount = report.ShardCount;
        ShardsProbed = report.ShardsProbed;
        RowCount = report.RowCount;
        OnFallback = report.OnFallback;
        IsClosed = report.IsClosed;
        ErrorId = report.ErrorKind?.ToString();
        PointerRunId = report.PointerRunId;
        PointerAgeSec = Span.Seconds(report.PointerAge);
        LagSec = Span.Seconds(report.Lag);
        LastRunId = report.LastRunId;
        LastRunState = report.LastRunState?.ToString();
        DiskFreeBytes = report.DiskFreeBytes;
        DiskTotalBytes = report.DiskTotalBytes;
        IsFrozen = report.IsFrozen;
        TimedOut = report.TimedOut;
        CheckedAt = UtcTime.Of(report.CheckedAt);
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>The verdict.</summary>
    public string Status { get; }

    /// <summary>True when it is healthy.</summary>
    public bool IsHealthy { get; }

    /// <summary>Why it is not healthy, one sentence each.</summary>
    public Listed<string> Reasons { get; }

    /// <summary>What to do about it, as far as that is known.</summary>
    public string? RecommendedAction { get; }

    /// <summary>What is as someone wants it and worth knowing: a freeze, for instance.</summary>
    public Listed<string> Notes { get; }

    /// <summary>The snapshot that is read; null when none can be.</summary>
    public string? RunId { get; }

    /// <summary>Its manifest ref.</summary>
    public string? ManifestRef { get; }

    /// <summary>Time since the manifest was created.</summary>
    public double? ManifestAgeSec { get; }

    /// <summary>Number of shards.</summary>
    public int? ShardCount { get; }

    /// <summary>Shards that answered a probe; null when none were probed.</summary>
    public int? ShardsProbed { get; }

    /// <summary>Rows.</summary>
    public long? RowCount { get; }

    /// <summary>True when an older snapshot is read because the current one's manifest is malformed.</summary>
    public bool OnFallback { get; }

    /// <summary>True when the reader was closed.</summary>
    public bool IsClosed { get; }

    /// <summary>The error id of the failure when unhealthy; null otherwise.</summary>
    public string? ErrorId { get; }

    /// <summary>The run that the pointer names, as it was seen last.</summary>
    public string? PointerRunId { get; }

    /// <summary>Time since the pointer was moved there.</summary>
    public double? PointerAgeSec { get; }

    /// <summary>For how long the pointer has named another snapshot than the one that is read; null when it names the same.</summary>
    public double? LagSec { get; }

    /// <summary>The newest build; null when nobody looked or there is none.</summary>
    public string? LastRunId { get; }

    /// <summary>How the newest build is doing.</summary>
    public string? LastRunState { get; }

    /// <summary>Bytes free on the disk of the local cache; null when nobody looked.</summary>
    public long? DiskFreeBytes { get; }

    /// <summary>Size of that disk in bytes.</summary>
    public long? DiskTotalBytes { get; }

    /// <summary>True while publish, rollback and cleanup are suspended.</summary>
    public bool IsFrozen { get; }

    /// <summary>True when a part of the check did not answer in time, so that its figures are older or absent.</summary>
    public bool TimedOut { get; }

    /// <summary>When this was found out, UTC.</summary>
    public PSObject CheckedAt { get; }

    /// <summary>The verdict as text.</summary>
    public override string ToString() => Status.ToString();
}
