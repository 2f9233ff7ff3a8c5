using System.Text;
using ShardyFusion.Errors;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Building.Input;

/// <summary>The formats rows can be read from.</summary>
public enum InputFormat
{
    /// <summary>By the file's name: .csv, .tsv, .jsonl, .ndjson, each also with .gz, and .parquet; or by how it begins.</summary>
    Auto,
    /// <summary>Comma-separated values with a header line (RFC 4180), unless the layout says otherwise.</summary>
    Csv,
    /// <summary>Tab-separated values with a header line, without quotes, unless the layout says otherwise.</summary>
    Tsv,
    /// <summary>One JSON object a line.</summary>
    JsonLines,
    /// <summary>Parquet: a file, or a folder of files with the partition columns in its names. Read by an assembly of its own.</summary>
    Parquet,
}

/// <summary>A file or stream of rows.</summary>
public sealed record InputFile
{
    /// <summary>Path of the file, or of a folder of Parquet files; null when <see cref="Stream"/> is given.</summary>
    public string? Path { get; init; }
    /// <summary>Open stream, read to its end and not closed; null when <see cref="Path"/> is given.</summary>
    public Stream? Stream { get; init; }
    /// <summary>The format.</summary>
    public InputFormat Format { get; init; } = InputFormat.Auto;
    /// <summary>Column or field that holds the key.</summary>
    public required string KeyField { get; init; }
    /// <summary>Columns or fields that make the value: null for all but the key, one for its bare content, several for a JSON
    /// object.</summary>
    public IReadOnlyList<string>? ValueFields { get; init; }
    /// <summary>Columns or fields that decide where a row goes, beside the key; each must be there, whether or not it is a
    /// value.</summary>
    internal IReadOnlyList<string> RoutingFields { get; init; } = [];
    /// <summary>Field separator of CSV; null for the format's own.</summary>
    public char? Delimiter { get; init; }
    /// <summary>What differs from a header line and RFC 4180, in CSV and TSV.</summary>
    public TextLayout Layout { get; init; } = new();
    /// <summary>What the text of a key stands for; not <see cref="TextForm.Json"/>.</summary>
    public TextForm KeyForm { get; init; }
    /// <summary>What the text of a value stands for; other than text only with one field of <see cref="ValueFields"/>.</summary>
    public TextForm ValueForm { get; init; }
    /// <summary>Text encoding; null for UTF-8, with a byte order mark recognised.</summary>
    public Encoding? Encoding { get; init; }
    /// <summary>For messages: the path or "standard input".</summary>
    public string Name => Path ?? "standard input";

    /// <summary>Every fault of this description; empty when it is valid. Whether the file is there is not looked at.</summary>
    public IReadOnlyList<string> Validate() => [.. Faults(), .. Layout.Faults()];

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the description is faulty.</exception>
    public void ThrowIfInvalid()
    {
        if (Validate() is { Count: > 0 } faults) throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
    }

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: <see cref="Path"/> is no file; nor a folder, where
    /// the format can be one.</exception>
    public void RequireFile()
    {
        if (Path is null || File.Exists(Path) || (Directory.Exists(Path) && RowSources.FormatOf(this) == InputFormat.Parquet)) return;
        throw Directory.Exists(Path)
            ? Missing($"Input '{Path}' is a folder, not a file.", "Name the files in it; the format parquet takes a folder.")
            : Missing($"Input file '{Path}' does not exist.", WindowsPath.IsForeign(Path)
                ? "This is a Windows path; give the path of the file on this machine." : "Check the path for a typo.");
    }

    static ShardyFusionException Missing(string message, string advice) => new(ErrorKind.InputInvalid, message)
    {
        RecommendedAction = advice,
    };

    IEnumerable<string> Faults()
    {
        if ((Path is null) == (Stream is null)) yield return "An input needs either a path or a stream.";
        if (Delimiter is { } delimiter && (!char.IsAscii(delimiter) || delimiter is '"' or '\r' or '\n' or '\0'))
            yield return $"'{delimiter}' cannot be the delimiter; it must be one ASCII character that is not a quote or a line end.";
        if (Delimiter is { } same && same == Layout.Quote) yield return $"'{same}' cannot be both the delimiter and the quote.";
        if (ValueFields is { Count: 0 }) yield return "The list of value fields is empty; leave it out to take all fields but the key.";
        if (ValueFields?.GroupBy(f => f, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            yield return $"The value field '{twice.Key}' is given twice.";
        if (KeyForm == TextForm.Json) yield return "A key is text or bytes, never a JSON document.";
        if (ValueForm != TextForm.Text && ValueFields is not { Count: 1 })
            yield return $"A value in the form {ValueForm} is one field: name it.";
    }
}
