namespace ShardyFusion.Measuring;

/// <summary>Where a measurement works.</summary>
/// <param name="Store">The temporary prefix; its requests are counted.</param>
/// <param name="Mover">The same prefix again, for what must not be counted.</param>
/// <param name="CacheFolder">For shards that are read from a local cache; new.</param>
sealed record MeasurePlace(SnapshotStore Store, SnapshotStore Mover, string CacheFolder);
