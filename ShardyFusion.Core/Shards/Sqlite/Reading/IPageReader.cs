namespace ShardyFusion.Shards.Sqlite.Reading;

/// <summary>Gives the pages of a file, by number.</summary>
interface IPageReader
{
    /// <summary>Reads a page.</summary>
    /// <exception cref="Errors.ShardCorruptException">The file ends within it.</exception>
    ValueTask<ReadOnlyMemory<byte>> ReadAsync(int page, CancellationToken cancellationToken);
}
