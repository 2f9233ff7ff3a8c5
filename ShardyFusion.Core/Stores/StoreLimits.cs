using ShardyFusion.Stores.Limits;

namespace ShardyFusion.Stores;

/// <summary>How fast a remote store may be used; every rate is unlimited unless given. At least 0.01 a second each.</summary>
/// <remarks>
/// Immutable. Everything that is opened with the very same object shares its limits, so that one can hold for a process. Each attempt of a
/// request counts. A request with more bytes than a tenth of a second's worth is let through in slices; none waits forever. Safe for
/// concurrent callers.
/// </remarks>
public sealed class StoreLimits
{
    readonly Lazy<RateLimit?> reads, uploads, deletes;

    /// <summary>No limit but those that are given.</summary>
    public StoreLimits() : this(TimeProvider.System)
    {
    }

    internal StoreLimits(TimeProvider clock)
    {
        reads = new(() => RateLimit.Create(ReadsPerSecond, ReadBytesPerSecond, clock));
        uploads = new(() => RateLimit.Create(UploadsPerSecond, UploadBytesPerSecond, clock));
        deletes = new(() => RateLimit.Create(DeletesPerSecond, null, clock));
    }

    /// <summary>Requests that read: objects, ranges, metadata, listing pages; null for no limit.</summary>
    public double? ReadsPerSecond { get; init; }

    /// <summary>Bytes of objects that are read; null for no limit.</summary>
    public double? ReadBytesPerSecond { get; init; }

    /// <summary>Requests that write: objects and their parts; null for no limit.</summary>
    public double? UploadsPerSecond { get; init; }

    /// <summary>Bytes of objects that are written; null for no limit.</summary>
    public double? UploadBytesPerSecond { get; init; }

    /// <summary>Objects that are deleted; null for no limit.</summary>
    public double? DeletesPerSecond { get; init; }

    internal RateLimit? Reads => reads.Value;

    internal RateLimit? Uploads => uploads.Value;

    internal RateLimit? Deletes => deletes.Value;

    /// <summary>Every fault of these limits, each naming the limit; empty when there is none.</summary>
    public IReadOnlyList<string> Validate() =>
    [
        .. new[]
        {
            RateLimit.Fault(nameof(ReadsPerSecond), ReadsPerSecond),
            RateLimit.Fault(nameof(ReadBytesPerSecond), ReadBytesPerSecond),
            RateLimit.Fault(nameof(UploadsPerSecond), UploadsPerSecond),
            RateLimit.Fault(nameof(UploadBytesPerSecond), UploadBytesPerSecond),
            RateLimit.Fault(nameof(DeletesPerSecond), DeletesPerSecond),
        }.OfType<string>(),
    ];
}
