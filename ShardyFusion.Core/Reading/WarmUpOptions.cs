using ShardyFusion.Stores.Limits;

namespace ShardyFusion.Reading;

/// <summary>How a reader is warmed up.</summary>
public sealed record WarmUpOptions
{
    /// <summary>How much is read.</summary>
    public WarmUpLevel Level { get; init; } = WarmUpLevel.Metadata;
    /// <summary>Shards read in parallel, 1..1,024.</summary>
    public int Parallelism { get; init; } = 8;
    /// <summary>Reads a second; null for no limit but the store's own.</summary>
    public double? MaxReadsPerSecond { get; init; }
    /// <summary>Bytes read a second; null for no limit but the store's own.</summary>
    public double? MaxReadBytesPerSecond { get; init; }

    /// <summary>Every fault of these options, each naming the option; empty when they are valid.</summary>
    public IReadOnlyList<string> Validate() =>
    [
        .. new[]
        {
            Parallelism is < 1 or > 1024 ? $"Parallelism is {Parallelism}; it must be 1..1,024." : null,
            RateLimit.Fault(nameof(MaxReadsPerSecond), MaxReadsPerSecond),
            RateLimit.Fault(nameof(MaxReadBytesPerSecond), MaxReadBytesPerSecond),
        }.OfType<string>(),
    ];
}
