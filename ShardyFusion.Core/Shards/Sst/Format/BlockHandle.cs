namespace ShardyFusion.Shards.Sst.Format;

/// <summary>Where a block lies: offset and size without its trailer, both in bytes, stored as two varints.</summary>
/// <param name="Offset">From the start of the file.</param>
/// <param name="Size">As stored (packed), the five trailer bytes not counted.</param>
readonly record struct BlockHandle(long Offset, long Size)
{
    /// <summary>Most bytes a stored handle takes.</summary>
    public const int MaxEncodedLength = 2 * Varint.MaxLength64;

    /// <summary>The first byte after the block's trailer. Does not overflow for a handle that <see cref="TryRead"/> accepted.</summary>
    public long EndWithTrailer => Offset + Size + BlockTrailer.Size;

    /// <summary>Writes the handle at the start of <paramref name="target"/> (20 bytes always suffice).</summary>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> target)
    {
        var length = Varint.Write(target, (ulong)Offset);
        return length + Varint.Write(target[length..], (ulong)Size);
    }

    /// <summary>Reads a handle from untrusted bytes. Whether it lies inside the file is the caller's check.</summary>
    /// <param name="source">Untrusted bytes.</param>
    /// <param name="handle">The handle; default on failure.</param>
    /// <param name="length">Bytes it took; 0 on failure.</param>
    /// <returns>False when the bytes are no two varints, or a number exceeds 2^61 (so that sums cannot overflow).</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out BlockHandle handle, out int length)
    {
        const ulong Limit = 1UL << 61;
        if (Varint.TryRead64(source, out var offset, out var first) && Varint.TryRead64(source[first..], out var size, out var second)
            && offset <= Limit && size <= Limit)
        {
            handle = new BlockHandle((long)offset, (long)size);
            length = first + second;
            return true;
        }
        handle = default;
        length = 0;
        return false;
    }
}
