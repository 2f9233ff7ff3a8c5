using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Format;

/// <summary>Goes over the rows of one block after another and checks their structure. Not safe for concurrent callers.</summary>
/// <param name="format">The file's format.</param>
/// <param name="isSorted">True to demand that keys ascend and a key's sequence numbers descend, as in tables.</param>
sealed class RowWalker(int format, bool isSorted)
{
    /// <summary>Longest key.</summary>
    const int MaxKeyBytes = ushort.MaxValue;

    ReadOnlyMemory<byte> block;
    BlockOrigin origin;
    byte[] key = new byte[64], other = new byte[64];
    int keyBytes, firstKeyStart, firstKeyBytes;
    int next, offsetIndex;
    SlateRow row;

    /// <summary>The row's key. Valid until the next move.</summary>
    public ReadOnlySpan<byte> Key => key.AsSpan(0, keyBytes);

    /// <summary>The row's value, in the block.</summary>
    public ReadOnlyMemory<byte> Value => block.Slice(row.ValueStart, row.ValueBytes);

    /// <summary>The row.</summary>
    public SlateRow Row => row;

    /// <summary>The block, for errors.</summary>
    public BlockOrigin Origin => origin;

    /// <summary>Goes before the first row of an unpacked block.</summary>
    public void Open(ReadOnlyMemory<byte> unpacked, BlockOrigin from)
    {
        (block, origin) = (unpacked, from);
        (next, offsetIndex, keyBytes, firstKeyBytes) = (0, 0, 0, 0);
        row = default;
    }

    /// <summary>Goes to the next row.</summary>
    /// <returns>False after the last one.</returns>
    /// <exception cref="ShardCorruptException">The block is malformed.</exception>
    public bool MoveNext()
    {
        if (!BlockRows.TrySplit(block.Span, out var rows))
            throw Malformed(origin);
        if (next == rows.Rows.Length)
            return offsetIndex == rows.Count ? false : throw Malformed(origin);
        var sequenceBefore = row.Sequence;
        if (!SlateRow.TryRead(rows.Rows, next, format, out row))
            throw Malformed(origin);
        var isFirst = next == 0;
        var isListed = offsetIndex < rows.Count && rows[offsetIndex] == next;
        if (isFirst ? !isListed || row.SharedBytes != 0 : format == SstFormats.First ? !isListed : isListed && row.SharedBytes != 0)
            throw Malformed(origin);
        if (isListed)
            offsetIndex++;
        var order = SetKey(rows.Rows.Slice(row.SuffixStart, row.SuffixBytes), isFirst);
        if (isSorted && !isFirst && (order < 0 || order == 0 && row.Sequence >= sequenceBefore))
            throw origin.Fault("its rows are out of order");
        next = row.End;
        return true;
    }

    // Order of the new key against the one before.
    int SetKey(ReadOnlySpan<byte> suffix, bool isFirst)
    {
        var length = row.SharedBytes + suffix.Length;
        var isOfFirst = format == SstFormats.First;
        if (length is 0 or > MaxKeyBytes || row.SharedBytes > (isOfFirst ? firstKeyBytes : keyBytes))
            throw Malformed(origin);
        if (other.Length < length)
            Array.Resize(ref other, Math.Min(MaxKeyBytes, Math.Max(length, 2 * other.Length)));
        // The first row of a block stores its key in full.
        (isOfFirst ? block.Span.Slice(firstKeyStart, row.SharedBytes) : key.AsSpan(0, row.SharedBytes)).CopyTo(other);
        suffix.CopyTo(other.AsSpan(row.SharedBytes));
        var order = isSorted ? other.AsSpan(0, length).SequenceCompareTo(Key) : 0;
        (key, other, keyBytes) = (other, key, length);
        if (isFirst)
            (firstKeyStart, firstKeyBytes) = (row.SuffixStart, length);
        return order;
    }

    /// <summary>A block whose structure is wrong under a right checksum.</summary>
    public static ShardCorruptException Malformed(BlockOrigin origin) => origin.Fault("the block is malformed");
}
