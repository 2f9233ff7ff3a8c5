using ShardyFusion.Building.Input;
using ShardyFusion.Formats.Values;
using ShardyFusion.Parquet.Rows;

namespace ShardyFusion.Parquet;

/// <summary>Reads Parquet; found by its name when the first such input comes. Stateless.</summary>
sealed class ParquetReader : IInputReader
{
    /// <inheritdoc/>
    public IRowSource Rows(InputFile file, ValueEncoder values, int workers) => new ParquetRowSource(file, values, workers);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ColumnsAsync(string path, CancellationToken cancellationToken)
    {
        var folder = new LocalFolder(path);
        return ColumnPlan.ColumnsOf(await PartFinder.FindAsync(folder, cancellationToken).ConfigureAwait(false));
    }
}
