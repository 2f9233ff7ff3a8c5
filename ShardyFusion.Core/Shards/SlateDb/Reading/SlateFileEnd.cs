using System.Buffers.Binary;
using ShardyFusion.Shards.SlateDb.Format;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Reading;

/// <summary>The checked end of a table or log file: format, where its parts lie, index and filter.</summary>
/// <param name="Format">Its format version.</param>
/// <param name="Info">Where its parts lie.</param>
/// <param name="Index">Its blocks; null when it has none.</param>
/// <param name="Filter">Its filter; null when it has none that can be asked about keys.</param>
sealed record SlateFileEnd(int Format, SlateTableInfo Info, BlockIndex? Index, SlateFilter? Filter)
{
    const int FooterBytes = sizeof(ulong) + sizeof(ushort);

    /// <summary>Blocks in the file.</summary>
    public int BlockCount => Index?.Count ?? 0;

    /// <summary>Where a block lies, its checksum included.</summary>
    public (long Offset, int Bytes) PlaceOf(int block)
    {
        // The index counts a trailer of RocksDB's length apart; here only the sum matters.
        var handle = Index![block];
        return (handle.Offset, (int)(handle.EndWithTrailer - handle.Offset));
    }

    /// <summary>Reads what comes behind the blocks and checks every part of it.</summary>
    /// <param name="file">Path or URI, for errors.</param>
    /// <param name="tail">The end of the file: at least from its filter or index on.</param>
    /// <param name="fileBytes">The file's length.</param>
    /// <exception cref="Errors.ShardCorruptException">It is no such file, damaged, or of another version.</exception>
    public static SlateFileEnd Read(string file, ReadOnlyMemory<byte> tail, long fileBytes)
    {
        var tailStart = fileBytes - tail.Length;
        var footer = new BlockOrigin(file, Math.Max(0, fileBytes - FooterBytes));
        if (tail.Length < FooterBytes)
            throw footer.Fault($"a file of {fileBytes} bytes is too short");
        var format = BinaryPrimitives.ReadUInt16BigEndian(tail.Span[^sizeof(ushort)..]);
        SstFormats.RequireKnown(format, footer);
        var infoOffset = BinaryPrimitives.ReadUInt64BigEndian(tail.Span[^FooterBytes..]);
        if (infoOffset < (ulong)tailStart || infoOffset > (ulong)footer.Offset)
            throw footer.Fault($"the end of a file of {fileBytes} bytes cannot begin at {infoOffset}");
        var infoOrigin = new BlockOrigin(file, (long)infoOffset);
        var infoBytes = BlockPacking.Verify(tail[(int)((long)infoOffset - tailStart)..^FooterBytes], infoOrigin);
        var info = SlateTableInfo.Read(new FlatBuffer(infoBytes, infoOrigin, isStrict: false).Root(SlateTableInfo.Fields));
        if (info.End != infoOrigin.Offset || info.BlocksEnd < tailStart)
            throw infoOrigin.Fault("index, filter and statistics do not lie before it");
        var reader = new PartReader(file, tail, tailStart, info.Codec);
        // Nothing in the statistics is needed, but they have a checksum too.
        if (info.StatsBytes > 0)
            reader.Read(info.StatsOffset, info.StatsBytes, out _);
        SlateFilter? filter = null;
        if (info.FilterBytes > 0)
        {
            var payload = reader.Read(info.FilterOffset, info.FilterBytes, out var filterOrigin);
            filter = SlateFilter.Read(payload.Span, info.HasNamedFilter, filterOrigin);
        }
        var index = reader.Read(info.IndexOffset, info.IndexBytes, out var indexOrigin);
        return new SlateFileEnd(format, info, ReadIndex(index, info, indexOrigin), filter);
    }

    static BlockIndex? ReadIndex(ReadOnlyMemory<byte> payload, SlateTableInfo info, BlockOrigin origin)
    {
        const int entryFields = 2;
        var buffer = new FlatBuffer(payload, origin, isStrict: false);
        var entries = buffer.Root(1).Tables(0, entryFields);
        if (entries.Count == 0)
            return info.BlocksEnd == 0 ? null : throw origin.Fault($"an index without blocks cannot lie behind {info.BlocksEnd} bytes");
        // What the index calls a block's first key is at least the last key of the block before: the separator behind that one.
        var builder = new BlockIndexBuilder(origin, info.BlocksEnd, entries.Count) { MinBlockBytes = 0 };
        long keyBytes = 0;
        var start = entries[0].Size(0);
        if (start != 0)
            throw origin.Fault($"the first block begins at {start}");
        for (var i = 0; i < entries.Count; i++)
        {
            var isLast = i + 1 == entries.Count;
            var end = isLast ? info.BlocksEnd : entries[i + 1].Size(0);
            var separator = isLast ? builder.LastSeparator : entries[i + 1].Bytes(1);
            // Entries may share their bytes; together they are never larger than the buffer in a file that a writer made.
            if ((keyBytes += separator.Length) > buffer.Length)
                throw origin.Fault("the index claims more keys than it has bytes");
            builder.Add(separator, new BlockHandle(start, end - start - BlockTrailer.Size));
            start = end;
        }
        return builder.Build();
    }

    readonly struct PartReader(string file, ReadOnlyMemory<byte> tail, long tailStart, SlateCodec codec)
    {
        public ReadOnlyMemory<byte> Read(long offset, long bytes, out BlockOrigin origin)
        {
            origin = new BlockOrigin(file, offset);
            if (offset < tailStart || bytes > tail.Length || offset + bytes > tailStart + tail.Length)
                throw origin.Fault($"{bytes} bytes are not in the file's end");
            return BlockPacking.Open(tail.Slice((int)(offset - tailStart), (int)bytes), codec, origin);
        }
    }
}
