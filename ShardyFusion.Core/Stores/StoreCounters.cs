using ShardyFusion.Telemetry;

namespace ShardyFusion.Stores;

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
