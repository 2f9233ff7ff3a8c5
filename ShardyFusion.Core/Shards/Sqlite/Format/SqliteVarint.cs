namespace ShardyFusion.Shards.Sqlite.Format;

/// <summary>SQLite's numbers of variable length: seven bits a byte, high group first, the top bit says that more follow; a ninth byte
/// holds eight bits.</summary>
static class SqliteVarint
{
    /// <summary>Most bytes of a number.</summary>
    public const int MaxLength = 9;

    /// <summary>How many bytes a number below 2^56 takes.</summary>
    public static int Length(long value)
    {
        var length = 1;
        for (; value >= 0x80; value >>= 7)
            length++;
        return length;
    }

    /// <summary>Writes a number below 2^56 at the start of <paramref name="target"/>.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> target, long value)
    {
        var length = Length(value);
        for (var at = length - 1; at >= 0; at--, value >>= 7)
            target[at] = (byte)(value & 0x7f | (at == length - 1 ? 0L : 0x80L));
        return length;
    }

    /// <summary>Reads a number.</summary>
    /// <param name="source">Untrusted bytes.</param>
    /// <param name="value">The number.</param>
    /// <returns>Bytes read; 0 when the source ends too early.</returns>
    public static int Read(ReadOnlySpan<byte> source, out long value)
    {
        value = 0;
        for (var i = 0; i < MaxLength && i < source.Length; i++)
        {
            if (i == MaxLength - 1)
            {
                value = value << 8 | source[i];
                return MaxLength;
            }
            value = value << 7 | (uint)(source[i] & 0x7f);
            if (source[i] < 0x80)
                return i + 1;
        }
        return 0;
    }
}
