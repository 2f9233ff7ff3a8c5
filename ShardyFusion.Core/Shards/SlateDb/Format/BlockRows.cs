using System.Buffers.Binary;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Format;

/// <summary>The two parts of an unpacked block: its rows, and the offsets of some of them.</summary>
readonly ref struct BlockRows
{
    readonly ReadOnlySpan<byte> offsets;

    BlockRows(ReadOnlySpan<byte> rows, ReadOnlySpan<byte> offsets)
    {
        Rows = rows;
        this.offsets = offsets;
    }

    /// <summary>The rows, one behind the other.</summary>
    public ReadOnlySpan<byte> Rows { get; }

    /// <summary>Rows that can be found without those before them: all in format 1, each 16th in format 2.</summary>
    public int Count => offsets.Length / sizeof(ushort);

    /// <summary>Where such a row starts.</summary>
    public int this[int index] => BinaryPrimitives.ReadUInt16BigEndian(offsets[(index * sizeof(ushort))..]);

    /// <summary>Splits a block.</summary>
    /// <returns>False when it is malformed.</returns>
    public static bool TrySplit(ReadOnlySpan<byte> block, out BlockRows rows)
    {
        rows = default;
        if (block.Length < sizeof(ushort))
            return false;
        var offsetBytes = sizeof(ushort) * BinaryPrimitives.ReadUInt16BigEndian(block[^sizeof(ushort)..]);
        var rowBytes = block.Length - sizeof(ushort) - offsetBytes;
        if (offsetBytes == 0 || rowBytes <= 0)
            return false;
        rows = new BlockRows(block[..rowBytes], block.Slice(rowBytes, offsetBytes));
        return true;
    }

    /// <summary>Finds the first, which is the newest, row of a key in a block of a table.</summary>
    /// <param name="block">An unpacked block that was walked over before.</param>
    /// <param name="format">The file's format.</param>
    /// <param name="key">The key.</param>
    /// <param name="found">The row; its parts lie in the block.</param>
    /// <param name="origin">For errors.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="Errors.ShardCorruptException">The block is malformed.</exception>
    public static bool TryFind(ReadOnlySpan<byte> block, int format, ReadOnlySpan<byte> key, out SlateRow found, BlockOrigin origin)
    {
        if (!TrySplit(block, out var rows))
            throw RowWalker.Malformed(origin);
        return format == SstFormats.First ? rows.TryFindFirst(key, out found, origin) : rows.TryFindBehindRestart(key, out found, origin);
    }

    bool TryFindFirst(ReadOnlySpan<byte> key, out SlateRow found, BlockOrigin origin)
    {
        var firstKey = KeyAtRestart(0, SstFormats.First, origin);
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (CompareInFirst(ReadAt(middle, SstFormats.First, origin), firstKey, key, origin) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        found = default;
        if (low == Count)
            return false;
        found = ReadAt(low, SstFormats.First, origin);
        return CompareInFirst(found, firstKey, key, origin) == 0;
    }

    int CompareInFirst(SlateRow row, ReadOnlySpan<byte> firstKey, ReadOnlySpan<byte> key, BlockOrigin origin)
    {
        if (row.SharedBytes > firstKey.Length)
            throw RowWalker.Malformed(origin);
        var shared = firstKey[..row.SharedBytes];
        var common = Math.Min(shared.Length, key.Length);
        var order = shared[..common].SequenceCompareTo(key[..common]);
        if (order != 0)
            return order;
        return common < shared.Length ? 1 : Rows.Slice(row.SuffixStart, row.SuffixBytes).SequenceCompareTo(key[common..]);
    }

    bool TryFindBehindRestart(ReadOnlySpan<byte> key, out SlateRow found, BlockOrigin origin)
    {
        // The last restart point before the key: its rows may begin anywhere behind that, never before.
        var (low, high) = (1, Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (KeyAtRestart(middle, SstFormats.Restarts, origin).SequenceCompareTo(key) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        var (at, matched) = (this[low - 1], 0);
        while (at < Rows.Length)
        {
            if (!SlateRow.TryRead(Rows, at, SstFormats.Restarts, out found))
                throw RowWalker.Malformed(origin);
            // The key before is less, and first differs behind `matched` bytes. A row that shares more of it is less for the same reason.
            if (found.SharedBytes <= matched)
            {
                matched = found.SharedBytes;
                var suffix = Rows.Slice(found.SuffixStart, found.SuffixBytes);
                var common = suffix.CommonPrefixLength(key[matched..]);
                matched += common;
                if (common == suffix.Length)
                {
                    if (matched == key.Length)
                        return true;
                }
                else if (matched == key.Length || suffix[common] > key[matched])
                {
                    break;
                }
            }
            at = found.End;
        }
        found = default;
        return false;
    }

    SlateRow ReadAt(int index, int format, BlockOrigin origin)
    {
        var at = this[index];
        return at < Rows.Length && SlateRow.TryRead(Rows, at, format, out var row) ? row : throw RowWalker.Malformed(origin);
    }

    ReadOnlySpan<byte> KeyAtRestart(int index, int format, BlockOrigin origin)
    {
        var row = ReadAt(index, format, origin);
        return Rows.Slice(row.SuffixStart, row.SuffixBytes);
    }
}
