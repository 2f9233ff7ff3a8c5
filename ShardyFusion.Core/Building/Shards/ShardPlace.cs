using ShardyFusion.Stores;

namespace ShardyFusion.Building.Shards;

/// <summary>Where a shard goes.</summary>
readonly record struct ShardPlace(IObjectStore Store, string ObjectKey);
