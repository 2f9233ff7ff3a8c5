using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Reads index blocks of all layouts into a <see cref="BlockIndex"/>.</summary>
static class IndexReader
{
    const int TrailerBytes = SstTable.DataTrailerBytes;

    /// <summary>The index over the data blocks.</summary>
    public static BlockIndex ReadDataIndex<TBytes>(BlockReader<TBytes> reader, TableDirectory directory) where TBytes : struct, IFileBytes
    {
        var properties = directory.Properties;
        var top = reader.Read(directory.Metaindex.Index, out var origin);
        var builder = new BlockIndexBuilder(origin, directory.Metaindex.Index.Offset, properties.BlockCount ?? 0);
        var layout = new EntryLayout(properties, properties.IndexType == IndexType.BinarySearchWithFirstKey);
        if (properties.IndexType != IndexType.TwoLevel)
        {
            ReadEntries(top, origin, layout, builder);
            return builder.Build();
        }
        var partitionBuilder = new BlockIndexBuilder(origin, directory.Metaindex.Index.Offset, 0);
        ReadEntries(top, origin, layout, partitionBuilder);
        var partitions = partitionBuilder.Build();
        for (var i = 0; i < partitions.Count; i++)
        {
            var partition = reader.Read(partitions[i], out var partitionOrigin);
            ReadEntries(partition, partitionOrigin, layout, builder);
            if (partitions.CompareToSeparator(builder.LastSeparator, i) > 0)
                throw partitionOrigin.Fault("an index partition reaches behind its separator");
        }
        return builder.Build();
    }

    /// <summary>The index over the partitions of a filter.</summary>
    public static BlockIndex ReadFilterIndex<TBytes>(BlockReader<TBytes> reader, TableDirectory directory, BlockHandle handle)
        where TBytes : struct, IFileBytes
    {
        var block = reader.Read(handle, out var origin);
        var builder = new BlockIndexBuilder(origin, handle.Offset, 0) { MinBlockBytes = FastLocalBloom.MetadataBytes };
        ReadEntries(block, origin, new EntryLayout(directory.Properties, false), builder);
        return builder.Build();
    }

    readonly record struct EntryLayout(EntryRules Rules, bool IsDelta, bool HasFirstKey)
    {
        public EntryLayout(TableProperties properties, bool hasFirstKey)
            : this(new EntryRules(properties.IndexKeyIsUserKey ? 0 : TrailerBytes, !properties.IndexValueIsDelta,
            !properties.IndexKeyIsUserKey),
                properties.IndexValueIsDelta, hasFirstKey)
        {
        }
    }

    static void ReadEntries(ReadOnlySpan<byte> block, in BlockOrigin origin, EntryLayout layout, BlockIndexBuilder builder)
    {
        var walker = new BlockWalker(layout.Rules);
        try
        {
            walker.Open(block, origin);
            BlockHandle previous = default;
            while (walker.MoveNext(block))
            {
                var value = block.Slice(walker.ValueStart, walker.ValueBytes);
                if (!TryReadHandle(value, layout.IsDelta && walker.SharedBytes > 0, previous, out var handle, out var length)
                    || (layout.HasFirstKey && !TrySkipKey(value, ref length)))
                    throw walker.Fault("an index entry is not readable");
                if (layout.IsDelta)
                    walker.Consume(length);
                builder.Add(walker.Key, handle);
                previous = handle;
            }
        }
        finally
        {
            walker.Dispose();
        }
    }

    // A delta-encoded entry says only how much its block's size differs from the one before, right behind which it lies.
    static bool TryReadHandle(ReadOnlySpan<byte> value, bool isDelta, BlockHandle previous, out BlockHandle handle, out int length)
    {
        if (!isDelta)
            return BlockHandle.TryRead(value, out handle, out length);
        handle = default;
        if (!Varint.TryRead64(value, out var zigzag, out length))
            return false;
        var delta = Varint.UnZigZag(zigzag);
        if (delta < -previous.Size || delta > int.MaxValue)
            return false;
        handle = new BlockHandle(previous.EndWithTrailer, previous.Size + delta);
        return true;
    }

    static bool TrySkipKey(ReadOnlySpan<byte> value, ref int length)
    {
        if (!Varint.TryRead32(value[length..], out var keyBytes, out var lengthBytes)
            || keyBytes > (uint)(value.Length - length - lengthBytes))
            return false;
        length += lengthBytes + (int)keyBytes;
        return true;
    }
}
