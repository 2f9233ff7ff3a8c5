using System.Diagnostics.Metrics;

namespace ShardyFusion.Telemetry;

/// <summary>What a request to a store does, as metrics label it.</summary>
enum StoreRequestKind
{
    Get,
    Put,
    Head,
    List,
    Delete,
}

/// <summary>The metrics of the whole process, by the names that shardyfusion's dashboards use, and those that it lacks.</summary>
static class ShardyMetrics
{
    /// <summary>From 1 µs to 10 s: a get of a mapped shard takes less than the first, one that asks the store milliseconds.</summary>
    static readonly double[] GetBounds = [0.000001, 0.0000025, 0.000005, 0.00001, 0.000025, 0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01,
        0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

    /// <summary>From 100 µs to 100 s, for what waits.</summary>
    static readonly double[] WaitBounds = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 100];

    /// <summary>From 10 ms to three hours, for builds and shards.</summary>
    static readonly double[] WriteBounds = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 10800];

    static readonly Meter Meter = new(MetricNames.Meter);

    public static readonly CountMetric WritesStarted = new(Meter, "writes_started_total", "Builds begun.");
    public static readonly CountMetric WritesCompleted = new(Meter, "writes_completed_total", "Builds that ended well.");
    public static readonly CountMetric WritesFailed = new(Meter, "writes_failed_total",
        "Builds that failed, were stopped or were abandoned.");
    public static readonly DurationMetric WriteDuration = new(Meter, "write_duration_seconds",
        "Builds that ended well, from their start to the published pointer.", WriteBounds);
    public static readonly CountMetric RowsWritten = new(Meter, "rows_written_total", "Rows of builds that ended well.");
    public static readonly CountMetric ShardBytesWritten = new(Meter, "shard_bytes_written_total",
        "Bytes of shard files of builds that ended well.");
    public static readonly CountMetric ShardWritesCompleted = new(Meter, "shard_writes_completed_total", "Shard files written.");
    public static readonly DurationMetric ShardWriteDuration = new(Meter, "shard_write_duration_seconds",
        "Shard files, from opening the upload to its end.", WriteBounds);
    public static readonly CountMetric ShardWritesRetried = new(Meter, "shard_writes_retried_total",
        "Attempts at a shard that failed and were followed by another.");
    public static readonly CountMetric BatchesWritten = new(Meter, "batches_written_total", "Chunks of shard files handed to the store.");
    public static readonly CountMetric GuardFailures = new(Meter, "guard_failures_total",
        "Snapshots that a guard kept from being published.");
    public static readonly CountMetric PointerConflicts = new(Meter, "pointer_conflicts_total",
        "Pointer changes lost to another publisher.");

    public static readonly CountMetric ReaderGets = new(Meter, "reader_gets_total", "Keys looked up one by one, while gets are counted.");
    public static readonly DurationMetric ReaderGetDuration = new(Meter, "reader_get_duration_seconds",
        "Lookups of one key by the asynchronous get, while gets are counted.", GetBounds);
    public static readonly CountMetric ReaderMultiGets = new(Meter, "reader_multi_gets_total", "Lookups of many keys at once.");
    public static readonly DurationMetric ReaderMultiGetDuration = new(Meter, "reader_multi_get_duration_seconds",
        "Lookups of many keys at once by the asynchronous get.", GetBounds);
    public static readonly CountMetric ReaderMultiGetKeys = new(Meter, "reader_multi_get_keys_total", "Keys looked up many at once.");
    public static readonly CountMetric ReaderRefreshes = new(Meter, "reader_refreshes_total",
        "Refreshes of readers, by whether they moved.", "outcome", "moved", "unchanged", "failed");

    public static readonly CountMetric S3Retries = new(Meter, "s3_retries_total", "Attempts of requests to S3 or Azure after the first.");
    public static readonly CountMetric S3RetriesExhausted = new(Meter, "s3_retries_exhausted_total",
        "Requests to S3 or Azure that failed for good although a retry might have helped.");
    public static readonly CountMetric StoreRequests = new(Meter, "store_requests_total", "Requests to stores, by kind.", "kind",
        [.. Enum.GetNames<StoreRequestKind>().Select(n => n.ToLowerInvariant())]);
    public static readonly CountMetric StoreBytesRead = new(Meter, "store_read_bytes_total",
        "Bytes of objects read from stores; mapped files are not read by requests.");
    public static readonly CountMetric StoreBytesWritten = new(Meter, "store_written_bytes_total", "Bytes of objects written to stores.");

    public static readonly CountMetric Throttled = new(Meter, "rate_limiter_throttled_total",
        "Operations that had to wait for a rate limit.");
    public static readonly DurationMetric ThrottleWait = new(Meter, "rate_limiter_wait_seconds",
        "How long operations waited for a rate limit.", WaitBounds);
    public static readonly CountMetric ThrottleDenied = new(Meter, "rate_limiter_denied_total",
        "Operations that were cancelled while they waited for a rate limit.");

    public static readonly CountMetric BlockCacheHits = new(Meter, "block_cache_hits_total", "Blocks of ranged shards found in the cache.");
    public static readonly CountMetric BlockCacheMisses = new(Meter, "block_cache_misses_total",
        "Blocks of ranged shards that had to be requested.");

    public static readonly GaugeMetric SnapshotAge = new(Meter, "snapshot_age_seconds", "s",
        "Age of the current snapshot that this process saw last, by prefix.", () => SeenSnapshots.Read(static seen => seen.AgeSeconds));
    public static readonly GaugeMetric SnapshotRows = new(Meter, "snapshot_rows", null, "Its rows.",
        () => SeenSnapshots.Read(static seen => seen.Rows));
    public static readonly GaugeMetric SnapshotBytes = new(Meter, "snapshot_bytes", "By", "Bytes of its shard files.",
        () => SeenSnapshots.Read(static seen => seen.Bytes));

    /// <summary>All of them, in the order in which the Prometheus text lists them.</summary>
    public static readonly IMetricFamily[] All =
    [
        WritesStarted, WritesCompleted, WritesFailed, WriteDuration, RowsWritten, ShardBytesWritten, ShardWritesCompleted,
            ShardWriteDuration, ShardWritesRetried,
        BatchesWritten, GuardFailures, PointerConflicts, ReaderGets, ReaderGetDuration, ReaderMultiGets, ReaderMultiGetDuration,
        ReaderMultiGetKeys, ReaderRefreshes,
        S3Retries, S3RetriesExhausted, StoreRequests, StoreBytesRead, StoreBytesWritten, Throttled, ThrottleWait, ThrottleDenied,
        BlockCacheHits, BlockCacheMisses,
        SnapshotAge, SnapshotRows, SnapshotBytes,
    ];

    public static void CountRequest(StoreRequestKind kind) => StoreRequests.Add(1, (int)kind);
}
