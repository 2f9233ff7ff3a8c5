namespace ShardyFusion.Stores;

/// <summary>One move of the pointer.</summary>
/// <param name="UpdatedAt">UTC, to the microsecond.</param>
/// <param name="RunId">The run that it was moved to.</param>
/// <param name="Manifest">That run's manifest; null when no table has one.</param>
sealed record PointerRow(DateTimeOffset UpdatedAt, string RunId, ManifestRow? Manifest);
