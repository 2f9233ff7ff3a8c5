namespace ShardyFusion.Parquet.Format;

/// <summary>Rows that lie together.</summary>
sealed record RowGroup(IReadOnlyList<ColumnChunk> Columns, long Rows);
