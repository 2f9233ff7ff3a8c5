using ShardyFusion.Errors;

namespace ShardyFusion.Snapshots;

/// <summary>How exported rows are written.</summary>
public enum ExportFormat
{
    /// <summary>By the file's name: .csv, .jsonl, .ndjson, each also with .gz.</summary>
    Auto,
    /// <summary>A header line, then key and value of each row (RFC 4180). Values that are no text are base64, and the column is named so.</summary>
    Csv,
    /// <summary>One JSON object a line, with <c>key</c> and <c>value</c>; a value that is no text is base64 in <c>value_base64</c>.</summary>
    JsonLines,
}

/// <summary>Which rows of which snapshot to export; without bounds, all of them.</summary>
public sealed record ExportOptions
{
    /// <summary>The snapshot.</summary>
    public SnapshotSelector Selector { get; init; } = SnapshotSelector.Current;
    /// <summary>The smallest key; null for no bound. Integers are ordered by size, text and bytes by their bytes.</summary>
    public object? FirstKey { get; init; }
    /// <summary>The largest key, itself included; null for no bound.</summary>
    public object? LastKey { get; init; }
    /// <summary>What keys start with: text, or bytes where keys are bytes; null for anything. Not for integer keys.</summary>
    public object? KeyPrefix { get; init; }

    /// <summary>Every fault of these options, each naming the option; empty when they are valid.</summary>
    public IReadOnlyList<string> Validate() =>
        KeyPrefix is not null && (FirstKey ?? LastKey) is not null ? ["KeyPrefix excludes FirstKey and LastKey."] : [];
}

/// <summary>What an export wrote.</summary>
/// <param name="Path">Full path of the file.</param>
/// <param name="Rows">Rows written.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Duration">How long it took.</param>
public sealed record ExportResult(string Path, long Rows, long Bytes, TimeSpan Duration);

/// <summary>Finds an export's format in the name of its file.</summary>
static class ExportFormats
{
    public static ExportFormat Of(string path, ExportFormat asked)
    {
        if (asked != ExportFormat.Auto) return asked;
        var name = IsCompressed(path) ? Path.GetFileNameWithoutExtension(path) : path;
        return Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".csv" => ExportFormat.Csv,
            ".jsonl" or ".ndjson" => ExportFormat.JsonLines,
            _ => throw new ShardyFusionException(ErrorKind.ConfigValidation, $"The name '{path}' does not tell the format.")
            {
                Target = path,
                RecommendedAction = "Name the format, or let the name end with .csv, .jsonl or .ndjson, each also with .gz.",
            },
        };
    }

    /// <summary>True for a file that is written through gzip.</summary>
    public static bool IsCompressed(string path) => Path.GetExtension(path).Equals(".gz", StringComparison.OrdinalIgnoreCase);
}
