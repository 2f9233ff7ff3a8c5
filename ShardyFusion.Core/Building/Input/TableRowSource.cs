namespace ShardyFusion.Building.Input;

/// <summary>Reads rows that lie in memory on several threads, each taking the next range of rows.</summary>
/// <param name="workers">Threads, at least 1.</param>
sealed class TableRowSource(int workers)
{
    /// <summary>Long enough that hand-over costs nothing, short enough that all threads end together.</summary>
    internal int RangeRows { get; init; } = 1 << 14;

    /// <summary>Hands every row to a sink; each sink gets rows in ascending order.</summary>
    /// <exception cref="ShardyFusion.Errors.ShardyFusionException">What a sink threw, for the first row that made one throw.</exception>
    public async Task ReadAsync<TRows>(TRows rows, IRowSinkProvider sinks, long rowsBefore, CancellationToken cancellationToken) where TRows
        : IRowTable
    {
        var failures = new FirstFailure();
        var nextRange = -1;
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(Work, CancellationToken.None))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        failures.ThrowIfAny();

        void Work()
        {
            var sink = sinks.Open();
            try
            {
                // Ranges are taken in order, so every range before a failed one is being read already and may fail earlier still.
                for (int range; (range = Interlocked.Increment(ref nextRange)) < failures.Index && (long)range * RangeRows < rows.Count;)
                {
                    if (cancellationToken.IsCancellationRequested) return;
                    try
                    {
                        ReadRange(rows, (long)range * RangeRows, sink, rowsBefore);
                    }
                    catch (Exception e)
                    {
                        failures.Add(range, e);
                    }
                }
            }
            finally
            {
                sinks.Close(sink);
            }
        }
    }

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
