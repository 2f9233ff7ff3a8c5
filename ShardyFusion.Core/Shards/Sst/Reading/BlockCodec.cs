using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Turns a stored block (bytes and five-byte trailer) into an unpacked one.</summary>
static class BlockCodec
{
    /// <summary>Checks the checksum in the trailer.</summary>
    /// <exception cref="Errors.ShardCorruptException">It differs.</exception>
    public static void Verify(ReadOnlySpan<byte> stored, Footer footer, in BlockOrigin origin)
    {
        if (!BlockTrailer.Verify(footer.Checksum, stored, footer.BaseContextChecksum, origin.Offset))
            throw origin.Fault($"the {footer.Checksum} checksum of a block of {stored.Length - BlockTrailer.Size} bytes does not match");
    }

    /// <summary>True when the block is stored as it is.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> stored) => stored[^BlockTrailer.Size] == (byte)CompressionType.None;

    /// <summary>Unpacks into a new array.</summary>
    /// <exception cref="Errors.ShardCorruptException">Not unpackable, or packed by an unsupported method.</exception>
    public static byte[] Unpack(ReadOnlySpan<byte> stored, in BlockOrigin origin)
    {
        var unpacked = new byte[ReadRawSize(stored, origin, out var headerBytes)];
        Unpack(stored, headerBytes, unpacked, origin);
        return unpacked;
    }

    /// <summary>Unpacks into <paramref name="buffer"/>, which is replaced by a larger one when it is too small.</summary>
    /// <returns>Bytes of the unpacked block.</returns>
    /// <exception cref="Errors.ShardCorruptException">Not unpackable, or packed by an unsupported method.</exception>
    public static int Unpack(ReadOnlySpan<byte> stored, ref byte[] buffer, in BlockOrigin origin)
    {
        var rawBytes = ReadRawSize(stored, origin, out var headerBytes);
        if (buffer.Length < rawBytes)
            buffer = new byte[Math.Max(rawBytes, Math.Min(2 * buffer.Length, 1 << 20))];
        Unpack(stored, headerBytes, buffer.AsSpan(0, rawBytes), origin);
        return rawBytes;
    }

    static int ReadRawSize(ReadOnlySpan<byte> stored, in BlockOrigin origin, out int headerBytes)
    {
        if (origin.HasDictionary && BlockCompression.TakesDictionary(TypeOf(stored)))
            throw origin.Unsupported($"the block is packed with {TypeOf(stored)} and a dictionary, which is not supported");
        if (!BlockCompression.TryReadRawSize(TypeOf(stored), stored[..^BlockTrailer.Size], out var rawBytes, out headerBytes,
            out var fault))
            throw BlockCompression.IsSupported(TypeOf(stored)) ? origin.Fault(fault!) : origin.Unsupported(fault!);
        return rawBytes;
    }

    static void Unpack(ReadOnlySpan<byte> stored, int headerBytes, Span<byte> target, in BlockOrigin origin)
    {
        var packed = stored[headerBytes..^BlockTrailer.Size];
        if (BlockCompression.TryDecompress(TypeOf(stored), packed, target))
            return;
        throw TypeOf(stored) == CompressionType.Zlib && ZlibBlock.HasHeader(packed)
            ? origin.Unsupported("the block is packed with Zlib and a header (window_bits of 8 to 15), which is not supported")
            : origin.Fault($"a {TypeOf(stored)} block does not unpack to the {target.Length} bytes it claims");
    }

    static CompressionType TypeOf(ReadOnlySpan<byte> stored) => (CompressionType)stored[^BlockTrailer.Size];
}
