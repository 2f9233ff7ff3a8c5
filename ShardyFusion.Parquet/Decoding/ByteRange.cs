namespace ShardyFusion.Parquet.Decoding;

/// <summary>A value of bytes within an array.</summary>
readonly record struct ByteRange(int Start, int Length);
