using ShardyFusion.Telemetry;

namespace ShardyFusion.Stores;

/// <summary>A whole object.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ETag">Opaque version for <see cref="PutCondition.IfMatch"/>.</param>
/// <param name="LastModified">When it was written, by the store's clock.</param>
public sealed record StoredObject(ReadOnlyMemory<byte> Content, string ETag, DateTimeOffset LastModified);

/// <summary>The end of an object.</summary>
/// <param name="Content">The last bytes.</param>
/// <param name="TotalBytes">Size of the whole object.</param>
/// <param name="ETag">Opaque version.</param>
public sealed record ObjectTail(ReadOnlyMemory<byte> Content, long TotalBytes, string ETag);

/// <summary>What a store tells about an object without its content.</summary>
/// <param name="Key">Relative key.</param>
/// <param name="SizeBytes">Size.</param>
/// <param name="ETag">Opaque version.</param>
/// <param name="LastModified">When it was written, by the store's clock.</param>
public sealed record ObjectInfo(string Key, long SizeBytes, string ETag, DateTimeOffset LastModified);

/// <summary>One entry of a listing.</summary>
/// <param name="Key">Relative key; ends with the delimiter when <paramref name="IsPrefix"/>.</param>
/// <param name="IsPrefix">True for folded deeper keys; size and time are then zero and unknown.</param>
/// <param name="SizeBytes">Size.</param>
/// <param name="LastModified">When it was written, by the store's clock; null when unknown.</param>
public readonly record struct ListEntry(string Key, bool IsPrefix, long SizeBytes, DateTimeOffset? LastModified);

/// <summary>Under which condition a write happens.</summary>
public readonly record struct PutCondition
{
    PutCondition(PutConditionKind kind, string? etag) { Kind = kind; ETag = etag; }

    /// <summary>Which condition.</summary>
    public PutConditionKind Kind { get; }

    /// <summary>The version that must be there, for <see cref="PutConditionKind.IfMatch"/>.</summary>
    public string? ETag { get; }

    /// <summary>Overwrite whatever is there.</summary>
    public static PutCondition Always => default;

    /// <summary>Only when nothing is there.</summary>
    public static PutCondition CreateOnly { get; } = new(PutConditionKind.CreateOnly, null);

    /// <summary>Only when this version is there.</summary>
    public static PutCondition IfMatch(string etag) => new(PutConditionKind.IfMatch, etag);
}

/// <summary>The kinds of write conditions.</summary>
public enum PutConditionKind
{
    /// <summary>No condition.</summary>
    Always,
    /// <summary>Nothing may be there.</summary>
    CreateOnly,
    /// <summary>A given version must be there.</summary>
    IfMatch,
}

/// <summary>How to write an object.</summary>
/// <param name="Condition">When to write it.</param>
/// <param name="ContentType">MIME type, where the store keeps one.</param>
public sealed record PutOptions(PutCondition Condition, string ContentType = "application/octet-stream")
{
    /// <summary>True for a probe: the condition is the store's to check, and nobody may check it in the store's place.</summary>
    internal bool IsProbe { get; init; }
}

/// <summary>The outcome of a write.</summary>
/// <param name="Written">False when the condition did not hold; nothing was changed then.</param>
/// <param name="ETag">The new version when written, else null.</param>
/// <param name="SizeBytes">Bytes written.</param>
public readonly record struct PutResult(bool Written, string? ETag, long SizeBytes)
{
    /// <summary>The condition did not hold.</summary>
    public static PutResult ConditionFailed => default;
}

/// <summary>The outcome of deleting one object.</summary>
/// <param name="Key">Relative key.</param>
/// <param name="Error">Why it could not be deleted; null when it is gone.</param>
public readonly record struct DeleteResult(string Key, string? Error)
{
    /// <summary>True when it may not be deleted, by these credentials.</summary>
    internal bool IsDenied { get; init; }
}

/// <summary>What a store can do.</summary>
/// <param name="ConditionalWrites">True when conditions are honoured; null when nobody has probed yet.</param>
/// <param name="IsLocal">True when shards can be memory-mapped.</param>
public sealed record StoreCapabilities(bool? ConditionalWrites, bool IsLocal);

/// <summary>Requests and bytes of a store since it was opened. Safe for concurrent callers.</summary>
public sealed class StoreCounters
{
    long gets, puts, heads, lists, deletes, retries, bytesRead, bytesWritten;

    /// <summary>Whole and ranged reads.</summary>
    public long Gets => Interlocked.Read(ref gets);
    /// <summary>Writes, parts of multipart uploads included.</summary>
    public long Puts => Interlocked.Read(ref puts);
    /// <summary>Metadata reads.</summary>
    public long Heads => Interlocked.Read(ref heads);
    /// <summary>Listing pages.</summary>
    public long Lists => Interlocked.Read(ref lists);
    /// <summary>Delete requests.</summary>
    public long Deletes => Interlocked.Read(ref deletes);
    /// <summary>Attempts after the first one.</summary>
    public long Retries => Interlocked.Read(ref retries);
    /// <summary>Payload bytes read.</summary>
    public long BytesRead => Interlocked.Read(ref bytesRead);
    /// <summary>Payload bytes written.</summary>
    public long BytesWritten => Interlocked.Read(ref bytesWritten);

    internal void CountGet(long bytes)
    {
        Count(ref gets, StoreRequestKind.Get);
        Interlocked.Add(ref bytesRead, bytes);
        ShardyMetrics.StoreBytesRead.Add(bytes);
    }

    internal void CountPut(long bytes)
    {
        Count(ref puts, StoreRequestKind.Put);
        Interlocked.Add(ref bytesWritten, bytes);
        ShardyMetrics.StoreBytesWritten.Add(bytes);
    }

    internal void CountHead() => Count(ref heads, StoreRequestKind.Head);

    internal void CountList() => Count(ref lists, StoreRequestKind.List);

    internal void CountDelete() => Count(ref deletes, StoreRequestKind.Delete);

    internal void CountRetry()
    {
        Interlocked.Increment(ref retries);
        ShardyMetrics.S3Retries.Add();
    }

    static void Count(ref long total, StoreRequestKind kind)
    {
        Interlocked.Increment(ref total);
        ShardyMetrics.CountRequest(kind);
    }
}
