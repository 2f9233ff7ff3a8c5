using ShardyFusion.Runs;

namespace ShardyFusion.Jobs;

/// <summary>How far a job is.</summary>
public sealed record JobInfo
{
    /// <summary>Its name, which is also the run's.</summary>
    public required string JobId { get; init; }
    /// <summary>The prefix.</summary>
    public required string Prefix { get; init; }
    /// <summary>How it is doing.</summary>
    public required RunState State { get; init; }
    /// <summary>Where its rows come from.</summary>
    public required JobRows Rows { get; init; }
    /// <summary>When it was planned, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>Until when it counts as alive without a sign of life from a task, UTC.</summary>
    public required DateTimeOffset LeaseExpiresAt { get; init; }
    /// <summary>Maps; null while nobody has said how many there are.</summary>
    public required int? Maps { get; init; }
    /// <summary>Maps that have a result.</summary>
    public required int MapsDone { get; init; }
    /// <summary>Maps without a result, ascending; empty while their number is unknown.</summary>
    public required IReadOnlyList<int> MissingMaps { get; init; }
    /// <summary>Shards, empty ones included.</summary>
    public required int Shards { get; init; }
    /// <summary>Shards that have a result.</summary>
    public required int ShardsDone { get; init; }
    /// <summary>Shards without a result, ascending.</summary>
    public required IReadOnlyList<int> MissingShards { get; init; }
    /// <summary>The manifest that it wrote; null when it wrote none.</summary>
    public string? ManifestRef { get; init; }
    /// <summary>Why it ended without a snapshot; null when it did not.</summary>
    public string? Error { get; init; }
    /// <summary>What comes next, as a sentence.</summary>
    public required string Next { get; init; }
    /// <summary>What is worth saying about the plan.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
