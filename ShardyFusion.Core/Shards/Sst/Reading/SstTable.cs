using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>
/// The metadata of one table, parsed, checked and independent of the bytes it was read from: what stays in memory while a shard
/// is open. Immutable, safe for concurrent callers.
/// </summary>
sealed class SstTable
{
    readonly bool hasDictionary;

    SstTable(string file, long fileBytes, TableDirectory directory, BlockIndex index, SstFilter filter)
    {
        (File, FileBytes, Footer, Properties, Index, Filter) = (file, fileBytes, directory.Footer, directory.Properties, index, filter);
        MetadataStart = directory.MetadataStart;
        hasDictionary = directory.Metaindex.HasDictionary;
        DataRules = new EntryRules(DataTrailerBytes, true, !Properties.IsExternalFile);
    }

    /// <summary>Bytes of sequence number and type behind each user key.</summary>
    public const int DataTrailerBytes = 8;

    /// <summary>What the objects, names and properties of an open table take beside index and filter, roughly.</summary>
    const int ObjectOverheadBytes = 2048;

    /// <summary>Path or URI, for errors.</summary>
    public string File { get; }

    /// <summary>The file's length.</summary>
    public long FileBytes { get; }

    /// <summary>Entries in the table, as its properties say.</summary>
    public long RowCount => Properties.RowCount;

    public Footer Footer { get; }

    public TableProperties Properties { get; }

    public BlockIndex Index { get; }

    public SstFilter Filter { get; }

    /// <summary>Bytes held in memory while the shard is open: index, filter and an allowance for the objects around them.</summary>
    public long MemoryBytes => Index.MemoryBytes + Filter.MemoryBytes + ObjectOverheadBytes;

    /// <summary>Nothing but data blocks lies before this offset.</summary>
    public long MetadataStart { get; }

    /// <summary>How the entries of data blocks are to be read.</summary>
    public EntryRules DataRules { get; }

    /// <summary>The data blocks from one on that take at most so many bytes together; always one at least.</summary>
    /// <param name="first">Number of the first block, below the index's count.</param>
    /// <param name="mostBytes">Stored bytes.</param>
    public BlockChunk ChunkFrom(int first, int mostBytes)
    {
        var end = first + 1;
        while (end < Index.Count && Index[end].EndWithTrailer - Index[first].Offset <= mostBytes)
            end++;
        return new BlockChunk(first, end, Index[end - 1].EndWithTrailer - Index[first].Offset);
    }

    /// <summary>Parses a table's metadata.</summary>
    /// <param name="file">Path or URI, for errors.</param>
    /// <param name="bytes">The file, or its end.</param>
    /// <param name="fileBytes">The file's length.</param>
    /// <exception cref="Errors.ShardCorruptException">Not a table, damaged, or one that this reader does not support.</exception>
    public static SstTable Parse<TBytes>(string file, TBytes bytes, long fileBytes) where TBytes : struct, IFileBytes
    {
        var footer = TableDirectory.ReadFooter(file, bytes, fileBytes);
        var reader = new BlockReader<TBytes>(file, bytes, fileBytes, footer);
        return Parse(file, fileBytes, reader, TableDirectory.Read(footer, reader));
    }

    /// <summary>Parses a table's metadata from the file's end.</summary>
    /// <param name="file">Path or URI, for errors.</param>
    /// <param name="tail">Bytes from <paramref name="tailOffset"/> to the file's end; not used afterwards.</param>
    /// <param name="tailOffset">At or before the first metadata block.</param>
    /// <param name="fileBytes">The file's length.</param>
    /// <exception cref="Errors.ShardCorruptException">Not a table, damaged, or one that this reader does not support.</exception>
    public static SstTable Parse(string file, ReadOnlyMemory<byte> tail, long tailOffset, long fileBytes) =>
        Parse(file, new TailBytes(file, tail, tailOffset), fileBytes);

    static SstTable Parse<TBytes>(string file, long fileBytes, BlockReader<TBytes> reader, TableDirectory directory)
        where TBytes : struct, IFileBytes
    {
        var properties = directory.Properties;
        var index = IndexReader.ReadDataIndex(reader, directory);
        // RocksDB 11 counts no blocks while it gathers them for a dictionary.
        if (properties.BlockCount is { } promised && promised != index.Count && !(promised == 0 && directory.Metaindex.HasDictionary))
            throw new BlockOrigin(file, directory.Metaindex.Index.Offset)
                .Fault($"the index names {index.Count} blocks, the properties {promised}");
        if (properties.RowCount < index.Count)
            throw new BlockOrigin(file, directory.Metaindex.Index.Offset)
                .Fault($"{properties.RowCount} rows cannot fill {index.Count} blocks");
        var filter = SstFilter.None;
        if (directory.Filter is { } handle)
            filter = directory.Metaindex.FilterIsPartitioned
                ? SstFilter.FromPartitions(IndexReader.ReadFilterIndex(reader, directory, handle), reader)
                : SstFilter.FromBlock(reader.Read(handle, out _));
        return new SstTable(file, fileBytes, directory, index, filter);
    }

    /// <summary>Where a data block comes from, for errors.</summary>
    public BlockOrigin OriginOf(int ordinal) => new(File, Index[ordinal].Offset) { HasDictionary = hasDictionary };

    /// <summary>Checks an unpacked data block entirely: lengths, restart points, order, types, and that its keys belong there.</summary>
    /// <returns>Its number of rows, at least 1.</returns>
    /// <exception cref="Errors.ShardCorruptException">Any of that does not hold.</exception>
    public int CheckBlock(ReadOnlySpan<byte> block, int ordinal)
    {
        var walker = new DataBlockWalker(this, checksEachRow: false);
        try
        {
            walker.Open(block, ordinal);
            var rows = 0;
            while (walker.MoveNext(block))
                rows++;
            return rows;
        }
        finally
        {
            walker.Dispose();
        }
    }
}

/// <summary>Neighbouring data blocks.</summary>
/// <param name="First">Number of the first one.</param>
/// <param name="End">Number after the last one.</param>
/// <param name="Bytes">Stored bytes of all.</param>
readonly record struct BlockChunk(int First, int End, long Bytes);
