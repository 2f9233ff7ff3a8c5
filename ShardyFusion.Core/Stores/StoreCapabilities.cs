namespace ShardyFusion.Stores;

/// <summary>What a store can do.</summary>
/// <param name="ConditionalWrites">True when conditions are honoured; null when nobody has probed yet.</param>
/// <param name="IsLocal">True when shards can be memory-mapped.</param>
sealed record StoreCapabilities(bool? ConditionalWrites, bool IsLocal);
