using System.Text;
using ShardyFusion.Errors;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Building.Input;

/// <summary>The formats rows can be read from.</summary>
public enum InputFormat
{
    /// <summary>By the file's name: .csv, .tsv, .jsonl, .ndjson, each also with .gz or .zst, and .parquet; or by how it begins.</summary>
    Auto,
    /// <summary>Comma-separated values with a header line (RFC 4180), unless the layout says otherwise.</summary>
    Csv,
    /// <summary>Tab-separated values with a header line, without quotes, unless the layout says otherwise.</summary>
    Tsv,
    /// <summary>One JSON object a line.</summary>
    JsonLines,
    /// <summary>Parquet: a file, or a folder of files with the partition columns in its names. Read by an assembly of its own.</summary>
    Parquet,
    /// <summary>A RocksDB database, which is a folder: one column family of it, opened only to read.</summary>
    RocksDb,
}

/// <summary>A file, stream or database of rows.</summary>
public sealed record InputFile
{
    /// <summary>What the key of a database is called in expressions, where it has no name.</summary>
    internal const string DatabaseKey = "key";

    /// <summary>Path of the file, or of the folder of Parquet files or of a database, also <c>s3://bucket/path</c> or
    /// <c>az://container/path</c>; null when <see cref="Stream"/> is given.</summary>
    public string? Path { get; init; }
    /// <summary>How to reach the object store that <see cref="Path"/> names; null for the defaults.</summary>
    public StoreConnection? Connection { get; init; }
    /// <summary>Open stream, read to its end and not closed; null when <see cref="Path"/> is given.</summary>
    public Stream? Stream { get; init; }
    /// <summary>The format.</summary>
    public InputFormat Format { get; init; } = InputFormat.Auto;
    /// <summary>Column or field that holds the key; not looked at in <see cref="InputFormat.RocksDb"/>, which has nothing else.</summary>
    public required string KeyField { get; init; }
    /// <summary>Columns or fields that make the value: null for all but the key, one for its bare content, several for a JSON
    /// object.</summary>
    public IReadOnlyList<string>? ValueFields { get; init; }
    /// <summary>Columns or fields that decide where a row goes, beside the key; each must be there, whether or not it is a
    /// value.</summary>
    internal IReadOnlyList<string> RoutingFields { get; init; } = [];
    /// <summary>The column family of a RocksDB database; null for the one that is called default.</summary>
    public string? ColumnFamily { get; init; }
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
    /// <summary>What messages call a stream that is not standard input.</summary>
    internal string? StreamName { get; init; }
    /// <summary>For messages: the path or "standard input".</summary>
    public string Name => Path is null ? StreamName ?? "standard input" : IsRemote ? SecretRedactor.Redact(Path) : Path;

    /// <summary>True when the path is that of an object store.</summary>
    internal bool IsRemote => PrefixText.KindOf(Path) != StoreKind.Folder;

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
        if (Path is null || IsRemote) return;
        var format = RowSources.FormatOf(this);
        var isFolder = Directory.Exists(Path);
        if (format == InputFormat.RocksDb ? isFolder : File.Exists(Path) || (isFolder && format == InputFormat.Parquet)) return;
        if (format == InputFormat.RocksDb && File.Exists(Path))
            throw Missing($"Input '{Path}' is a file, and a RocksDB database is a folder.", "Name the folder that holds its CURRENT.");
        throw isFolder
            ? Missing($"Input '{Path}' is a folder, not a file.", File.Exists(System.IO.Path.Combine(Path, "CURRENT"))
                ? "It looks like a RocksDB database: give the format RocksDb." : "Name the files in it; the format parquet takes a folder.")
            : Missing($"Input file '{Path}' does not exist.", WindowsPath.IsForeign(Path)
                ? "This is a Windows path; give the path of the file on this machine." : "Check the path for a typo.");
    }

    bool HasTextOptions => ValueFields is not null || Delimiter is not null || Encoding is not null || KeyForm != TextForm.Text
        || ValueForm != TextForm.Text;

    static ShardyFusionException Missing(string message, string advice) => new(ErrorKind.InputInvalid, message)
    {
        RecommendedAction = advice,
    };

    IEnumerable<string> Faults()
    {
        if ((Path is null) == (Stream is null)) yield return "An input needs either a path or a stream.";
        if (KeyField.Length == 0) yield return "The column or field that holds the key is not named; only a RocksDB database has none.";
        if (ColumnFamily is not null && Format != InputFormat.RocksDb) yield return "Only RocksDB databases have a column family.";
        if (Format == InputFormat.RocksDb && Stream is not null) yield return "A RocksDB database is a folder, not a stream.";
        if (Format == InputFormat.RocksDb && IsRemote) yield return "A RocksDB database is read from a folder of this machine.";
        if (Format == InputFormat.RocksDb && HasTextOptions)
            yield return "Rows of a RocksDB database are keys and values in bytes: "
                + "value fields, forms, delimiter and encoding do not apply.";
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
