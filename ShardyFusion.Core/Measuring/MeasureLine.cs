using ShardyFusion.Stores;

namespace ShardyFusion.Measuring;

/// <summary>One line of a measurement's table.</summary>
public sealed record MeasureLine
{
    /// <summary>What was timed.</summary>
    public required MeasuredOperation Operation { get; init; }
    /// <summary>Shards of the snapshot.</summary>
    public required int ShardCount { get; init; }
    /// <summary>Rows, gets, keys or refreshes.</summary>
    public required long Count { get; init; }
    /// <summary>How long all of them took.</summary>
    public required TimeSpan Duration { get; init; }
    /// <summary>Half of the calls took at most this long; null for writes, which are timed as a whole.</summary>
    public TimeSpan? P50 { get; init; }
    /// <summary>95 of 100 calls took at most this long; null for writes.</summary>
    public TimeSpan? P95 { get; init; }
    /// <summary>99 of 100 calls took at most this long; null for writes.</summary>
    public TimeSpan? P99 { get; init; }
    /// <summary>Gets that failed or did not find their key.</summary>
    public long Errors { get; init; }
    /// <summary>Requests and bytes of all of them.</summary>
    public required StoreUsage Requests { get; init; }
    /// <summary>What those cost; null without a price list.</summary>
    public decimal? EstimatedCost { get; init; }

    /// <summary>Rows, gets, keys or refreshes a second.</summary>
    public double PerSecond => Count / Math.Max(Duration.TotalSeconds, 1e-9);
}
