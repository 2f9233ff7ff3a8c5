namespace ShardyFusion.Formats;

/// <summary>One shard of a snapshot: the winning attempt.</summary>
sealed record ShardEntry
{
    /// <summary>Shard number in [0, <see cref="RequiredFields.NumDbs"/>).</summary>
    public required int DbId { get; init; }

    /// <summary>The attempt's folder, relative to the snapshot prefix; stored as the absolute <c>db_url</c>.</summary>
    public required string AttemptKey { get; init; }

    /// <summary>Key of the shard object, relative to the snapshot prefix.</summary>
    public string ObjectKey => SnapshotPaths.ShardKey(AttemptKey);

    /// <summary>Which attempt won, from 0.</summary>
    public int Attempt { get; init; }

    /// <summary>Rows, after duplicates were resolved; 1 or more from this writer.</summary>
    public required long RowCount { get; init; }

    /// <summary>Smallest key in storage order: <see cref="long"/>, BigInteger or string; null when unknown, and for <c>raw</c> keys, which
    /// <see cref="MinKeyHex"/> holds.</summary>
    public object? MinKey { get; init; }

    /// <summary>Largest key in storage order; else as <see cref="MinKey"/>.</summary>
    public object? MaxKey { get; init; }

    /// <summary>Smallest stored key of a <c>raw</c> shard in lower-case hex; else null.</summary>
    public string? MinKeyHex { get; init; }

    /// <summary>Largest stored key of a <c>raw</c> shard in lower-case hex; else null.</summary>
    public string? MaxKeyHex { get; init; }

    /// <summary>An opaque identity of the content, or null.</summary>
    public string? CheckpointId { get; init; }

    /// <summary>Size of the shard object in bytes; null in manifests of shardyfusion.</summary>
    public long? DbBytes { get; init; }

    /// <summary>SHA-256 of the shard object, 64 lower-case hex digits; null in manifests of shardyfusion.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Offset of the first byte after the data blocks: from here to the end lie filter, index, properties and footer.</summary>
    public long? TailOffset { get; init; }

    /// <summary>Who wrote it, and how long that took.</summary>
    public WriterInfo WriterInfo { get; init; } = new();
}
