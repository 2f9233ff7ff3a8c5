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
            await ParallelChunks.ReadAsync((chunks, stop) => ScanAsync(scanner, chunks, stop), newParser, sinks, workers, cancellationToken)
                .ConfigureAwait(false);
            return scanner.Rows;
        }
    }

    public IReadOnlyList<string> Warnings => notes.Warnings(file.Name);

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the build's values cannot be what the input
    /// holds.</exception>
    ValueEncoding Settle(bool isSingleValue)
    {
        var natural = NaturalEncoding(file, isSingleValue);
        var settled = values.Settle(natural);
        if (file.ValueForm == TextForm.Text || settled == natural || (natural == ValueEncoding.Raw && settled == ValueEncoding.Utf8))
            return settled;
        throw new ShardyFusionException(ErrorKind.ConfigValidation,
            $"Values in the form {file.ValueForm} cannot be stored with the value encoding {settled}; {natural} fits.");
    }

    /// <summary>What the values of an input are when nobody asks for something else.</summary>
    public static ValueEncoding NaturalEncoding(InputFile file, bool isSingleValue) => file.ValueForm switch
    {
        TextForm.Json => ValueEncoding.Json,
        TextForm.Hex or TextForm.Base64 => ValueEncoding.Raw,
        _ => isSingleValue ? ValueEncoding.Utf8 : ValueEncoding.Json,
    };

    static async Task ScanAsync(RecordScanner scanner, ChannelWriter<RecordChunk> chunks, CancellationToken cancellationToken)
    {
        while (await scanner.NextAsync(cancellationToken).ConfigureAwait(false) is { } chunk)
            await chunks.WriteAsync(chunk, cancellationToken).ConfigureAwait(false);
    }
}
