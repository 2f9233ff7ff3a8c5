using System.Numerics;
using System.Runtime.CompilerServices;

namespace ShardyFusion.Shards.Sst.Format;

/// <summary>LEB128: seven bits a byte, low group first, the top bit says that more follow.</summary>
static class Varint
{
    /// <summary>Most bytes of a 32-bit number.</summary>
    public const int MaxLength32 = 5;

    /// <summary>Most bytes of a 64-bit number.</summary>
    public const int MaxLength64 = 10;

    /// <summary>How many bytes <paramref name="value"/> takes, 1..10.</summary>
    public static int Length(ulong value) => (70 - BitOperations.LeadingZeroCount(value | 1)) / 7;

    /// <summary>Writes <paramref name="value"/> at the start of <paramref name="target"/>.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> target, ulong value)
    {
        var at = 0;
        for (; value >= 0x80; value >>= 7)
            target[at++] = (byte)(value | 0x80);
        target[at++] = (byte)value;
        return at;
    }

    /// <summary>Reads a number of at most 32 bits.</summary>
    /// <param name="source">Untrusted bytes.</param>
    /// <param name="value">The number; 0 on failure.</param>
    /// <param name="length">Bytes it took; 0 on failure.</param>
    /// <returns>False when the bytes end too early or the number needs more than 32 bits.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead32(ReadOnlySpan<byte> source, out uint value, out int length)
    {
        if (!source.IsEmpty && source[0] < 0x80)
        {
            value = source[0];
            length = 1;
            return true;
        }
        return TryReadLong32(source, out value, out length);
    }

    static bool TryReadLong32(ReadOnlySpan<byte> source, out uint value, out int length)
    {
        var ok = TryRead64(source[..Math.Min(source.Length, MaxLength32)], out var wide, out length) && wide <= uint.MaxValue;
        value = ok ? (uint)wide : 0;
        length = ok ? length : 0;
        return ok;
    }

    /// <summary>Reads a number of at most 64 bits.</summary>
    /// <param name="source">Untrusted bytes.</param>
    /// <param name="value">The number; 0 on failure.</param>
    /// <param name="length">Bytes it took; 0 on failure.</param>
    /// <returns>False when the bytes end too early or the number needs more than 64 bits.</returns>
    public static bool TryRead64(ReadOnlySpan<byte> source, out ulong value, out int length)
    {
        value = 0;
        for (length = 0; length < source.Length && length < MaxLength64;)
        {
            ulong group = source[length];
            // The tenth byte has room for one bit only.
            if (length == MaxLength64 - 1 && group > 1)
                break;
            value |= (group & 0x7F) << (7 * length);
            length++;
            if (group < 0x80)
                return true;
        }
        value = 0;
        length = 0;
        return false;
    }

    /// <summary>Zigzag: how RocksDB stores a signed number in a varint.</summary>
    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    /// <summary>The inverse of <see cref="ZigZag"/>.</summary>
    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);
}
