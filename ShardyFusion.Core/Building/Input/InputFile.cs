using System.Text;

namespace ShardyFusion.Building.Input;

/// <summary>The text formats rows can be read from.</summary>
public enum InputFormat
{
    /// <summary>By the file's name: .csv, .tsv, .jsonl, .ndjson, each also with .gz.</summary>
    Auto,
    /// <summary>Comma-separated values with a header line (RFC 4180).</summary>
    Csv,
    /// <summary>Tab-separated values with a header line.</summary>
    Tsv,
    /// <summary>One JSON object a line.</summary>
    JsonLines,
}

/// <summary>A file or stream of rows.</summary>
public sealed record InputFile
{
    /// <summary>Path of the file; null when <see cref="Stream"/> is given.</summary>
    public string? Path { get; init; }
    /// <summary>Open stream, read to its end and not closed; null when <see cref="Path"/> is given.</summary>
    public Stream? Stream { get; init; }
    /// <summary>The text format.</summary>
    public InputFormat Format { get; init; } = InputFormat.Auto;
    /// <summary>Column or field that holds the key.</summary>
    public required string KeyField { get; init; }
    /// <summary>Columns or fields that make the value: null for all but the key, one for its bare content, several for a JSON object.</summary>
    public IReadOnlyList<string>? ValueFields { get; init; }
    /// <summary>Field separator of CSV; null for the format's own.</summary>
    public char? Delimiter { get; init; }
    /// <summary>Text encoding; null for UTF-8, with a byte order mark recognised.</summary>
    public Encoding? Encoding { get; init; }
    /// <summary>For messages: the path or "standard input".</summary>
    public string Name => Path ?? "standard input";
}
