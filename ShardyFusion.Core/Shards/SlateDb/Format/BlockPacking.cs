using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Format;

/// <summary>Stored parts of a file: checksum and packing.</summary>
static class BlockPacking
{
    /// <summary>Bytes of the checksum behind each part.</summary>
    public const int ChecksumBytes = sizeof(uint);

    const int MinBufferBytes = 4 << 10;

    /// <summary>Checks a stored part and cuts its checksum off.</summary>
    /// <exception cref="Errors.ShardCorruptException">The checksum differs.</exception>
    public static ReadOnlyMemory<byte> Verify(ReadOnlyMemory<byte> stored, BlockOrigin origin)
    {
        if (stored.Length < ChecksumBytes)
            throw origin.Fault($"{stored.Length} bytes hold no checksum");
        var content = stored[..^ChecksumBytes];
        if (Crc32.HashToUInt32(content.Span) != BinaryPrimitives.ReadUInt32BigEndian(stored.Span[content.Length..]))
            throw origin.Fault($"the checksum of {content.Length} bytes does not match");
        return content;
    }

    /// <summary>Checks and unpacks a stored part; one that is not packed is not copied.</summary>
    /// <exception cref="Errors.ShardCorruptException">The checksum differs, or the bytes do not unpack.</exception>
    public static ReadOnlyMemory<byte> Open(ReadOnlyMemory<byte> stored, SlateCodec codec, BlockOrigin origin)
    {
        var content = Verify(stored, origin);
        return codec == SlateCodec.None ? content
            : Unpack(codec, content.Span)
                ?? throw origin.Fault($"{content.Length} bytes do not unpack as {codec}; an encrypted database looks like that too");
    }

    static byte[]? Unpack(SlateCodec codec, ReadOnlySpan<byte> packed) => codec switch
    {
        SlateCodec.Snappy => UnpackSnappy(packed),
        SlateCodec.Zlib => UnpackZlib(packed),
        SlateCodec.Lz4 => UnpackLz4(packed),
        _ => ZstdFrame.Unpack(packed),
    };

    static byte[]? UnpackSnappy(ReadOnlySpan<byte> packed)
    {
        if (!BlockCompression.TryReadRawSize(CompressionType.Snappy, packed, out var rawBytes, out var headerBytes, out _))
            return null;
        var raw = new byte[rawBytes];
        return SnappyBlock.TryDecompress(packed[headerBytes..], raw) ? raw : null;
    }

    static byte[]? UnpackLz4(ReadOnlySpan<byte> packed)
    {
        if (packed.Length < sizeof(uint))
            return null;
        var rawBytes = BinaryPrimitives.ReadUInt32LittleEndian(packed);
        packed = packed[sizeof(uint)..];
        // Counted before room is made for it; a wrong size would take memory.
        if (rawBytes > Array.MaxLength || Lz4Block.Measure(packed) != rawBytes)
            return null;
        var raw = new byte[rawBytes];
        return Lz4Block.TryDecompress(packed, raw) ? raw : null;
    }

    // The raw size is not stored: the buffer grows as bytes come. The stream checks its own checksum.
    static unsafe byte[]? UnpackZlib(ReadOnlySpan<byte> packed)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(MinBufferBytes, (int)Math.Min(packed.Length * 4L, 1 << 20)));
        try
        {
            // The pointer lives as long as the fixed block, and the stream never leaves it.
            fixed (byte* start = packed)
            {
                using var source = new UnmanagedMemoryStream(start, packed.Length);
                using var inflate = new ZLibStream(source, CompressionMode.Decompress);
                var count = 0;
                while (inflate.Read(buffer, count, buffer.Length - count) is > 0 and var read)
                {
                    count += read;
                    if (count == buffer.Length)
                        Grow(ref buffer);
                }
                return source.Position == packed.Length ? buffer.AsSpan(0, count).ToArray() : null;
            }
        }
        catch (InvalidDataException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static void Grow(ref byte[] buffer)
    {
        if (buffer.Length == Array.MaxLength)
            throw new InvalidDataException("The block is larger than an array can be.");
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(2L * buffer.Length, Array.MaxLength));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
