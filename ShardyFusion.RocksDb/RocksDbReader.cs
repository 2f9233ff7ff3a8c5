using ShardyFusion.Building.Input;
using ShardyFusion.Formats.Values;
using ShardyFusion.RocksDb.Rows;

namespace ShardyFusion.RocksDb;

/// <summary>Reads rows from RocksDB databases; found by its name when the first comes. Stateless.</summary>
sealed class RocksDbReader : IInputReader
{
    IRowSource IInputReader.Rows(InputFile file, ValueEncoder values, int workers) => new DatabaseRowSource(file, values, workers);

    /// <summary>None: keys and values have no names.</summary>
    Task<IReadOnlyList<string>> IInputReader.ColumnsAsync(string path, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);
}
