using ShardyFusion.Formats;
using ShardyFusion.Maintenance;
using ShardyFusion.Parquet.Writing;
using ShardyFusion.Routing;

namespace ShardyFusion.Parquet;

/// <summary>Writes Parquet; found by its name when the first such export comes. Stateless.</summary>
sealed class ParquetWriter : IRowFileWriter
{
    /// <inheritdoc/>
    public RowWriter Create(KeyCodec codec, ValueEncoding? encoding) => new ParquetRowWriter(codec, encoding);
}
