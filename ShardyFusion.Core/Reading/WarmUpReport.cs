namespace ShardyFusion.Reading;

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
