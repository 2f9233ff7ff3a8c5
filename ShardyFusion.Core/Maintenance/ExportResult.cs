namespace ShardyFusion.Maintenance;

/// <summary>What an export wrote.</summary>
/// <param name="Path">Full path of the file, or of the database's folder.</param>
/// <param name="Rows">Rows written.</param>
/// <param name="Bytes">Size of the file, or of all files of the database.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="ReadBack">How a build reads the file back with equal keys and values.</param>
public sealed record ExportResult(string Path, long Rows, long Bytes, TimeSpan Duration, RowTextShape ReadBack);
