using System.Buffers;
using System.Threading.Channels;
using ShardyFusion.Errors;
using ShardyFusion.Manifests;

namespace ShardyFusion.Building.Input;

/// <summary>Reads the rows of one file or stream: one scanner cuts it into chunks of whole records, several threads parse them.</summary>
/// <param name="file">The input.</param>
/// <param name="values">The build's value encoder; its encoding is settled by the input when none was given.</param>
/// <param name="workers">Parser threads, at least 1.</param>
internal sealed class FileRowSource(InputFile file, ValueEncoder values, int workers)
{
    /// <summary>Large enough that hand-over costs nothing, small enough to stay in a core's cache while it is parsed.</summary>
    internal int ChunkBytes { get; init; } = 512 << 10;

    /// <summary>Reads the input to its end.</summary>
    /// <param name="sinks">Takes the rows.</param>
    /// <param name="rowsBefore">Rows of the build before this input; the first row here gets the number after it.</param>
    /// <param name="cancellationToken">Ends the read within one chunk.</param>
    /// <returns>Rows of this input, rejected ones included, header and blank lines not.</returns>
    /// <exception cref="ShardyFusionException">
    /// <see cref="ErrorKind.ConfigValidation"/>: the description of the input is faulty; <see cref="ErrorKind.InputInvalid"/>: the input is;
    /// or what a sink threw, for the first row that made one throw.
    /// </exception>
    public async Task<long> ReadAsync(IRowSinkProvider sinks, long rowsBefore, CancellationToken cancellationToken)
    {
        Validate();
        var text = await InputText.OpenAsync(file, cancellationToken).ConfigureAwait(false);
        await using (text.ConfigureAwait(false))
        {
            var isJson = text.Format == InputFormat.JsonLines;
            var delimiter = (byte)(file.Delimiter ?? (text.Format == InputFormat.Tsv ? '\t' : ','));
            var scanner = new RecordScanner(text.Utf8, file.Name, isJson ? null : delimiter, ChunkBytes, rowsBefore);
            Func<IChunkParser> newParser;
            if (isJson)
            {
                var encoding = values.Settle(file.ValueFields?.Count == 1 ? ValueEncoding.Utf8 : ValueEncoding.Json);
                newParser = () => new JsonLinesChunkParser(file, encoding);
            }
            else
            {
                var record = await scanner.ReadHeaderAsync(cancellationToken).ConfigureAwait(false)
                    ?? throw new ShardyFusionException(ErrorKind.InputInvalid, $"'{file.Name}' is empty: not even a header line.");
                var header = new CsvHeader(record, delimiter, file);
                var encoding = values.Settle(header.IsSingleValue ? ValueEncoding.Utf8 : ValueEncoding.Json);
                newParser = () => new CsvChunkParser(header, delimiter, encoding);
            }
            await RunAsync(scanner, newParser, sinks, cancellationToken).ConfigureAwait(false);
            return scanner.Rows;
        }
    }

    async Task RunAsync(RecordScanner scanner, Func<IChunkParser> newParser, IRowSinkProvider sinks, CancellationToken cancellationToken)
    {
        var chunks = Channel.CreateBounded<RecordChunk>(new BoundedChannelOptions(workers * 2) { SingleWriter = true });
        var failures = new FirstFailure();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var parsers = Enumerable.Range(0, workers)
            .Select(_ => Task.Run(() => ParseAsync(chunks.Reader, newParser(), sinks, failures, stop, cancellationToken), CancellationToken.None))
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

    static async Task ParseAsync(ChannelReader<RecordChunk> chunks, IChunkParser parser, IRowSinkProvider sinks, FirstFailure failures,
        CancellationTokenSource stop, CancellationToken cancellationToken)
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
                    if (chunk.Index < failures.Index && !cancellationToken.IsCancellationRequested) parser.Parse(chunk, sink);
                }
                catch (Exception e)
                {
                    failures.Add(chunk.Index, e);
                    await stop.CancelAsync().ConfigureAwait(false);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(chunk.Buffer);
                }
            }
        }
        catch (Exception e)
        {
            failures.Add(-1, e);
            await stop.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            if (sink is not null) sinks.Close(sink);
        }
    }

    void Validate()
    {
        if ((file.Path is null) == (file.Stream is null))
            throw new ShardyFusionException(ErrorKind.ConfigValidation, "An input needs either a path or a stream.");
        if (file.Delimiter is { } delimiter && (!char.IsAscii(delimiter) || delimiter is '"' or '\r' or '\n' or '\0'))
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"'{delimiter}' cannot be the delimiter; it must be one ASCII character that is not a quote or a line end.");
        if (file.ValueFields is { Count: 0 })
            throw new ShardyFusionException(ErrorKind.ConfigValidation, "The list of value fields is empty; leave it out to take all fields but the key.");
        if (file.ValueFields?.GroupBy(f => f, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"The value field '{twice.Key}' is given twice.");
    }
}
