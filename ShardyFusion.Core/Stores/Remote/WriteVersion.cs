namespace ShardyFusion.Stores.Remote;

/// <summary>An object that is there, and the write it came from.</summary>
/// <param name="Info">The object.</param>
/// <param name="WriteId">The id in its metadata; null when it has none.</param>
readonly record struct WriteVersion(ObjectInfo Info, string? WriteId);
