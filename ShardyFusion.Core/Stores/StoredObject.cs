namespace ShardyFusion.Stores;

/// <summary>A whole object.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ETag">Opaque version for <see cref="PutCondition.IfMatch"/>.</param>
/// <param name="LastModified">When it was written, by the store's clock.</param>
sealed record StoredObject(ReadOnlyMemory<byte> Content, string ETag, DateTimeOffset LastModified);
