using System.Buffers.Binary;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>
/// The parts of an unpacked block: entries from 0 to <see cref="EntriesEnd"/>, then one u32 per restart point, then perhaps a
/// hash index (ignored), then a u32 with the number of restart points in its low 28 bits and flags above.
/// </summary>
/// <param name="EntriesEnd">Where the entries end and the restart offsets begin.</param>
/// <param name="RestartCount">Restart points, at least 1.</param>
readonly record struct BlockLayout(int EntriesEnd, int RestartCount)
{
    public const uint CountMask = 0x0FFF_FFFF;
    /// <summary>A hash index of bucket bytes and a u16 bucket count precede the last four bytes.</summary>
    public const uint HashIndexFlag = 0x8000_0000;
    /// <summary>A hint of later RocksDB versions that the keys are evenly spread; the block reads the same.</summary>
    public const uint UniformFlag = 0x2000_0000;

    /// <summary>Reads the end of a block; the parts are then known to lie inside it.</summary>
    public static BlockLayout Read(ReadOnlySpan<byte> block, in BlockOrigin origin)
    {
        if (block.Length < 2 * sizeof(uint))
            throw origin.Fault($"a block has at least 8 bytes, this one has {block.Length}");
        var packed = BinaryPrimitives.ReadUInt32LittleEndian(block[^sizeof(uint)..]);
        if ((packed & ~(CountMask | HashIndexFlag | UniformFlag)) != 0)
            throw origin.Fault($"the block's last four bytes are {packed:x8}: damaged, or a feature of a later RocksDB");
        var restartsEnd = block.Length - sizeof(uint);
        if ((packed & HashIndexFlag) != 0)
        {
            restartsEnd -= sizeof(ushort);
            restartsEnd -= BinaryPrimitives.ReadUInt16LittleEndian(block[restartsEnd..]);
        }
        var count = packed & CountMask;
        var entriesEnd = restartsEnd - sizeof(uint) * (long)count;
        if (count == 0 || entriesEnd < 0)
            throw origin.Fault($"the block claims {count} restart points, which {block.Length} bytes cannot hold");
        return new BlockLayout((int)entriesEnd, (int)count);
    }

    /// <summary>Where restart point <paramref name="number"/> says that its entry starts; unchecked against the entries.</summary>
    public uint Restart(ReadOnlySpan<byte> block, int number) =>
        BinaryPrimitives.ReadUInt32LittleEndian(block[(EntriesEnd + sizeof(uint) * number)..]);
}
