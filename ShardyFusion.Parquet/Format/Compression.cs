namespace ShardyFusion.Parquet.Format;

/// <summary>How pages are packed; the numbers are the format's.</summary>
enum Compression
{
    None = 0,
    Snappy = 1,
    Gzip = 2,
    Lzo = 3,
    Brotli = 4,
    /// <summary>LZ4 in the frames of Hadoop; some writers left the frames out.</summary>
    Lz4Hadoop = 5,
    Zstd = 6,
    Lz4Raw = 7,
}
