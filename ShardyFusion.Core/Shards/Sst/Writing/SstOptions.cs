namespace ShardyFusion.Shards.Sst.Writing;

/// <summary>How the blocks of a shard are packed.</summary>
public enum ShardCompression
{
    /// <summary>Not at all: largest file, fastest reads.</summary>
    None,
    /// <summary>zlib (deflate): smallest file, slowest to write.</summary>
    Zlib,
    /// <summary>LZ4: about half the size on text and records, little slower than none.</summary>
    Lz4,
    /// <summary>Zstandard, level 3: about as small as zlib. RocksDB reads it where it was built with ZSTD.</summary>
    Zstd,
}

/// <summary>What protects each block of a shard against damage.</summary>
public enum ShardChecksum
{
    /// <summary>CRC-32C: read by every RocksDB.</summary>
    Crc32c,
    /// <summary>XXH3: read by RocksDB 6.27 and up, about twice as fast to compute.</summary>
    XxHash3,
}

/// <summary>How a shard file is laid out. The defaults suit point lookups of small values.</summary>
public sealed record SstOptions
{
    /// <summary>Least <see cref="BlockSizeBytes"/>.</summary>
    public const int MinBlockSizeBytes = 256;

    /// <summary>Most <see cref="BlockSizeBytes"/>.</summary>
    public const int MaxBlockSizeBytes = 16 << 20;

    /// <summary>Most <see cref="RestartInterval"/>.</summary>
    public const int MaxRestartInterval = 1024;

    /// <summary>Most <see cref="BloomBitsPerKey"/>.</summary>
    public const double MaxBloomBitsPerKey = 100;

    /// <summary>Raw size in bytes at which a data block is closed, 256 to 16 MiB. A larger row gets a block of its own.</summary>
    public int BlockSizeBytes { get; init; } = 4096;

    /// <summary>Rows from one whole key to the next within a block, 1 to 1024; those between store only what differs.</summary>
    public int RestartInterval { get; init; } = 16;

    /// <summary>Filter bits a key, 1 to 100 (10 lets 1 % of absent keys through); 0 writes no filter.</summary>
    public double BloomBitsPerKey { get; init; } = 10;

    /// <summary>How data and index blocks are packed; a block that saves less than an eighth is stored as it is.</summary>
    public ShardCompression Compression { get; init; } = ShardCompression.None;

    /// <summary>The checksum behind every block. The default is the one that RocksDB 6.6 knows already.</summary>
    public ShardChecksum Checksum { get; init; } = ShardChecksum.Crc32c;

    /// <summary>Says everything that is wrong with the options.</summary>
    /// <returns>One sentence a fault; empty when there is none.</returns>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (BlockSizeBytes is < MinBlockSizeBytes or > MaxBlockSizeBytes)
            faults.Add($"{nameof(BlockSizeBytes)} is {BlockSizeBytes}; {MinBlockSizeBytes} to {MaxBlockSizeBytes} bytes are allowed.");
        if (RestartInterval is < 1 or > MaxRestartInterval)
            faults.Add($"{nameof(RestartInterval)} is {RestartInterval}; 1 to {MaxRestartInterval} rows are allowed.");
        if (!(BloomBitsPerKey is 0 or (>= 1 and <= MaxBloomBitsPerKey)))
            faults.Add(
                FormattableString.Invariant(
                $"{nameof(BloomBitsPerKey)} is {BloomBitsPerKey}; 0 (no filter) or 1 to {MaxBloomBitsPerKey} are allowed."));
        if (!Enum.IsDefined(Compression))
            faults.Add($"{nameof(Compression)} is {(int)Compression}, which names no compression.");
        if (!Enum.IsDefined(Checksum))
            faults.Add($"{nameof(Checksum)} is {(int)Checksum}, which names no checksum.");
        return faults;
    }
}
