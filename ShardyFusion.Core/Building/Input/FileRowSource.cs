using System.Buffers;
using System.Threading.Channels;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;

namespace ShardyFusion.Building.Input;

/// <summary>Reads the rows of one file or stream: one scanner cuts it into chunks of whole records, several threads parse them.</summary>
/// <param name="file">The input.</param>
/// <param name="values">The build's value encoder; its encoding is settled by the input when none was given.</param>
/// <param name="workers">Parser threads, at least 1.</param>
sealed class FileRowSource(InputFile file, ValueEncoder values, int workers) : IRowSource
{
    /// <summary>Large enough that hand-over costs nothing, small enough to stay in a core's cache while it is parsed.</summary>
    internal int ChunkBytes { get; init; } = 512 << 10;

    readonly InputNotes notes = new();

    public async Task<long> ReadAsync(IRowSinkProvider sinks, long rowsBefore, CancellationToken cancellationToken)
    {
        file.ThrowIfInvalid();
        var text = await InputText.OpenAsync(file, cancellationToken).ConfigureAwait(false);
        await using (text.ConfigureAwait(false))
        {
            var scanner = new RecordScanner(text.Utf8, file.Name, ChunkBytes, rowsBefore);
            Func<IChunkParser> newParser;
            if (text.Format == InputFormat.JsonLines)
            {
                var encoding = Settle(file.ValueFields?.Count == 1);
                newParser = () => new JsonLinesChunkParser(file, encoding);
            }
            else
            {
                var header = await new CsvPreamble(file, text.Format, scanner).ReadAsync(cancellationToken).ConfigureAwait(false);
                if (header is null) return 0;
                var encoding = Settle(header.IsSingleValue);
                newParser = () => new CsvChunkParser(file, header, scanner.Dialect, encoding, notes);
            }
            await RunAsync(scanner, newParser, sinks, cancellationToken).ConfigureAwait(false);
            return scanner.Rows;
        }
    }

    public IReadOnlyList<string> Warnings => notes.Warnings(file.Name);

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the build's values cannot be what the input
    /// holds.</exception>
    ValueEncoding Settle(bool isSingleValue)
    {
        var natural = file.ValueForm switch
        {
            TextForm.Json => ValueEncoding.Json,
            TextForm.Hex or TextForm.Base64 => ValueEncoding.Raw,
            _ => isSingleValue ? ValueEncoding.Utf8 : ValueEncoding.Json,
        };
        var settled = values.Settle(natural);
        if (file.ValueForm == TextForm.Text || settled == natural || (natural == ValueEncoding.Raw && settled == ValueEncoding.Utf8))
            return settled;
        throw new ShardyFusionException(ErrorKind.ConfigValidation,
            $"Values in the form {file.ValueForm} cannot be stored with the value encoding {settled}; {natural} fits.");
    }

    async Task RunAsync(RecordScanner scanner, Func<IChunkParser> newParser, IRowSinkProvider sinks, CancellationToken cancellationToken)
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
            await Task.Run(() => ScanAsync(scanner, chunks.Writer, stop.Token), CancellationToken.None).ConfigureAwait(false);
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

    static async Task ScanAsync(RecordScanner scanner, ChannelWriter<RecordChunk> chunks, CancellationToken cancellationToken)
    {
        while (await scanner.NextAsync(cancellationToken).ConfigureAwait(false) is { } chunk)
            await chunks.WriteAsync(chunk, cancellationToken).ConfigureAwait(false);
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
