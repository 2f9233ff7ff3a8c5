using ShardyFusion.Formats;

namespace ShardyFusion.Publishing;

/// <summary>What a publish did.</summary>
public sealed record PublishResult
{
    /// <summary>The prefix.</summary>
    public required string Prefix { get; init; }
    /// <summary>Name of the pointer.</summary>
    public required string Pointer { get; init; }
    /// <summary>The run that it named before; null when there was none.</summary>
    public string? From { get; init; }
    /// <summary>The snapshot's run.</summary>
    public required string RunId { get; init; }
    /// <summary>The snapshot's manifest ref.</summary>
    public required string ManifestRef { get; init; }
    /// <summary>True when the pointer was moved; false when it named the snapshot already, or was not meant to move.</summary>
    public required bool Changed { get; init; }
    /// <summary>Rows.</summary>
    public required long RowCount { get; init; }
    /// <summary>Bytes of the shard files; null when unknown.</summary>
    public long? Bytes { get; init; }
    /// <summary>Number of shards, empty ones included.</summary>
    public required int ShardCount { get; init; }
    /// <summary>What the guards found, those that had failed when the snapshot was built among them.</summary>
    public IReadOnlyList<GuardResult> Guards { get; init; } = [];
    /// <summary>What went wrong after the pointer had moved; null when nothing did.</summary>
    public string? Warning { get; init; }
}
