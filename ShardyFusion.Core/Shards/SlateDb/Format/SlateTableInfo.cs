namespace ShardyFusion.Shards.SlateDb.Format;

/// <summary>How the blocks of a file are packed. The numbers are the format's.</summary>
enum SlateCodec : byte { None, Snappy, Zlib, Lz4, Zstd }

/// <summary>Where the parts of a table or log file lie.</summary>
sealed class SlateTableInfo : IEquatable<SlateTableInfo>
{
    const int FirstEntryField = 0, IndexOffsetField = 1, IndexBytesField = 2, FilterOffsetField = 3, FilterBytesField = 4, CodecField = 5,
        KindField = 6, LastEntryField = 7, StatsOffsetField = 8, StatsBytesField = 9, FilterFormatField = 10;

    /// <summary>Fields of its table.</summary>
    public const int Fields = 11;

    const byte WalKind = 1, NamedFilter = 1;

    SlateTableInfo(FlatTable table)
    {
        FirstEntry = table.Bytes(FirstEntryField).ToArray();
        LastEntry = table.Bytes(LastEntryField).ToArray();
        (IndexOffset, IndexBytes) = (table.Size(IndexOffsetField), table.Size(IndexBytesField));
        (FilterOffset, FilterBytes) = (table.Size(FilterOffsetField), table.Size(FilterBytesField));
        (StatsOffset, StatsBytes) = (table.Size(StatsOffsetField), table.Size(StatsBytesField));
        var (codec, kind, filterFormat) = (table.UInt8(CodecField), table.UInt8(KindField), table.UInt8(FilterFormatField));
        if (codec > (byte)SlateCodec.Zstd)
            throw table.Fault($"blocks are packed by method {codec}; 0 (none), 1 (Snappy), 2 (zlib), 3 (LZ4) and 4 (Zstandard) are known");
        if (kind > WalKind)
            throw table.Fault($"the file is of kind {kind}; this reader knows 0 (table) and 1 (log)");
        if (filterFormat > NamedFilter)
            throw table.Fault($"the filter has format {filterFormat}; this reader knows 0 (plain) and 1 (named)");
        (Codec, IsWal, HasNamedFilter) = ((SlateCodec)codec, kind == WalKind, filterFormat == NamedFilter);
        if (FilterBytes > 0 && FilterOffset + FilterBytes != IndexOffset || StatsBytes > 0 && StatsOffset != IndexOffset + IndexBytes)
            throw table.Fault("filter, index and statistics do not lie one behind the other");
    }

    /// <summary>First key of a table; of a log file of format 2 its first sequence number.</summary>
    public byte[] FirstEntry { get; }

    /// <summary>Last key of a table; empty in format 1.</summary>
    public byte[] LastEntry { get; }

    public long IndexOffset { get; }

    public long IndexBytes { get; }

    public long FilterOffset { get; }

    public long FilterBytes { get; }

    public long StatsOffset { get; }

    public long StatsBytes { get; }

    public SlateCodec Codec { get; }

    /// <summary>True for a log file; format 1 does not say.</summary>
    public bool IsWal { get; }

    public bool HasNamedFilter { get; }

    /// <summary>Where the blocks end and filter or index begin.</summary>
    public long BlocksEnd => FilterBytes > 0 ? FilterOffset : IndexOffset;

    /// <summary>Where this information begins in its file.</summary>
    public long End => StatsBytes > 0 ? StatsOffset + StatsBytes : IndexOffset + IndexBytes;

    /// <summary>Reads the information from a manifest or a file's end.</summary>
    public static SlateTableInfo Read(FlatTable table) => new(table);

    /// <inheritdoc/>
    public bool Equals(SlateTableInfo? other) =>
        other is not null && FirstEntry.AsSpan().SequenceEqual(other.FirstEntry) && LastEntry.AsSpan().SequenceEqual(other.LastEntry)
        && Places == other.Places && (Codec, IsWal, HasNamedFilter) == (other.Codec, other.IsWal, other.HasNamedFilter);

    (long, long, long, long, long, long) Places => (IndexOffset, IndexBytes, FilterOffset, FilterBytes, StatsOffset, StatsBytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SlateTableInfo);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IndexOffset, IndexBytes, FirstEntry.Length);
}
