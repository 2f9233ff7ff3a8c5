using System.Buffers.Binary;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Core.Tests.Shards.Sst.Reading;

/// <summary>All blocks of a table, found by watching the parser, and a way to make their checksums right again.</summary>
sealed class TableBlocks
{
    readonly Footer _footer;

    public TableBlocks(byte[] file)
    {
        var seen = new SortedDictionary<long, int>();
        var table = SstTable.Parse("table", new WatchedBytes(file, seen), file.Length);
        _footer = table.Footer;
        for (var i = 0; i < table.Index.Count; i++)
            seen[table.Index[i].Offset] = (int)table.Index[i].Size + BlockTrailer.Size;
        seen.Remove(file.Length - Footer.Size);
        All = [.. seen.Select(pair => (pair.Key, pair.Value))];
        DataCount = table.Index.Count;
    }

    /// <summary>Offset and length (trailer included) of each block, in file order: the data blocks come first.</summary>
    public IReadOnlyList<(long Offset, int Length)> All { get; }

    public int DataCount { get; }

    /// <summary>The kind of checksum of every block.</summary>
    public ChecksumType Checksum => _footer.Checksum;

    /// <summary>Writes the checksum that the block's bytes have now.</summary>
    public void FixChecksum(byte[] file, (long Offset, int Length) block)
    {
        var stored = file.AsSpan((int)block.Offset, block.Length);
        var checksum = BlockTrailer.Checksum(_footer.Checksum, stored[..^4]) + BlockTrailer.ContextModifier(_footer.BaseContextChecksum,
            block.Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(stored[^4..], checksum);
    }

    readonly struct WatchedBytes(byte[] file, SortedDictionary<long, int> seen) : IFileBytes
    {
        public ReadOnlySpan<byte> Slice(long offset, int length)
        {
            seen[offset] = length;
            return file.AsSpan((int)offset, length);
        }
    }
}
