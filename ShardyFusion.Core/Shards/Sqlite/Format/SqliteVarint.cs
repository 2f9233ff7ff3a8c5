namespace ShardyFusion.Shards.Sqlite.Format;

/// <summary>SQLite's numbers of variable length: seven bits a byte, high group first, the top bit says that more follow; a ninth byte
/// holds eight bits.</summary>
static class SqliteVarint
{
    /// <summary>Most bytes of a number.</summary>
    public const int MaxLength = 9;

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
