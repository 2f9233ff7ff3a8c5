namespace ShardyFusion.Shards.Sst.Format;

/// <summary>Unpacks stored blocks: the raw size first, checked, then the bytes into exactly that room.</summary>
static class BlockCompression
{
    /// <summary>A raw size up to this many bytes, or up to twice the stored ones, is believed; a larger one is first counted.</summary>
    const int MaxBelievedBytes = 64 << 10;

    /// <summary>False for methods that are known but not unpacked here, and for unknown ones.</summary>
    public static bool IsSupported(CompressionType type) =>
        type is CompressionType.None or CompressionType.Snappy or CompressionType.Zlib or CompressionType.Lz4 or CompressionType.Lz4Hc
            or CompressionType.Zstd;

    /// <summary>True for methods that pack data blocks with the table's dictionary where it has one.</summary>
    public static bool TakesDictionary(CompressionType type) =>
        type is CompressionType.Zlib or CompressionType.Lz4 or CompressionType.Lz4Hc or CompressionType.Zstd;

    /// <summary>Reads how large a packed block is when unpacked, before anything is allocated.</summary>
    /// <param name="type">The trailer's compression type; not <see cref="CompressionType.None"/>.</param>
    /// <param name="stored">The block without its trailer, untrusted.</param>
    /// <param name="rawBytes">The raw size, believable: no more than the method can make of that many stored bytes.</param>
    /// <param name="headerBytes">Bytes of the size in front of the packed bytes.</param>
    /// <param name="fault">What was expected and what was found; null on success.</param>
    public static bool TryReadRawSize(CompressionType type, ReadOnlySpan<byte> stored, out int rawBytes, out int headerBytes,
        out string? fault)
    {
        rawBytes = 0;
        headerBytes = 0;
        var maxRatio = type switch
        {
            CompressionType.Snappy => SnappyBlock.MaxRatio,
            CompressionType.Zlib => ZlibBlock.MaxRatio,
            CompressionType.Lz4 or CompressionType.Lz4Hc => Lz4Block.MaxRatio,
            CompressionType.Zstd => ZstdFrame.MaxRatio,
            _ => 0,
        };
        if (maxRatio == 0)
        {
            fault = Enum.IsDefined(type)
                ? $"the block is packed with {type}, which is not supported (none, Snappy, zlib, LZ4 and ZSTD are)"
                : $"the block has the unknown compression type {(byte)type}";
            return false;
        }
        if (!Varint.TryRead32(stored, out var raw, out headerBytes))
        {
            fault = "the packed block does not start with its raw size";
            return false;
        }
        // The constant covers tiny blocks, whose ratio is dominated by the stream's own few bytes.
        if (raw > Math.Min((long)(stored.Length - headerBytes) * maxRatio + 64, Array.MaxLength))
        {
            fault = $"the packed block of {stored.Length} bytes claims a raw size of {raw}";
            return false;
        }
        // A few stored bytes may truly unpack to a thousand times as many. Counting takes time, a wrong size would take memory.
        if (raw > MaxBelievedBytes && raw > 2 * (long)stored.Length && Measure(type, stored[headerBytes..], raw) != raw)
        {
            fault = $"the packed block of {stored.Length} bytes does not unpack to the {raw} bytes it claims";
            return false;
        }
        rawBytes = (int)raw;
        fault = null;
        return true;
    }

    // Raw bytes that the packed ones stand for, without unpacking them to memory; anything else than `limit` when there are more, or they
    // are none.
    static long Measure(CompressionType type, ReadOnlySpan<byte> packed, long limit) => type switch
    {
        CompressionType.Snappy => SnappyBlock.Measure(packed),
        CompressionType.Zlib => ZlibBlock.Measure(packed, limit),
        CompressionType.Zstd => ZstdFrame.Measure(packed, limit),
        _ => Lz4Block.Measure(packed),
    };

    /// <summary>Unpacks a block whose size <see cref="TryReadRawSize"/> told.</summary>
    /// <param name="type">The trailer's compression type.</param>
    /// <param name="packed">The block without its trailer and without the size's <c>headerBytes</c>, untrusted.</param>
    /// <param name="target">Exactly the raw size.</param>
    /// <returns>False when the bytes do not unpack to exactly that size; the target's content is then undefined.</returns>
    public static bool TryDecompress(CompressionType type, ReadOnlySpan<byte> packed, Span<byte> target) => type switch
    {
        CompressionType.Snappy => SnappyBlock.TryDecompress(packed, target),
        CompressionType.Zlib => ZlibBlock.TryDecompress(packed, target),
        CompressionType.Lz4 or CompressionType.Lz4Hc => Lz4Block.TryDecompress(packed, target),
        CompressionType.Zstd => ZstdFrame.TryDecompress(packed, target),
        _ => false,
    };
}
