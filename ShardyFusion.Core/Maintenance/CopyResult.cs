namespace ShardyFusion.Maintenance;

/// <summary>What a copy did.</summary>
public sealed record CopyResult
{
    /// <summary>The destination.</summary>
    public required string Prefix { get; init; }
    /// <summary>Manifest ref of the snapshot that was copied.</summary>
    public required string FromRef { get; init; }
    /// <summary>The run that the copy belongs to: that of the snapshot, or a new one when the rows were written anew.</summary>
    public required string RunId { get; init; }
    /// <summary>Manifest ref of the copy.</summary>
    public required string ManifestRef { get; init; }
    /// <summary>Number of shards of the copy, empty ones included.</summary>
    public required int ShardCount { get; init; }
    /// <summary>Rows of the copy.</summary>
    public required long RowCount { get; init; }
    /// <summary>Shards that were written.</summary>
    public required int ShardsCopied { get; init; }
    /// <summary>Of these, shards that the store copied by itself.</summary>
    public int ShardsCopiedByStore { get; init; }
    /// <summary>Shards that were there already with the same bytes.</summary>
    public int ShardsSkipped { get; init; }
    /// <summary>Bytes of the shards that were written.</summary>
    public required long BytesCopied { get; init; }
    /// <summary>The pointer that names the copy now; null when none was to be moved.</summary>
    public string? Pointer { get; init; }
    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }
}
