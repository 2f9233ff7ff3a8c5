using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ShardyFusion.Hashing;

namespace ShardyFusion.Shards.Sst.Format;

/// <summary>The five bytes after each block: compression type, then a little-endian checksum over block and type.</summary>
static class BlockTrailer
{
    /// <summary>Bytes of a trailer.</summary>
    public const int Size = 5;

    const uint LastByteMultiplier = 0x6B9083D9;

    /// <summary>The checksum of a block.</summary>
    /// <param name="type">The file's checksum type; an unknown one gives 0, so check it when the footer is parsed.</param>
    /// <param name="blockAndType">The block as stored, directly followed by its compression type byte.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Checksum(ChecksumType type, ReadOnlySpan<byte> blockAndType) => type switch
    {
        ChecksumType.Crc32c => Crc32c.Mask(Crc32c.Compute(blockAndType)),
        ChecksumType.XxHash => XxHashLegacy.Hash32(blockAndType),
        ChecksumType.XxHash64 => (uint)XxHashLegacy.Hash64(blockAndType),
        ChecksumType.XxHash3 => blockAndType.IsEmpty ? 0 : (uint)XxHash3.Hash(blockAndType[..^1]) ^ (blockAndType[^1] * LastByteMultiplier),
        _ => 0,
    };

    /// <summary>What format version 6 adds to a checksum, so that a block in the wrong place or file does not verify.</summary>
    /// <param name="baseContextChecksum">From the footer; 0 (versions below 6) gives 0.</param>
    /// <param name="blockOffset">Where the block starts in the file.</param>
    public static uint ContextModifier(uint baseContextChecksum, long blockOffset) =>
        baseContextChecksum == 0 ? 0 : baseContextChecksum ^ ((uint)blockOffset + (uint)((ulong)blockOffset >> 32));

    /// <summary>Checks a block against its trailer.</summary>
    /// <param name="type">The file's checksum type.</param>
    /// <param name="blockAndTrailer">The block as stored and its five trailer bytes.</param>
    /// <param name="baseContextChecksum">From the footer; 0 below format version 6.</param>
    /// <param name="blockOffset">Where the block starts in the file.</param>
    /// <returns>True when they agree (without checksums: when zeros are stored, so that a damaged type is noticed); false also for fewer
    /// than five bytes.</returns>
    public static bool Verify(ChecksumType type, ReadOnlySpan<byte> blockAndTrailer, uint baseContextChecksum = 0, long blockOffset = 0)
    {
        if (blockAndTrailer.Length < Size)
            return false;
        var stored = BinaryPrimitives.ReadUInt32LittleEndian(blockAndTrailer[^4..]);
        return stored == Checksum(type, blockAndTrailer[..^4]) + ContextModifier(baseContextChecksum, blockOffset);
    }

    /// <summary>Writes the five bytes after a block.</summary>
    /// <param name="type">The file's checksum type.</param>
    /// <param name="blockAndTrailer">The block, followed by five bytes of room that this fills.</param>
    /// <param name="compression">How the block is packed.</param>
    public static void Write(ChecksumType type, Span<byte> blockAndTrailer, CompressionType compression)
    {
        blockAndTrailer[^Size] = (byte)compression;
        BinaryPrimitives.WriteUInt32LittleEndian(blockAndTrailer[^4..], Checksum(type, blockAndTrailer[..^4]));
    }
}
