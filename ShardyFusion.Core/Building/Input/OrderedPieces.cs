namespace ShardyFusion.Building.Input;

/// <summary>Lets several workers read an input that is cut into pieces, each taking the next one. Stateless.</summary>
static class OrderedPieces
{
    /// <summary>Hands every piece to a worker; each worker gets its pieces in ascending order.</summary>
    /// <param name="workers">Threads, at least 1.</param>
    /// <param name="sinks">Takes the rows.</param>
    /// <param name="pieces">Number of pieces.</param>
    /// <param name="read">Reads a piece.</param>
    /// <param name="cancellationToken">Ends the work between two pieces.</param>
    /// <exception cref="Errors.ShardyFusionException">What the first piece threw that failed.</exception>
    public static async Task ReadAsync(int workers, IRowSinkProvider sinks, int pieces, Action<int, IRowSink> read,
        CancellationToken cancellationToken)
    {
        var failures = new FirstFailure();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(Work, CancellationToken.None))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        failures.ThrowIfAny();

        void Work()
        {
            var sink = sinks.Open();
            try
            {
                // Pieces are taken in order, so every piece before a failed one is being read already and may fail earlier still.
                for (int piece; (piece = Interlocked.Increment(ref next)) < failures.Index && piece < pieces;)
                {
                    if (cancellationToken.IsCancellationRequested) return;
                    try
                    {
                        read(piece, sink);
                    }
                    catch (Exception e)
                    {
                        failures.Add(piece, e);
                    }
                }
            }
            finally
            {
                sinks.Close(sink);
            }
        }
    }
}
