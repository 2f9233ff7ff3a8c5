namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Some rows of a mapped shard, spread over its blocks. Stateless.</summary>
static class ShardSample
{
    /// <summary>Takes the first rows of blocks at equal distances, of the first and the last block among them.</summary>
    /// <param name="shard">An open shard.</param>
    /// <param name="most">Rows, at most; there are fewer when there are fewer blocks. At least 2.</param>
    /// <exception cref="Errors.ShardCorruptException">A block is damaged.</exception>
    public static IReadOnlyList<KeyValuePair<byte[], byte[]>> Of(MappedShard shard, int most)
    {
        var blocks = shard.Table.Index.Count;
        var count = Math.Min(most, blocks);
        var rows = new KeyValuePair<byte[], byte[]>[count];
        byte[] unpacked = [];
        using var walker = new BlockWalkers(shard.Table);
        for (var i = 0; i < count; i++)
        {
            var ordinal = count == 1 ? 0 : (int)((long)i * (blocks - 1) / (count - 1));
            rows[i] = walker.First(shard.ReadForScan(ordinal, ref unpacked), ordinal);
        }
        return rows;
    }

    /// <summary>Holds the walker, which is a struct with buffers.</summary>
    sealed class BlockWalkers(SstTable table) : IDisposable
    {
        DataBlockWalker walker = new(table, checksEachRow: true);

        public KeyValuePair<byte[], byte[]> First(ReadOnlySpan<byte> block, int ordinal)
        {
            walker.Open(block, ordinal);
            walker.MoveNext(block);
            return new(walker.Key.ToArray(), block.Slice(walker.ValueStart, walker.ValueBytes).ToArray());
        }

        public void Dispose() => walker.Dispose();
    }
}
