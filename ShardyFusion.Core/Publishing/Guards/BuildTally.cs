namespace ShardyFusion.Publishing.Guards;

/// <summary>What a build counted while it read and wrote rows.</summary>
/// <param name="RowsRead">Rows of the input.</param>
/// <param name="DuplicateRows">Rows dropped because another one has the same key.</param>
/// <param name="RejectedRows">Rows left out by the row-error policy.</param>
public sealed record BuildTally(long RowsRead, long DuplicateRows, long RejectedRows);
