using ShardyFusion.Formats;

namespace ShardyFusion.Reading;

/// <summary>One looked-up key.</summary>
public sealed record LookupResult
{
    /// <summary>The key as given.</summary>
    public required object Key { get; init; }
    /// <summary>True when the snapshot has it.</summary>
    public required bool Found { get; init; }
    /// <summary>The stored bytes, owned by the caller; null when absent.</summary>
    public byte[]? Value { get; init; }
    /// <summary>The shard that was asked.</summary>
    public required int ShardId { get; init; }
    /// <summary>The snapshot that answered.</summary>
    public required string RunId { get; init; }
    /// <summary>How it is encoded; null when the manifest does not say.</summary>
    public ValueEncoding? ValueEncoding { get; init; }
    /// <summary>Where the answer came from.</summary>
    public required LookupSource Source { get; init; }
}
