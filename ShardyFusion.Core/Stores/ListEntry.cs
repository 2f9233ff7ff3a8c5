namespace ShardyFusion.Stores;

/// <summary>One entry of a listing.</summary>
/// <param name="Key">Relative key; ends with the delimiter when <paramref name="IsPrefix"/>.</param>
/// <param name="IsPrefix">True for folded deeper keys; size and time are then zero and unknown.</param>
/// <param name="SizeBytes">Size.</param>
/// <param name="LastModified">When it was written, by the store's clock; null when unknown.</param>
readonly record struct ListEntry(string Key, bool IsPrefix, long SizeBytes, DateTimeOffset? LastModified);
