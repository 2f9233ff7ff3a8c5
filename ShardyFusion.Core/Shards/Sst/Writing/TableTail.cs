using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Writing;

/// <summary>What the properties block says about the rows.</summary>
/// <param name="Rows">Rows in the file.</param>
/// <param name="DataBlocks">Data blocks in the file.</param>
/// <param name="StoredKeyBytes">Sum of the key lengths, RocksDB's eight trailer bytes a key included.</param>
/// <param name="ValueBytes">Sum of the value lengths.</param>
readonly record struct TableCounts(long Rows, long DataBlocks, long StoredKeyBytes, long ValueBytes);

/// <summary>Writes everything after the data blocks, adjacent, so that one ranged read brings all a reader needs.</summary>
sealed class TableTail(TableBuffer output, long discardedBytes, BlockPacker packer, ChecksumType checksum)
{
    const int FormatVersion = 5;
    const int NoRestarts = int.MaxValue;
    const string FilterPolicyName = "rocksdb.BuiltinBloomFilter";

    /// <summary>Appends filter, index, properties, metaindex and footer.</summary>
    public void Append(BloomBuilder? bloom, IndexBuilder index, TableCounts counts, long tailOffset)
    {
        var metaindex = new PropertyBlock();
        var filterBytes = 0;
        if (bloom is not null && bloom.Count > 0)
        {
            var filterStart = output.Length;
            filterBytes = bloom.AppendTo(output);
            metaindex.Handle($"fullfilter.{FilterPolicyName}", Seal(filterStart));
        }
        var indexHandle = AppendIndex(index);
        var start = output.Length;
        Properties(bloom, filterBytes, indexHandle, counts, tailOffset).AppendTo(output, NoRestarts);
        metaindex.Handle("rocksdb.properties", Seal(start));
        start = output.Length;
        metaindex.AppendTo(output, restartInterval: 1);
        var footer = new Footer(FormatVersion, checksum, Seal(start), indexHandle, BaseContextChecksum: 0);
        output.Reserve(Footer.Size);
        footer.Write(output.Bytes.AsSpan(output.Length));
        output.Length += Footer.Size;
    }

    BlockHandle AppendIndex(IndexBuilder index)
    {
        var offset = discardedBytes + output.Length;
        using var raw = new TableBuffer(index.BlockBytes + 8);
        index.AppendTo(raw);
        return new BlockHandle(offset, packer.Append(output, raw.Bytes, raw.Length));
    }

    BlockHandle Seal(int blockStart)
    {
        var handle = new BlockHandle(discardedBytes + blockStart, output.Length - blockStart);
        packer.Seal(output, blockStart, CompressionType.None);
        return handle;
    }

    // What SstFileWriter stores, so that ingestion and the tools find what they look for; nothing that varies between runs.
    PropertyBlock Properties(BloomBuilder? bloom, int filterBytes, BlockHandle index, TableCounts counts, long tailOffset)
    {
        var properties = Properties(filterBytes, index, counts, tailOffset).Number("rocksdb.num.filter_entries", bloom?.Count ?? 0);
        return bloom is null ? properties : properties.Text("rocksdb.filter.policy", FilterPolicyName);
    }

    PropertyBlock Properties(int filterBytes, BlockHandle index, TableCounts counts, long tailOffset) => new PropertyBlock()
        .Fixed32("rocksdb.block.based.table.index.type", 0)
        .Text("rocksdb.block.based.table.prefix.filtering", "0")
        .Text("rocksdb.block.based.table.whole.key.filtering", "1")
        // 2^31 - 1: no column family.
        .Number("rocksdb.column.family.id", int.MaxValue)
        .Text("rocksdb.comparator", "leveldb.BytewiseComparator")
        .Text("rocksdb.compression", packer.Type switch
        {
            CompressionType.Zlib => "Zlib",
            CompressionType.Lz4 => "LZ4",
            CompressionType.Zstd => "ZSTD",
            _ => "NoCompression",
        })
        .Number("rocksdb.creation.time", 0)
        .Number("rocksdb.data.size", tailOffset)
        .Number("rocksdb.deleted.keys", 0)
        // Ingestion may overwrite these eight bytes in place.
        .Fixed64("rocksdb.external_sst_file.global_seqno", 0)
        .Fixed32("rocksdb.external_sst_file.version", 2)
        .Number("rocksdb.filter.size", filterBytes)
        .Number("rocksdb.fixed.key.length", 0)
        .Number("rocksdb.format.version", 0)
        .Number("rocksdb.index.key.is.user.key", 1)
        .Number("rocksdb.index.size", index.Size + BlockTrailer.Size)
        .Number("rocksdb.index.value.is.delta.encoded", 1)
        .Number("rocksdb.merge.operands", 0)
        .Text("rocksdb.merge.operator", "nullptr")
        .Number("rocksdb.num.data.blocks", counts.DataBlocks)
        .Number("rocksdb.num.entries", counts.Rows)
        .Number("rocksdb.num.range-deletions", 0)
        .Number("rocksdb.oldest.key.time", 0)
        .Number("rocksdb.original.file.number", 0)
        .Text("rocksdb.prefix.extractor.name", "nullptr")
        .Text("rocksdb.property.collectors", "[]")
        .Number("rocksdb.raw.key.size", counts.StoredKeyBytes)
        .Number("rocksdb.raw.value.size", counts.ValueBytes)
        .Number("rocksdb.tail.start.offset", tailOffset);
}
