namespace ShardyFusion.Maintenance;

/// <summary>How exported rows are written.</summary>
public enum ExportFormat
{
    /// <summary>By the file's name: .csv, .tsv, .jsonl, .ndjson, each also with .gz, and .parquet.</summary>
    Auto,
    /// <summary>A header line, then key and value of each row (RFC 4180). Values that are no text are base64, and the column is named
    /// so.</summary>
    Csv,
    /// <summary>As <see cref="Csv"/> with tabs and without quotes; a row with a tab or a line end is refused.</summary>
    Tsv,
    /// <summary>One JSON object a line, with <c>key</c> and <c>value</c>; a value that is no text is base64 in
    /// <c>value_base64</c>.</summary>
    JsonLines,
    /// <summary>A RocksDB database, which is a folder: the shards' files are taken in as they are.</summary>
    RocksDb,
    /// <summary>Parquet with two columns, <c>key</c> (INT64, text or bytes) and <c>value</c> (text, JSON or bytes). Written by an
    /// assembly of its own.</summary>
    Parquet,
}
