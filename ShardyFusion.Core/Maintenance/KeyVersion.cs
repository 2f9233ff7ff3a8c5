using ShardyFusion.Catalog;
using ShardyFusion.Formats;

namespace ShardyFusion.Maintenance;

/// <summary>What one snapshot holds under a key.</summary>
public sealed record KeyVersion
{
    /// <summary>As <see cref="HistoryEntry.Offset"/>.</summary>
    public int? Offset { get; init; }
    /// <summary>True when the pointer names the snapshot.</summary>
    public required bool IsCurrent { get; init; }
    /// <summary>Name of the run.</summary>
    public required string RunId { get; init; }
    /// <summary>Manifest ref.</summary>
    public required string ManifestRef { get; init; }
    /// <summary>When it was published, UTC.</summary>
    public required DateTimeOffset PublishedAt { get; init; }
    /// <summary>True when the snapshot has the key; null when that is not known.</summary>
    public bool? Found { get; init; }
    /// <summary>The stored bytes, owned by the caller; null when absent or not known.</summary>
    public byte[]? Value { get; init; }
    /// <summary>How the value is encoded; null when the manifest does not say.</summary>
    public ValueEncoding? ValueEncoding { get; init; }
    /// <summary>What happened since the snapshot published before it; null for nothing, or when either is not known.</summary>
    public RowChange? Change { get; init; }
    /// <summary>Why the snapshot does not tell; null when it does.</summary>
    public string? Problem { get; init; }
}
