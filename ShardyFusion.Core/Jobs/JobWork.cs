using ShardyFusion.Building;

namespace ShardyFusion.Jobs;

/// <summary>What one task of a job is given; the plan decides the rest.</summary>
public sealed record JobWork
{
    /// <summary>Memory, threads, rate limits, a file for bad rows.</summary>
    public BuildOptions Options { get; init; } = new();

    /// <summary>Told now and then, from any thread; null for nobody.</summary>
    public IProgress<BuildProgress>? Progress { get; init; }
}
