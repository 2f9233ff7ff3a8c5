using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using ShardyFusion.Parquet.Format;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Parquet.Pages;

/// <summary>Unpacks pages. Room is made for what the packed bytes can hold, never for what a head claims.</summary>
static class PageCodec
{
    const int GrowBytes = 1 << 20;

    /// <exception cref="DamageException">The codec is not read here.</exception>
    public static void RequireKnown(int codec)
    {
        if (codec == (int)Compression.Lzo)
            throw new DamageException("it is packed with LZO, which is not supported; write it with zstd or snappy");
        if (codec is < 0 or > (int)Compression.Lz4Raw) throw new DamageException($"it is packed with the unknown codec {codec}");
    }

    /// <summary>Unpacks a page.</summary>
    /// <param name="codec">How it is packed.</param>
    /// <param name="packed">Untrusted.</param>
    /// <param name="rawBytes">What the page's head says.</param>
    /// <param name="raw">A pooled array, exchanged for a larger one where needed.</param>
    /// <exception cref="DamageException">The bytes do not unpack to that number.</exception>
    public static void Unpack(Compression codec, ReadOnlyMemory<byte> packed, int rawBytes, ref byte[] raw)
    {
        if (codec is Compression.Gzip or Compression.Brotli)
        {
            UnpackStream(codec, packed, rawBytes, ref raw);
            return;
        }
        if (rawBytes > MostBytes(codec, packed.Span))
            throw new DamageException($"its {packed.Length} packed bytes cannot be the {rawBytes} that it claims");
        MakeRoom(ref raw, rawBytes, 0);
        if (!TryUnpack(codec, packed.Span, raw.AsSpan(0, rawBytes)))
            throw new DamageException($"its {codec} data do not unpack to the {rawBytes} bytes that it claims");
    }

    /// <summary>Makes an array that holds at least so many bytes.</summary>
    public static void MakeRoom(ref byte[] buffer, int bytes, int kept)
    {
        if (buffer.Length >= bytes) return;
        var larger = ArrayPool<byte>.Shared.Rent(bytes);
        buffer.AsSpan(0, kept).CopyTo(larger);
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    static long MostBytes(Compression codec, ReadOnlySpan<byte> packed) => codec switch
    {
        Compression.Snappy => (long)packed.Length * SnappyBlock.MaxRatio,
        Compression.Zstd => ZstdFrame.MostBytes(packed) ?? -1,
        _ => (long)packed.Length * Lz4Block.MaxRatio,
    };

    static bool TryUnpack(Compression codec, ReadOnlySpan<byte> packed, Span<byte> raw) => codec switch
    {
        Compression.Snappy => TryUnpackSnappy(packed, raw),
        Compression.Zstd => ZstdFrame.TryDecompress(packed, raw),
        Compression.Lz4Raw => Lz4Block.TryDecompress(packed, raw),
        _ => TryUnpackHadoop(packed, raw) || Lz4Block.TryDecompress(packed, raw),
    };

    static bool TryUnpackSnappy(ReadOnlySpan<byte> packed, Span<byte> raw)
    {
        var size = 0UL;
        for (var i = 0; i < packed.Length && i < 5; i++)
        {
            size |= (ulong)(packed[i] & 0x7f) << (7 * i);
            if (packed[i] < 0x80) return size == (ulong)raw.Length && SnappyBlock.TryDecompress(packed[(i + 1)..], raw);
        }
        return false;
    }

    /// <summary>Frames of Hadoop: the raw size of some blocks, then each block behind its packed size, all big-endian.</summary>
    static bool TryUnpackHadoop(ReadOnlySpan<byte> packed, Span<byte> raw)
    {
        while (packed.Length >= sizeof(uint))
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(packed);
            packed = packed[sizeof(uint)..];
            if (size > (uint)raw.Length) return false;
            var frame = raw[..(int)size];
            raw = raw[(int)size..];
            while (!frame.IsEmpty)
            {
                if (packed.Length < sizeof(uint)) return false;
                var stored = BinaryPrimitives.ReadUInt32BigEndian(packed);
                packed = packed[sizeof(uint)..];
                if (stored > (uint)packed.Length) return false;
                var block = packed[..(int)stored];
                packed = packed[(int)stored..];
                // A frame of several blocks says only their sum: each block shows its own size.
                if (Lz4Block.Measure(block) is not (> 0 and var bytes) || bytes > frame.Length
                    || !Lz4Block.TryDecompress(block, frame[..(int)bytes]))
                    return false;
                frame = frame[(int)bytes..];
            }
        }
        return packed.IsEmpty && raw.IsEmpty;
    }

    static void UnpackStream(Compression codec, ReadOnlyMemory<byte> packed, int rawBytes, ref byte[] raw)
    {
        using var source = new MemoryStream(packed.ToArray());
        using Stream unpacked = codec == Compression.Gzip ? new GZipStream(source, CompressionMode.Decompress)
            : new BrotliStream(source, CompressionMode.Decompress);
        try
        {
            var length = 0;
            while (true)
            {
                // One byte more than claimed shows that there is more, and lets a checksum at the end be looked at.
                MakeRoom(ref raw, Math.Min(rawBytes, length + GrowBytes) + 1, length);
                var count = unpacked.Read(raw.AsSpan(length, Math.Min(raw.Length, rawBytes + 1) - length));
                if (count == 0) break;
                length += count;
                if (length > rawBytes)
                    throw new DamageException($"its {codec} data unpack to more than the {rawBytes} bytes that it claims");
            }
            if (length < rawBytes) throw new DamageException($"its {codec} data unpack to {length} bytes, and it claims {rawBytes}");
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or IOException)
        {
            throw new DamageException($"its {codec} data are damaged");
        }
    }
}
