using ShardyFusion.Formats.Values;

namespace ShardyFusion.Building.Input;

/// <summary>Reads inputs of a format that is no text. Implemented in an assembly of its own, see <see cref="OptionalReaders"/>.</summary>
interface IInputReader
{
    /// <summary>Prepares to read the rows of an input; nothing is opened yet.</summary>
    /// <param name="file">The input.</param>
    /// <param name="values">The build's value encoder; its encoding is settled by the input when none was given.</param>
    /// <param name="workers">Threads, at least 1.</param>
    IRowSource Rows(InputFile file, ValueEncoder values, int workers);

    /// <summary>What the columns of an input are called, without reading its rows.</summary>
    /// <exception cref="ShardyFusion.Errors.ShardyFusionException">The input cannot be read so.</exception>
    Task<IReadOnlyList<string>> ColumnsAsync(string path, CancellationToken cancellationToken);
}
