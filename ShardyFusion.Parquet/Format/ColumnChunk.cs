namespace ShardyFusion.Parquet.Format;

/// <summary>Where the pages of one column of one row group lie. Untrusted.</summary>
sealed class ColumnChunk
{
    public int Physical { get; set; }
    public int Codec { get; set; }
    public long Values { get; set; }
    public long CompressedBytes { get; set; }
    public long DataOffset { get; set; }
    public long DictionaryOffset { get; set; }
    /// <summary>Names another file; null for this one.</summary>
    public string? File { get; set; }
    public bool IsEncrypted { get; set; }

    /// <summary>The first byte of the pages.</summary>
    public long Start => DictionaryOffset > 0 && DictionaryOffset < DataOffset ? DictionaryOffset : DataOffset;
}
