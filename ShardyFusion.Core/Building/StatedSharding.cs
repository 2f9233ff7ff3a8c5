using ShardyFusion.Formats;

namespace ShardyFusion.Building;

/// <summary>How the rows of a build were spread.</summary>
/// <param name="ShardCount">Shards, empty ones included.</param>
/// <param name="Fields">By what.</param>
sealed record StatedSharding(int ShardCount, ShardingFields Fields);
