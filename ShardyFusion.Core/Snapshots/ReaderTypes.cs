using System.Globalization;
using ShardyFusion.Manifests;

namespace ShardyFusion.Snapshots;

/// <summary>How shards are read.</summary>
public enum ReadMode
{
    /// <summary>Memory-mapped on a disk store; on a remote store whichever is cheaper.</summary>
    Auto,
    /// <summary>Ranged reads; nothing is kept on disk.</summary>
    Range,
    /// <summary>Whole shards in a local cache, then memory-mapped.</summary>
    Download,
}

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
    /// <summary>A shard that nobody asked for is closed after between one and two of these; null keeps it open as long as memory allows. Positive.</summary>
    public TimeSpan? ShardIdleTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What bounds the memory of open shards; null for the one of the process.</summary>
    internal Sst.BlockCache? Memory { get; init; }
}

/// <summary>One looked-up key.</summary>
public sealed record LookupResult
{
    /// <summary>The key as given.</summary>
    public required object Key { get; init; }
    /// <summary>True when the snapshot has it.</summary>
    public required bool Found { get; init; }
    /// <summary>The stored bytes, owned by the caller; null when absent.</summary>
    public byte[]? Value { get; init; }
    /// <summary>The shard that was asked.</summary>
    public required int ShardId { get; init; }
    /// <summary>The snapshot that answered.</summary>
    public required string RunId { get; init; }
    /// <summary>How it is encoded; null when the manifest does not say.</summary>
    public ValueEncoding? ValueEncoding { get; init; }
    /// <summary>Where the answer came from.</summary>
    public required LookupSource Source { get; init; }
}

/// <summary>Where an answer came from.</summary>
public enum LookupSource
{
    /// <summary>The shard is empty or its filter says no: nothing was read.</summary>
    Filter,
    /// <summary>A mapped local file.</summary>
    Disk,
    /// <summary>The block cache.</summary>
    Cache,
    /// <summary>A request to the store.</summary>
    Store,
}

/// <summary>One row of a scan.</summary>
/// <param name="ShardId">The shard it is in.</param>
/// <param name="Key">The key: <see cref="ulong"/>, <see cref="uint"/>, <see cref="string"/> or <c>byte[]</c>, by the snapshot's key encoding.</param>
/// <param name="Value">The stored bytes, owned by the caller.</param>
public sealed record SnapshotRow(int ShardId, object Key, byte[] Value);

/// <summary>What a refresh did.</summary>
/// <param name="Changed">True when another snapshot is read now.</param>
/// <param name="From">Run that was read before.</param>
/// <param name="To">Run that is read now.</param>
/// <param name="Problem">Why the newest snapshot could not be taken; null when it could or nothing is new.</param>
public sealed record RefreshResult(bool Changed, string From, string To, string? Problem);

/// <summary>How a reader, and what it reads, is doing.</summary>
public enum HealthStatus
{
    /// <summary>Everything asked about is as it should be.</summary>
    Healthy,
    /// <summary>Readable, but older than the threshold or not the snapshot that should be read.</summary>
    Degraded,
    /// <summary>Closed, nothing loaded, or the store cannot be reached.</summary>
    Unhealthy,
}

/// <summary>The result of a health check.</summary>
public sealed record HealthReport
{
    internal static HealthReport Empty(string prefix) => new() { Status = HealthStatus.Healthy, Reasons = [], Prefix = prefix };

    /// <summary>The verdict, the worst of all findings.</summary>
    public required HealthStatus Status { get; init; }
    /// <summary>Why it is not healthy, one sentence each; empty when it is.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }
    /// <summary>The prefix.</summary>
    public required string Prefix { get; init; }
    /// <summary>The snapshot that is read; null when nothing is loaded.</summary>
    public string? RunId { get; init; }
    /// <summary>Its manifest ref; null when nothing is loaded.</summary>
    public string? ManifestRef { get; init; }
    /// <summary>Now less the manifest's creation time; null when nothing is loaded.</summary>
    public TimeSpan? ManifestAge { get; init; }
    /// <summary>Number of shards, empty ones included; null when nothing is loaded.</summary>
    public int? ShardCount { get; init; }
    /// <summary>Shards that answered a probe; null when none were probed.</summary>
    public int? ShardsProbed { get; init; }
    /// <summary>Rows; null when nothing is loaded.</summary>
    public long? RowCount { get; init; }
    /// <summary>True when an older snapshot is read because the current one's manifest is malformed.</summary>
    public bool OnFallback { get; init; }
    /// <summary>True when the reader was closed.</summary>
    public bool IsClosed { get; init; }
    /// <summary>The kind of the failure when unhealthy; null otherwise.</summary>
    public Errors.ErrorKind? ErrorKind { get; init; }
    /// <summary>The run that the pointer names, as it was seen last; null when the reader follows none or it was never seen.</summary>
    public string? PointerRunId { get; init; }
    /// <summary>Now less the time at which the pointer was moved there; null when unknown.</summary>
    public TimeSpan? PointerAge { get; init; }
    /// <summary>For how long the pointer has named another snapshot than the one that is read; null when it names the same, or is unknown.</summary>
    public TimeSpan? Lag { get; init; }
    /// <summary>The newest build; null when nobody looked or there is none.</summary>
    public string? LastRunId { get; init; }
    /// <summary>How the newest build is doing; null when nobody looked or there is none.</summary>
    public RunState? LastRunState { get; init; }
    /// <summary>Bytes free on the volume of the local cache; null when nobody looked.</summary>
    public long? DiskFreeBytes { get; init; }
    /// <summary>Size of that volume in bytes; null when nobody looked.</summary>
    public long? DiskTotalBytes { get; init; }
    /// <summary>When this was found out, UTC.</summary>
    public DateTimeOffset CheckedAt { get; init; }
    /// <summary>True when a part of the check did not answer in time, so that its figures are older or absent.</summary>
    public bool TimedOut { get; init; }
}

/// <summary>What a health check looks at.</summary>
public sealed record HealthOptions
{
    /// <summary>An older manifest is degraded; null for no limit.</summary>
    public TimeSpan? StalenessThreshold { get; init; }
    /// <summary>True opens every shard and reads one key of it.</summary>
    public bool Deep { get; init; }
    /// <summary>How often a snapshot is published, so that a missed one is degraded; null for no schedule.</summary>
    public TimeSpan? ExpectedEvery { get; init; }
    /// <summary>True also looks at the newest build: one that failed or died is degraded.</summary>
    public bool LastBuild { get; init; }
    /// <summary>How long the whole check may take; what has not answered by then is reported as such. Positive.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>Folder whose volume must have room; null for the reader's local shard cache, if it uses one.</summary>
    public string? CacheDirectory { get; init; }
    /// <summary>Per cent of a volume of 20 GiB that must be free, 0..100; larger volumes need less, smaller ones more: see <see cref="DiskSpace"/>.</summary>
    public double MinFreePercent { get; init; } = 10;
    /// <summary>Bytes that must be free on any volume; null for no such limit.</summary>
    public long? MinFreeBytes { get; init; }

    /// <summary>Every fault of these settings; empty when there is none.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (StalenessThreshold < TimeSpan.Zero)
            faults.Add($"StalenessThreshold is {StalenessThreshold}; it must not be negative.");
        if (ExpectedEvery <= TimeSpan.Zero)
            faults.Add($"ExpectedEvery is {ExpectedEvery}; it must be positive.");
        if (Timeout <= TimeSpan.Zero || Timeout > TimeSpan.FromDays(1))
            faults.Add($"Timeout is {Timeout}; it must be positive and at most a day.");
        if (MinFreePercent is not (>= 0 and <= 100))
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"MinFreePercent is {MinFreePercent}; it must be 0..100."));
        if (MinFreeBytes < 0)
            faults.Add($"MinFreeBytes is {MinFreeBytes}; it must not be negative.");
        return faults;
    }
}
