using System.Buffers;
using System.Threading.Channels;

namespace ShardyFusion.Building.Input;

/// <summary>Lets one thread cut an input into chunks of whole records and several parse them. Stateless.</summary>
static class ParallelChunks
{
    /// <summary>Works until the input is at its end, or a chunk failed and those before it are done.</summary>
    /// <param name="scan">Writes the chunks in order; called once.</param>
    /// <param name="newParser">Makes the parser of one worker.</param>
    /// <param name="sinks">Takes the rows.</param>
    /// <param name="workers">Parser threads, at least 1.</param>
    /// <param name="cancellationToken">Ends the work within one chunk.</param>
    /// <exception cref="Errors.ShardyFusionException">What scan, parser or sink threw for the first row that made one throw.</exception>
    public static async Task ReadAsync(Func<ChannelWriter<RecordChunk>, CancellationToken, Task> scan, Func<IChunkParser> newParser,
        IRowSinkProvider sinks, int workers, CancellationToken cancellationToken)
    {
        var chunks = Channel.CreateBounded<RecordChunk>(new BoundedChannelOptions(workers * 2) { SingleWriter = true });
        var failures = new FirstFailure();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var run = new ParseRun(failures, stop);
        var parsers = Enumerable.Range(0, workers)
            .Select(_ => Task.Run(() => ParseAsync(chunks.Reader, newParser(), sinks, run, cancellationToken),
                CancellationToken.None))
            .ToArray();
        try
        {
            await Task.Run(() => scan(chunks.Writer, stop.Token), CancellationToken.None).ConfigureAwait(false);
            chunks.Writer.Complete();
        }
        catch (OperationCanceledException) when (failures.Any)
        {
            chunks.Writer.Complete();
        }
        catch (Exception e)
        {
            // The rows before the place where the input broke may hold an earlier error: parsers finish what was cut off.
            failures.Add(int.MaxValue, e);
            chunks.Writer.Complete();
        }
        await Task.WhenAll(parsers).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        failures.ThrowIfAny();
    }

    static async Task ParseAsync(ChannelReader<RecordChunk> chunks, IChunkParser parser, IRowSinkProvider sinks, ParseRun run,
        CancellationToken cancellationToken)
    {
        IRowSink? sink = null;
        try
        {
            sink = sinks.Open();
            await foreach (var chunk in chunks.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                try
                {
                    // Chunks come in order, so every chunk before a failed one is being parsed already and may fail earlier still.
                    if (chunk.Index < run.Failures.Index && !cancellationToken.IsCancellationRequested) parser.Parse(chunk, sink);
                }
                catch (Exception e)
                {
                    await run.FailAsync(chunk.Index, e).ConfigureAwait(false);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(chunk.Buffer);
                }
            }
        }
        catch (Exception e)
        {
            await run.FailAsync(-1, e).ConfigureAwait(false);
        }
        finally
        {
            if (sink is not null) sinks.Close(sink);
        }
    }

    /// <summary>What parsers of one input share.</summary>
    sealed record ParseRun(FirstFailure Failures, CancellationTokenSource Stop)
    {
        public Task FailAsync(int chunkIndex, Exception failure)
        {
            Failures.Add(chunkIndex, failure);
            return Stop.CancelAsync();
        }
    }
}
