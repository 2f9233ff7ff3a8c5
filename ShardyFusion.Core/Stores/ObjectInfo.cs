namespace ShardyFusion.Stores;

/// <summary>What a store tells about an object without its content.</summary>
/// <param name="Key">Relative key.</param>
/// <param name="SizeBytes">Size.</param>
/// <param name="ETag">Opaque version.</param>
/// <param name="LastModified">When it was written, by the store's clock.</param>
sealed record ObjectInfo(string Key, long SizeBytes, string ETag, DateTimeOffset LastModified);
