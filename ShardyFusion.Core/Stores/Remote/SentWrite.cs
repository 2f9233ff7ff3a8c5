namespace ShardyFusion.Stores.Remote;

/// <summary>A write that was sent.</summary>
/// <param name="Key">Relative key.</param>
/// <param name="WriteId">The id in its metadata.</param>
/// <param name="SizeBytes">Size of the object.</param>
readonly record struct SentWrite(string Key, string WriteId, long SizeBytes);
