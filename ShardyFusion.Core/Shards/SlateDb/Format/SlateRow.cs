using System.Buffers.Binary;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Format;

/// <summary>What a row is.</summary>
enum RowKind : byte
{
    /// <summary>A value.</summary>
    Value,
    /// <summary>The key was deleted.</summary>
    Tombstone,
    /// <summary>A part of a value, which only the program that wrote it can combine with older ones.</summary>
    Merge,
}

/// <summary>Where the parts of a row lie in its block. Both formats.</summary>
readonly struct SlateRow
{
    /// <summary>Expiry of a row that has none.</summary>
    public const long Never = long.MaxValue;

    const byte TombstoneFlag = 1, ExpiryFlag = 2, CreationFlag = 4, MergeFlag = 8;

    /// <summary>Bytes that the key has in common: in format 1 with the block's first key, in format 2 with the key before.</summary>
    public int SharedBytes { get; private init; }

    /// <summary>Where the rest of the key lies.</summary>
    public int SuffixStart { get; private init; }

    public int SuffixBytes { get; private init; }

    public int ValueStart { get; private init; }

    public int ValueBytes { get; private init; }

    /// <summary>Of rows of a key the greatest is the newest.</summary>
    public ulong Sequence { get; private init; }

    public RowKind Kind { get; private init; }

    /// <summary>Milliseconds since 1970.</summary>
    public long ExpiresAt { get; private init; }

    /// <summary>Where the next row starts.</summary>
    public int End { get; private init; }

    /// <summary>Reads a row.</summary>
    /// <param name="rows">The rows of a block, untrusted.</param>
    /// <param name="at">Where the row starts, in the rows.</param>
    /// <param name="format">The file's format.</param>
    /// <param name="row">The row; all its parts lie in the rows.</param>
    /// <returns>False when there is no such row.</returns>
    public static bool TryRead(ReadOnlySpan<byte> rows, int at, int format, out SlateRow row) =>
        format == SstFormats.First ? TryReadFirst(rows, at, out row) : TryReadRestarts(rows, at, out row);

    static bool TryReadFirst(ReadOnlySpan<byte> rows, int at, out SlateRow row)
    {
        row = default;
        if (rows.Length - at < 2 * sizeof(ushort))
            return false;
        var shared = BinaryPrimitives.ReadUInt16BigEndian(rows[at..]);
        var suffix = BinaryPrimitives.ReadUInt16BigEndian(rows[(at + sizeof(ushort))..]);
        var suffixStart = at + 2 * sizeof(ushort);
        if (rows.Length - suffixStart < suffix || !TryReadTail(rows, suffixStart + suffix, out var tail))
            return false;
        var (valueStart, valueBytes) = (tail.End, 0u);
        if (tail.Kind != RowKind.Tombstone)
        {
            if (rows.Length - valueStart < sizeof(uint))
                return false;
            valueBytes = BinaryPrimitives.ReadUInt32BigEndian(rows[valueStart..]);
            valueStart += sizeof(uint);
            if (valueBytes > rows.Length - valueStart)
                return false;
        }
        row = new SlateRow
        {
            SharedBytes = shared,
            SuffixStart = suffixStart,
            SuffixBytes = suffix,
            ValueStart = valueStart,
            ValueBytes = (int)valueBytes,
            Sequence = tail.Sequence,
            Kind = tail.Kind,
            ExpiresAt = tail.ExpiresAt,
            End = valueStart + (int)valueBytes,
        };
        return true;
    }

    static bool TryReadRestarts(ReadOnlySpan<byte> rows, int at, out SlateRow row)
    {
        row = default;
        var left = rows[at..];
        if (!TryTake(ref left, out var shared) || !TryTake(ref left, out var suffix) || !TryTake(ref left, out var value)
            || shared > int.MaxValue || (long)suffix + value > left.Length)
            return false;
        var suffixStart = rows.Length - left.Length;
        var valueStart = suffixStart + (int)suffix;
        if (!TryReadTail(rows, valueStart + (int)value, out var tail) || tail.Kind == RowKind.Tombstone && value > 0)
            return false;
        row = new SlateRow
        {
            SharedBytes = (int)shared,
            SuffixStart = suffixStart,
            SuffixBytes = (int)suffix,
            ValueStart = valueStart,
            ValueBytes = (int)value,
            Sequence = tail.Sequence,
            Kind = tail.Kind,
            ExpiresAt = tail.ExpiresAt,
            End = tail.End,
        };
        return true;
    }

    static bool TryTake(ref ReadOnlySpan<byte> left, out uint number)
    {
        if (!Varint.TryRead32(left, out number, out var length))
            return false;
        left = left[length..];
        return true;
    }

    // Sequence number, flags and times.
    static bool TryReadTail(ReadOnlySpan<byte> rows, int at, out SlateRow tail)
    {
        tail = default;
        if (rows.Length - at < sizeof(ulong) + 1)
            return false;
        var sequence = BinaryPrimitives.ReadUInt64BigEndian(rows[at..]);
        var flags = rows[at + sizeof(ulong)];
        if ((flags & ~(TombstoneFlag | ExpiryFlag | CreationFlag | MergeFlag)) != 0
            || (flags & (TombstoneFlag | MergeFlag)) == (TombstoneFlag | MergeFlag))
            return false;
        var end = at + sizeof(ulong) + 1;
        var timesEnd = end + ((flags & ExpiryFlag) != 0 ? sizeof(long) : 0) + ((flags & CreationFlag) != 0 ? sizeof(long) : 0);
        if (rows.Length < timesEnd)
            return false;
        tail = new SlateRow
        {
            Sequence = sequence,
            Kind = (flags & TombstoneFlag) != 0 ? RowKind.Tombstone : (flags & MergeFlag) != 0 ? RowKind.Merge : RowKind.Value,
            ExpiresAt = (flags & ExpiryFlag) != 0 ? BinaryPrimitives.ReadInt64BigEndian(rows[end..]) : Never,
            End = timesEnd,
        };
        return true;
    }
}
