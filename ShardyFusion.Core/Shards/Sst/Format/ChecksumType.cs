namespace ShardyFusion.Shards.Sst.Format;

/// <summary>The footer's first byte: what the four checksum bytes of each block are (RocksDB's ChecksumType).</summary>
enum ChecksumType : byte
{
    /// <summary>Always zero, whatever the block holds.</summary>
    None = 0,
    /// <summary>Masked CRC-32C.</summary>
    Crc32c = 1,
    /// <summary>XXH32, seed 0.</summary>
    XxHash = 2,
    /// <summary>Low half of XXH64, seed 0.</summary>
    XxHash64 = 3,
    /// <summary>Low half of XXH3, the last byte folded in by a multiply.</summary>
    XxHash3 = 4,
}
