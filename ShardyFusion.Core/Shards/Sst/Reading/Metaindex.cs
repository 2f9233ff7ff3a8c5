using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>What the metaindex block names, as far as this reader uses it.</summary>
/// <param name="Index">The (top-level) index block.</param>
/// <param name="Properties">The properties block.</param>
/// <param name="Filter">The filter block, or the index over its partitions; null when there is none of a built-in kind.</param>
/// <param name="FilterIsPartitioned">True when <paramref name="Filter"/> is an index over partitions.</param>
/// <param name="HasDictionary">True when there is a compression dictionary, be it used by data blocks or not.</param>
sealed record Metaindex(BlockHandle Index, BlockHandle Properties, BlockHandle? Filter, bool FilterIsPartitioned, bool HasDictionary)
{
    /// <summary>Reads the block that the footer names.</summary>
    /// <exception cref="Errors.ShardCorruptException">Damaged, or a table that this reader does not support.</exception>
    public static Metaindex Read<TBytes>(Footer footer, BlockReader<TBytes> reader) where TBytes : struct, IFileBytes
    {
        BlockHandle? index = footer.Index, properties = null, filter = null;
        bool filterIsPartitioned = false, hasDictionary = false;
        var block = reader.Read(footer.Metaindex, out var origin);
        var walker = new BlockWalker(new EntryRules(0, true, false));
        try
        {
            walker.Open(block, origin);
            while (walker.MoveNext(block))
            {
                var name = walker.Key;
                var value = block.Slice(walker.ValueStart, walker.ValueBytes);
                if (name.SequenceEqual("rocksdb.index"u8))
                    index = ReadHandle(value, reader.FileBytes, walker);
                else if (name.SequenceEqual("rocksdb.properties"u8))
                    properties = ReadHandle(value, reader.FileBytes, walker);
                else if (name.StartsWith("fullfilter.rocksdb."u8) || name.StartsWith("partitionedfilter.rocksdb."u8))
                {
                    filter = ReadHandle(value, reader.FileBytes, walker);
                    filterIsPartitioned = name.StartsWith("partitionedfilter."u8);
                }
                else if (name.SequenceEqual("rocksdb.range_del"u8))
                    throw origin.Unsupported("the table has range deletions, which are not supported");
                else if (name.SequenceEqual("rocksdb.compression_dict"u8))
                    hasDictionary = true;
            }
        }
        finally
        {
            walker.Dispose();
        }
        if (index is null || properties is null)
            throw origin.Fault(index is null ? "the metaindex names no index" : "the metaindex names no properties");
        return new Metaindex(index.Value, properties.Value, filter, filterIsPartitioned, hasDictionary);
    }

    static BlockHandle ReadHandle(ReadOnlySpan<byte> value, long fileBytes, in BlockWalker walker)
    {
        if (!BlockHandle.TryRead(value, out var handle, out _) || handle.EndWithTrailer > fileBytes - Footer.Size)
            throw walker.Fault("the metaindex names a block outside the file");
        return handle;
    }
}
