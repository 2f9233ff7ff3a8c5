using ShardyFusion.Errors;
using ShardyFusion.Runs;

namespace ShardyFusion.Reading;

/// <summary>The result of a health check.</summary>
public sealed record HealthReport
{
    internal static HealthReport Empty(string prefix) => new() { Status = HealthStatus.Healthy, Reasons = [], Prefix = prefix };

    /// <summary>The verdict on a prefix that cannot even be opened: an unknown profile, no region, a name that is none.</summary>
    internal static HealthReport Unopened(string? prefix, ShardyFusionException failure)
    {
        var findings = new HealthFindings();
        findings.Unhealthy(failure);
        return findings.Conclude(Empty(prefix is null ? "" : SecretRedactor.Redact(prefix)) with { CheckedAt = DateTimeOffset.UtcNow });
    }

    /// <summary>The verdict, the worst of all findings.</summary>
    public required HealthStatus Status { get; init; }
    /// <summary>Why it is not healthy, one sentence each; empty when it is.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }
    /// <summary>What is as someone wants it and worth knowing all the same, a freeze for instance; one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
    /// <summary>What to do about the first failure that made it unhealthy; null when nothing is known to help.</summary>
    public string? RecommendedAction { get; init; }
    /// <summary>The prefix.</summary>
    public required string Prefix { get; init; }
    /// <summary>The snapshot that is read; null when nothing is loaded.</summary>
    public string? RunId { get; init; }
    /// <summary>Its manifest ref; null when nothing is loaded.</summary>
    public string? ManifestRef { get; init; }
    /// <summary>Now less the manifest's creation time; null when nothing is loaded.</summary>
    public TimeSpan? ManifestAge { get; init; }
    /// <summary>Number of shards, empty ones included; null when nothing is loaded.</summary>
    public int? ShardCount { get; init; }
    /// <summary>Shards that answered a probe; null when none were probed.</summary>
    public int? ShardsProbed { get; init; }
    /// <summary>Rows; null when nothing is loaded.</summary>
    public long? RowCount { get; init; }
    /// <summary>True when an older snapshot is read because the current one's manifest is malformed.</summary>
    public bool OnFallback { get; init; }
    /// <summary>True when the reader was closed.</summary>
    public bool IsClosed { get; init; }
    /// <summary>The kind of the failure when unhealthy; null otherwise.</summary>
    public ErrorKind? ErrorKind { get; init; }
    /// <summary>The run that the pointer names, as it was seen last; null when the reader follows none or it was never seen.</summary>
    public string? PointerRunId { get; init; }
    /// <summary>Now less the time at which the pointer was moved there; null when unknown.</summary>
    public TimeSpan? PointerAge { get; init; }
    /// <summary>For how long the pointer has named another snapshot than the one that is read; null when it names the same, or is
    /// unknown.</summary>
    public TimeSpan? Lag { get; init; }
    /// <summary>The newest build; null when nobody looked or there is none.</summary>
    public string? LastRunId { get; init; }
    /// <summary>How the newest build is doing; null when nobody looked or there is none.</summary>
    public RunState? LastRunState { get; init; }
    /// <summary>Bytes free on the volume of the local cache; null when nobody looked.</summary>
    public long? DiskFreeBytes { get; init; }
    /// <summary>Size of that volume in bytes; null when nobody looked.</summary>
    public long? DiskTotalBytes { get; init; }
    /// <summary>True while publish, rollback and cleanup are suspended; readers notice nothing of it.</summary>
    public bool IsFrozen { get; init; }
    /// <summary>When this was found out, UTC.</summary>
    public DateTimeOffset CheckedAt { get; init; }
    /// <summary>True when a part of the check did not answer in time, so that its figures are older or absent.</summary>
    public bool TimedOut { get; init; }
}
