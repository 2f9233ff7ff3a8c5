namespace ShardyFusion.Jobs;

/// <summary>What one map reads.</summary>
/// <param name="File">Index of the file.</param>
/// <param name="Offset">First byte of its first row.</param>
/// <param name="End">One past the last byte of its last row.</param>
/// <param name="RowsBefore">Rows of the file before it; null where nobody has counted.</param>
sealed record JobSlice(int File, long Offset, long End, long? RowsBefore);
