using System.Diagnostics;
using ShardyFusion.Building.Shards;
using ShardyFusion.Catalog;
using ShardyFusion.Runs;
using ShardyFusion.Stores;

namespace ShardyFusion.Building;

/// <summary>What is settled once a build has started, and what its parts share.</summary>
sealed record BuildContext
{
    /// <summary>The prefix.</summary>
    public required IObjectStore Store { get; init; }
    /// <summary>How to build and publish, free of secrets.</summary>
    public required BuildOptions Options { get; init; }
    /// <summary>Tells leases and timestamps.</summary>
    public required TimeProvider Clock { get; init; }
    /// <summary>Name of the run.</summary>
    public required string RunId { get; init; }
    /// <summary>Its record, its lock, its heartbeat.</summary>
    public required RunSession Run { get; init; }
    /// <summary>Takes bad rows.</summary>
    public required RowErrors Errors { get; init; }
    /// <summary>The pointer as it was when the lock was ours.</summary>
    public required SeenPointer StartingPointer { get; init; }
    /// <summary>What the run that is resumed has left; null when none is.</summary>
    public required LeftoverShards? Leftovers { get; init; }
    /// <summary>Requests before the build's own.</summary>
    public required StoreUsage UsageAtStart { get; init; }
    /// <summary>What others read and wrote, where the build only publishes; null when it does everything itself.</summary>
    public ElsewhereWork? Elsewhere { get; init; }
    /// <summary>In ticks of <see cref="Stopwatch"/>.</summary>
    public long StartedTimestamp { get; } = Stopwatch.GetTimestamp();
}
