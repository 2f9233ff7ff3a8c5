using ShardyFusion.Errors;

namespace ShardyFusion.Maintenance;

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
            ".parquet" when !IsCompressed(path) => ExportFormat.Parquet,
            _ => throw new ShardyFusionException(ErrorKind.ConfigValidation, $"The name '{path}' does not show the format.")
            {
                Target = path,
                RecommendedAction = "Name the format, or let the name end with .csv, .tsv, .jsonl or .ndjson, each also with .gz, or "
                    + "with .parquet.",
            },
        };
    }

    /// <summary>True for a file that is written through gzip.</summary>
    public static bool IsCompressed(string path) => Path.GetExtension(path).Equals(".gz", StringComparison.OrdinalIgnoreCase);
}
