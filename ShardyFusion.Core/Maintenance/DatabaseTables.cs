using System.Globalization;
using ShardyFusion.Reading;
using ShardyFusion.Shards.Sst.Writing;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Maintenance;

/// <summary>Writes rows in the order of their keys to tables of some size, for a database. For one pass.</summary>
/// <param name="folder">Takes the files.</param>
/// <param name="family">The column family.</param>
sealed class DatabaseTables(string folder, string family)
{
    const int FlushBytes = 1 << 20;

    const int RowsBetweenReports = 1 << 14;

    readonly List<DatabaseTable> tables = [];

    /// <summary>Bytes of a table, about; a reader opens few of them, and one that is damaged is not all.</summary>
    public long TableBytes { get; init; } = 256 << 20;

    /// <summary>Writes the rows.</summary>
    /// <param name="rows">Each key once.</param>
    /// <param name="progress">Told the number of rows now and then; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public async Task<IReadOnlyList<DatabaseTable>> WriteAsync(IAsyncEnumerable<PlacedRow> rows, IProgress<ShardProgress>? progress,
        CancellationToken cancellationToken)
    {
        long count = 0;
        var source = rows.GetAsyncEnumerator(cancellationToken);
        await using (source.ConfigureAwait(false))
        {
            var hasRow = await source.MoveNextAsync().ConfigureAwait(false);
            while (hasRow)
            {
                var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"rows-{tables.Count:D5}.sst"));
                var file = File.Create(path, FlushBytes);
                await using (file.ConfigureAwait(false))
                {
                    using var writer = new SstWriter(new SstOptions());
                    var sample = new List<KeyValuePair<byte[], byte[]>>();
                    long inTable = 0, bytes = 0;
                    for (; hasRow && bytes < TableBytes; hasRow = await source.MoveNextAsync().ConfigureAwait(false))
                    {
                        var row = source.Current;
                        writer.Add(row.Key.Span, row.Value.Span);
                        if (long.IsPow2(++inTable)) sample.Add(new(row.Key.ToArray(), row.Value.ToArray()));
                        if (writer.Pending.Length >= FlushBytes)
                            bytes += await FlushAsync(writer, file, cancellationToken).ConfigureAwait(false);
                        if (++count % RowsBetweenReports == 0) progress?.Report(new ShardProgress(0, 0, count, 0));
                    }
                    writer.Finish();
                    await FlushAsync(writer, file, cancellationToken).ConfigureAwait(false);
                    tables.Add(new DatabaseTable(path, family, IsCopy: true, inTable, sample));
                }
            }
        }
        progress?.Report(new ShardProgress(0, 0, count, 0));
        return tables;
    }

    static async Task<int> FlushAsync(SstWriter writer, FileStream file, CancellationToken cancellationToken)
    {
        var bytes = writer.Pending.Length;
        await file.WriteAsync(writer.Pending, cancellationToken).ConfigureAwait(false);
        writer.DiscardPending();
        return bytes;
    }
}
