using ShardyFusion.Building.Shards;

namespace ShardyFusion.Building;

/// <summary>What other processes did of a build: the rows they read, the shards they wrote.</summary>
/// <param name="Shards">Their shards, already where the manifest will name them.</param>
/// <param name="RowsRead">Rows read, bad ones included.</param>
/// <param name="DuplicateRows">Rows dropped before the shards were made, because another has the same key.</param>
/// <param name="Rejected">Rows left out.</param>
/// <param name="RejectionSamples">The first few of these, as messages.</param>
sealed record ElsewhereWork(IShardSupply Shards, long RowsRead, long DuplicateRows, long Rejected, IReadOnlyList<string> RejectionSamples);
