using ShardyFusion.Building.Sorting;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Building.Shards;

/// <summary>What the files of all shards are made of.</summary>
/// <param name="Source">The rows of all shards.</param>
/// <param name="Duplicates">Decides between rows with equal keys.</param>
/// <param name="Shape">Shape of the files.</param>
sealed record ShardRows(IShardRowSource Source, DuplicateKeys Duplicates, SstOptions Shape);
