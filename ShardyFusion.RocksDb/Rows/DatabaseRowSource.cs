using System.Threading.Channels;
using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;
using ShardyFusion.RocksDb.Databases;

namespace ShardyFusion.RocksDb.Rows;

/// <summary>Reads the rows of one column family: one thread goes over them, several hand them on.</summary>
/// <param name="file">The input.</param>
/// <param name="values">The build's value encoder; its encoding is settled as raw when none was given.</param>
/// <param name="workers">Threads that take rows, at least 1.</param>
sealed class DatabaseRowSource(InputFile file, ValueEncoder values, int workers) : IRowSource
{
    readonly List<string> warnings = [];

    public IReadOnlyList<string> Warnings => warnings;

    public async Task<long> ReadAsync(IRowSinkProvider sinks, long rowsBefore, CancellationToken cancellationToken)
    {
        file.ThrowIfInvalid();
        file.RequireFile();
        if (file.RoutingFields.Count > 0)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, "Rows of a RocksDB database have a key and a value, but the CEL "
                + $"expression also reads {string.Join(", ", file.RoutingFields.Select(field => $"'{field}'"))}.")
            {
                RecommendedAction = "Use an expression that reads 'key' alone.",
            };
        using var database = RocksDatabase.Open(file.Path!, file.ColumnFamily);
        if (database.Settings.HasTimeToLive)
            warnings.Add($"'{file.Path}' was written with a time to live: the time was cut off its values, and rows that are over it but "
                + "were not compacted away yet are among these.");
        using var rows = database.Rows();
        var scanner = new DatabaseScanner(rows, rowsBefore) { CutBytes = database.Settings.HasTimeToLive ? TimeBytes : 0 };
        var encoding = values.Settle(ValueEncoding.Raw);
        await ParallelChunks.ReadAsync((chunks, stop) => ScanAsync(scanner, chunks, stop), () => new DatabaseChunkParser(encoding), sinks,
            workers, cancellationToken).ConfigureAwait(false);
        return scanner.Rows;
    }

    /// <summary>RocksDB's DBWithTTL puts the seconds since 1970 after each value.</summary>
    const int TimeBytes = 4;

    static async Task ScanAsync(DatabaseScanner scanner, ChannelWriter<RecordChunk> chunks, CancellationToken cancellationToken)
    {
        while (scanner.Next(cancellationToken) is { } chunk) await chunks.WriteAsync(chunk, cancellationToken).ConfigureAwait(false);
    }
}
