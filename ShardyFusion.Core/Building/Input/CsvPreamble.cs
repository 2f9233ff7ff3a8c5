using System.Text;
using ShardyFusion.Errors;

namespace ShardyFusion.Building.Input;

/// <summary>Reads what comes before the first row of a CSV or TSV input: lines to skip, a line that states the delimiter, comments, the
/// header.</summary>
sealed class CsvPreamble(InputFile file, InputFormat format, RecordScanner scanner)
{
    readonly TextLayout layout = file.Layout;

    /// <returns>The columns; null for an empty input that needs no header.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: no header, or a faulty one.</exception>
    public async Task<CsvHeader?> ReadAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < layout.SkipLines; i++)
            if (await scanner.ReadLineAsync(keep: false, cancellationToken).ConfigureAwait(false) is null) break;
        var stated = StatedDelimiter(await scanner.ReadLineAsync(keep: true, cancellationToken).ConfigureAwait(false));
        if (stated is not null) await scanner.ReadLineAsync(keep: false, cancellationToken).ConfigureAwait(false);
        scanner.Dialect = CsvDialect.Of(file, format, stated);
        if (layout.HeaderInComment) return await ReadCommentsAsync(cancellationToken).ConfigureAwait(false);
        var record = await scanner.ReadRecordAsync(keep: !layout.HasHeader, cancellationToken).ConfigureAwait(false);
        if (layout.HasHeader) return CsvHeader.Read(record ?? throw Empty(), scanner.Dialect, file);
        return record is null ? null : CsvHeader.Named(record, scanner.Dialect, file);
    }

    /// <summary>The delimiter in a first line such as <c>sep=;</c>, which spreadsheets write and heed.</summary>
    static char? StatedDelimiter(byte[]? line) => line is [_, _, _, (byte)'=', var delimiter] && char.IsAscii((char)delimiter)
        && Encoding.ASCII.GetString(line, 0, 3).Equals("sep", StringComparison.OrdinalIgnoreCase) ? (char)delimiter : null;

    async Task<CsvHeader> ReadCommentsAsync(CancellationToken cancellationToken)
    {
        byte[]? header = null;
        while (await scanner.ReadLineAsync(keep: true, cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (scanner.Dialect.IsComment(line)) header = line;
            else if (!scanner.Dialect.IsIgnored(line)) break;
            await scanner.ReadLineAsync(keep: false, cancellationToken).ConfigureAwait(false);
        }
        if (header is null)
            throw Fault($"'{file.Name}' has no comment line before its first row.", "Say what starts a comment, or name the columns.");
        return CsvHeader.Read(header.AsSpan(scanner.Dialect.Comment.Length).TrimStart((byte)' ').ToArray(), scanner.Dialect, file);
    }

    ShardyFusionException Empty() => Fault($"'{file.Name}' is empty: not even a header line.",
        "Check that this is the right file, and that the program that writes it has finished.");

    static ShardyFusionException Fault(string message, string advice) => new(ErrorKind.InputInvalid, message)
    {
        RecommendedAction = advice,
    };
}
