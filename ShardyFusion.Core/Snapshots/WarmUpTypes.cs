using ShardyFusion.Stores.Limits;

namespace ShardyFusion.Snapshots;

/// <summary>How much of a snapshot is read before anybody asks for its keys.</summary>
public enum WarmUpLevel
{
    /// <summary>Every shard is opened, so that a get costs one block; under the download mode every shard is copied to the local cache.</summary>
    Metadata,
    /// <summary>Every block is read too, as far as the memory budget allows where blocks are kept there.</summary>
    Full,
}

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

/// <summary>What a warm-up did.</summary>
public sealed record WarmUpReport
{
    /// <summary>The prefix.</summary>
    public required string Prefix { get; init; }
    /// <summary>The snapshot that was warmed up.</summary>
    public required string RunId { get; init; }
    /// <summary>Its manifest ref.</summary>
    public required string ManifestRef { get; init; }
    /// <summary>How much was read.</summary>
    public required WarmUpLevel Level { get; init; }
    /// <summary>Shards with rows.</summary>
    public required int ShardCount { get; init; }
    /// <summary>Those that are open at the end: fewer when their metadata takes more than the memory budget.</summary>
    public required int OpenShardCount { get; init; }
    /// <summary>Bytes that were read, those of metadata taken from the manifest.</summary>
    public required long BytesRead { get; init; }
    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }
    /// <summary>Why less is ready than was asked for, as a sentence; null when all is.</summary>
    public string? Shortfall { get; init; }
}
