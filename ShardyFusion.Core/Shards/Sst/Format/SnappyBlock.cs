using System.Buffers.Binary;

namespace ShardyFusion.Shards.Sst.Format;

/// <summary>Unpacks Snappy blocks: a varint raw size, then literals and back references.</summary>
static class SnappyBlock
{
    /// <summary>Most raw bytes a stored byte can stand for: a three-byte reference yields 64.</summary>
    public const int MaxRatio = 22;

    /// <summary>Unpacks the elements after the raw size.</summary>
    /// <param name="source">Elements, untrusted, without the leading varint.</param>
    /// <param name="target">Exactly the raw size.</param>
    /// <returns>False when the bytes are no Snappy stream of that raw size; the target's content is then undefined.</returns>
    public static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var to = 0;
        while (!source.IsEmpty)
        {
            int tag = source[0];
            source = source[1..];
            if ((tag & 3) == 0)
            {
                if (!TryLiteralLength(tag >> 2, ref source, out var literals) || literals > source.Length || literals > target.Length - to)
                    return false;
                source[..(int)literals].CopyTo(target[to..]);
                source = source[(int)literals..];
                to += (int)literals;
                continue;
            }
            var offsetBytes = (tag & 3) switch { 1 => 1, 2 => 2, _ => 4 };
            if (source.Length < offsetBytes)
                return false;
            var length = offsetBytes == 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
            var offset = offsetBytes switch
            {
                1 => (uint)((tag >> 5) << 8) | source[0],
                2 => BinaryPrimitives.ReadUInt16LittleEndian(source),
                _ => BinaryPrimitives.ReadUInt32LittleEndian(source),
            };
            source = source[offsetBytes..];
            if (offset == 0 || offset > to || length > target.Length - to)
                return false;
            Lz4Block.CopyWithin(target, to, (int)offset, length);
            to += length;
        }
        return to == target.Length;
    }

    /// <summary>Counts the raw bytes that the elements stand for.</summary>
    /// <param name="source">Elements, untrusted, without the leading varint.</param>
    /// <returns>Their number; -1 when an element is incomplete.</returns>
    public static long Measure(ReadOnlySpan<byte> source)
    {
        long raw = 0;
        while (!source.IsEmpty)
        {
            int tag = source[0];
            source = source[1..];
            long skipped;
            if ((tag & 3) == 0)
            {
                if (!TryLiteralLength(tag >> 2, ref source, out skipped))
                    return -1;
                raw += skipped;
            }
            else
            {
                skipped = (tag & 3) switch { 1 => 1, 2 => 2, _ => 4 };
                raw += skipped == 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
            }
            if (skipped > source.Length)
                return -1;
            source = source[(int)skipped..];
        }
        return raw;
    }

    // 0..59 is the length less one; 60..63 says that it follows in one to four bytes.
    static bool TryLiteralLength(int code, ref ReadOnlySpan<byte> source, out long length)
    {
        length = code + 1;
        if (code < 60)
            return true;
        var bytes = code - 59;
        if (source.Length < bytes)
            return false;
        length = 0;
        for (var i = 0; i < bytes; i++)
            length |= (long)source[i] << (8 * i);
        length++;
        source = source[bytes..];
        return true;
    }
}
