namespace ShardyFusion.Parquet.Writing;

/// <summary>The pages of one column of one row group, as the footer names them.</summary>
readonly record struct WrittenChunk(long Offset, long StoredBytes, long RawBytes);
