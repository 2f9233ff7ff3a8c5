using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Manifests;
using ShardyFusion.Routing;

namespace ShardyFusion.Snapshots;

/// <summary>How exported rows are written.</summary>
public enum ExportFormat
{
    /// <summary>By the file's name: .csv, .tsv, .jsonl, .ndjson, each also with .gz.</summary>
    Auto,
    /// <summary>A header line, then key and value of each row (RFC 4180). Values that are no text are base64, and the column is named so.</summary>
    Csv,
    /// <summary>As <see cref="Csv"/> with tabs and without quotes; a row with a tab or a line end is refused.</summary>
    Tsv,
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
    /// <summary>Puts an apostrophe before each CSV cell that begins with <c>=</c>, <c>+</c>, <c>-</c>, <c>@</c>, a tab or a carriage return, so that
    /// no spreadsheet takes it for a formula. Such a file does not read back as the rows that were exported.</summary>
    public bool GuardFormulas { get; init; }

    /// <summary>Every fault of these options, each naming the option; empty when they are valid.</summary>
    public IReadOnlyList<string> Validate() =>
        KeyPrefix is not null && (FirstKey ?? LastKey) is not null ? ["KeyPrefix excludes FirstKey and LastKey."] : [];
}

/// <summary>What an export wrote.</summary>
/// <param name="Path">Full path of the file.</param>
/// <param name="Rows">Rows written.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="ReadBack">How a build reads the file back with equal keys and values.</param>
public sealed record ExportResult(string Path, long Rows, long Bytes, TimeSpan Duration, RowTextShape ReadBack);

/// <summary>How exported rows are read back so that keys and values are equal, byte by byte.</summary>
/// <param name="KeyEncoding">How keys are stored.</param>
/// <param name="KeyForm">What the text of <see cref="KeyField"/> is.</param>
/// <param name="ValueEncoding">How values are stored.</param>
/// <param name="ValueField">Column or field of the value.</param>
/// <param name="ValueForm">What its text is.</param>
public readonly record struct RowTextShape(KeyEncoding KeyEncoding, TextForm KeyForm, ValueEncoding ValueEncoding, string ValueField, TextForm ValueForm)
{
    /// <summary>Column or field of the key.</summary>
    public const string KeyField = "key";

    internal static RowTextShape Of(ExportFormat format, KeyEncoding keys, ValueEncoding? values)
    {
        var isText = values is ValueEncoding.Utf8 or ValueEncoding.Json;
        var form = !isText ? TextForm.Base64 : values == ValueEncoding.Json && format != ExportFormat.JsonLines ? TextForm.Json : TextForm.Text;
        return new RowTextShape(keys, keys == KeyEncoding.Raw ? TextForm.Hex : TextForm.Text, values ?? ValueEncoding.Raw, isText ? "value" : "value_base64", form);
    }
}

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
            ".tsv" or ".tab" => ExportFormat.Tsv,
            ".jsonl" or ".ndjson" => ExportFormat.JsonLines,
            _ => throw new ShardyFusionException(ErrorKind.ConfigValidation, $"The name '{path}' does not tell the format.")
            {
                Target = path,
                RecommendedAction = "Name the format, or let the name end with .csv, .tsv, .jsonl or .ndjson, each also with .gz.",
            },
        };
    }

    /// <summary>True for a file that is written through gzip.</summary>
    public static bool IsCompressed(string path) => Path.GetExtension(path).Equals(".gz", StringComparison.OrdinalIgnoreCase);
}
