namespace ShardyFusion.Shards.Sst.Format;

/// <summary>The byte after each block that says how it is packed (RocksDB's CompressionType).</summary>
enum CompressionType : byte
{
    None = 0,
    Snappy = 1,
    Zlib = 2,
    BZip2 = 3,
    Lz4 = 4,
    Lz4Hc = 5,
    Xpress = 6,
    Zstd = 7,
    /// <summary>ZSTD before its format was final.</summary>
    ZstdNotFinal = 64,
}
