namespace ShardyFusion.Building.Input;

/// <summary>Reads rows that lie in memory on several threads, each taking the next range of rows.</summary>
/// <param name="workers">Threads, at least 1.</param>
sealed class TableRowSource(int workers)
{
    /// <summary>Long enough that hand-over costs nothing, short enough that all threads end together.</summary>
    internal int RangeRows { get; init; } = 1 << 14;

    /// <summary>Hands every row to a sink; each sink gets rows in ascending order.</summary>
    /// <exception cref="ShardyFusion.Errors.ShardyFusionException">What a sink threw, for the first row that made one throw.</exception>
    public Task ReadAsync<TRows>(TRows rows, IRowSinkProvider sinks, long rowsBefore, CancellationToken cancellationToken) where TRows
        : IRowTable =>
        OrderedPieces.ReadAsync(workers, sinks, (int)((rows.Count + RangeRows - 1) / RangeRows),
            (range, sink) => ReadRange(rows, (long)range * RangeRows, sink, rowsBefore), cancellationToken);

    void ReadRange<TRows>(TRows rows, long first, IRowSink sink, long rowsBefore) where TRows : IRowTable
    {
        var end = Math.Min(first + RangeRows, rows.Count);
        if (rows.HasIntegerKeys)
        {
            for (var row = first; row < end; row++)
                sink.AddInteger(rows.IntegerKey(row), rows.Value(row), rowsBefore + row + 1);
        }
        else
        {
            for (var row = first; row < end; row++)
                sink.Add(rows.TextKey(row), rows.Value(row), rowsBefore + row + 1);
        }
    }
}
