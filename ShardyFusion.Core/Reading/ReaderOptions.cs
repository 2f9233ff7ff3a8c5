using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Reading;

/// <summary>How a reader behaves.</summary>
public sealed record ReaderOptions
{
    /// <summary>The snapshot to read; the current one and that of a pointer are followed by a refresh, anything else stays.</summary>
    public SnapshotSelector Selector { get; init; } = SnapshotSelector.Current;
    /// <summary>How shards are read.</summary>
    public ReadMode Mode { get; init; } = ReadMode.Auto;
    /// <summary>How many older snapshots are tried when the current manifest is malformed, 0..100.</summary>
    public int MaxFallbacks { get; init; } = 3;
    /// <summary>Folder of the local shard cache for <see cref="ReadMode.Download"/>; null for a folder of the user's cache.</summary>
    public string? CacheDirectory { get; init; }
    /// <summary>Size limit of that folder, bytes.</summary>
    public long CacheBytes { get; init; } = 10L << 30;
    /// <summary>A shard that nobody asked for is closed after between one and two of these; null keeps it open as long as memory allows.
    /// Positive.</summary>
    public TimeSpan? ShardIdleTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What bounds the memory of open shards; null for the one of the process.</summary>
    internal BlockCache? Memory { get; init; }

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the first fault.</exception>
    internal static void RequireValid(ReaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        SnapshotCatalog.Validate(options.Selector);
        var fault = options switch
        {
            { MaxFallbacks: < 0 or > 100 } => $"MaxFallbacks is {options.MaxFallbacks}; it must be 0..100.",
            { ShardIdleTime: { } time } when time <= TimeSpan.Zero => $"ShardIdleTime is {time}; it must be positive.",
            { CacheBytes: < 0 } => $"CacheBytes is {options.CacheBytes}; it must be at least 0.",
            _ => null,
        };
        if (fault is not null) throw new ShardyFusionException(ErrorKind.ConfigValidation, fault);
    }
}
