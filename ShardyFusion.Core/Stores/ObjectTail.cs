namespace ShardyFusion.Stores;

/// <summary>The end of an object.</summary>
/// <param name="Content">The last bytes.</param>
/// <param name="TotalBytes">Size of the whole object.</param>
/// <param name="ETag">Opaque version.</param>
sealed record ObjectTail(ReadOnlyMemory<byte> Content, long TotalBytes, string ETag);
