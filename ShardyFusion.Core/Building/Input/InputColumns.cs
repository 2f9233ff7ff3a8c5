using System.Text.Json;

namespace ShardyFusion.Building.Input;

/// <summary>What the columns of an input are called, without reading its rows.</summary>
static class InputColumns
{
    const int ChunkBytes = 64 << 10;

    /// <summary>The header of a CSV or TSV file, the fields of the first object of JSON Lines, or the columns of Parquet.</summary>
    /// <exception cref="Errors.ShardyFusionException">The file cannot be read so.</exception>
    public static async Task<IReadOnlyList<string>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var file = new InputFile { Path = path, KeyField = CsvHeader.NoKey };
        if (OptionalReaders.For(RowSources.FormatOf(file)) is { } reader)
            return await reader.ColumnsAsync(path, cancellationToken).ConfigureAwait(false);
        var text = await InputText.OpenAsync(file, cancellationToken).ConfigureAwait(false);
        await using (text.ConfigureAwait(false))
        {
            var scanner = new RecordScanner(text.Utf8, file.Name, ChunkBytes, 0);
            if (text.Format != InputFormat.JsonLines)
            {
                var header = await new CsvPreamble(file, text.Format, scanner).ReadAsync(cancellationToken).ConfigureAwait(false);
                return header?.Columns ?? [];
            }
            var line = await scanner.ReadLineAsync(keep: false, cancellationToken).ConfigureAwait(false);
            if (line is null) return [];
            using var row = JsonDocument.Parse(line);
            return row.RootElement.ValueKind != JsonValueKind.Object ? []
                : [.. row.RootElement.EnumerateObject().Select(field => field.Name)];
        }
    }
}
