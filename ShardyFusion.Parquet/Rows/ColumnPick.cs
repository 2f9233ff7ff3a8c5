using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Rows;

/// <summary>Where a part has a column that is wanted: in its pages, in its path, or nowhere.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Node">The column in the pages; null when it is not there.</param>
/// <param name="Text">The text that the path has; null when it has none.</param>
readonly record struct ColumnPick(string Name, SchemaNode? Node, string? Text);
