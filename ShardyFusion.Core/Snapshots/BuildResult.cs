using ShardyFusion.Manifests;
using ShardyFusion.Routing;
using ShardyFusion.Stores;

namespace ShardyFusion.Snapshots;

/// <summary>What a build did.</summary>
public sealed record BuildResult
{
    /// <summary>Name of the run.</summary>
    public required string RunId { get; init; }
    /// <summary>Where the manifest lives.</summary>
    public required string ManifestRef { get; init; }
    /// <summary>The prefix, <see cref="Stores.IObjectStore.Root"/>.</summary>
    public required string Prefix { get; init; }
    /// <summary>True when the pointer names this snapshot now.</summary>
    public required bool Published { get; init; }
    /// <summary>Name of the pointer: <c>CURRENT</c>, or another one that was given.</summary>
    public required string Pointer { get; init; }
    /// <summary>Run that was current before; null when there was none.</summary>
    public string? PreviousRunId { get; init; }
    /// <summary>Number of shards, empty ones included.</summary>
    public required int ShardCount { get; init; }
    /// <summary>How keys are stored.</summary>
    public required KeyEncoding KeyEncoding { get; init; }
    /// <summary>How values are encoded.</summary>
    public required ValueEncoding ValueEncoding { get; init; }
    /// <summary>Rows read from the input.</summary>
    public required long RowsRead { get; init; }
    /// <summary>Rows in the snapshot.</summary>
    public required long RowsWritten { get; init; }
    /// <summary>Rows dropped because another one has the same key.</summary>
    public required long DuplicateRows { get; init; }
    /// <summary>Rows left out by the row-error policy.</summary>
    public required long RejectedRows { get; init; }
    /// <summary>The first few rejections, at most 10.</summary>
    public IReadOnlyList<string> RejectionSamples { get; init; } = [];
    /// <summary>Bytes of all shard files.</summary>
    public required long ShardBytes { get; init; }
    /// <summary>The shards, by <c>db_id</c>; empty ones are left out.</summary>
    public required IReadOnlyList<ShardResult> Shards { get; init; }
    /// <summary>Shards that the run resumed had finished and that were kept; they were not uploaded again.</summary>
    public int KeptShards { get; init; }
    /// <summary>Attempts that failed or lost.</summary>
    public required int LostAttempts { get; init; }
    /// <summary>Bytes spilled to disk while building.</summary>
    public required long SpilledBytes { get; init; }
    /// <summary>Time per phase.</summary>
    public required BuildDurations Durations { get; init; }
    /// <summary>Requests and bytes of the store during the build.</summary>
    public required StoreUsage Requests { get; init; }
    /// <summary>What <see cref="Requests"/> cost by <see cref="BuildOptions.Prices"/>, not rounded; null without prices.</summary>
    public decimal? EstimatedCost { get; init; }
    /// <summary>Currency of <see cref="EstimatedCost"/>, as given; null without prices.</summary>
    public string? CostCurrency { get; init; }
    /// <summary>Guard results, in the order given.</summary>
    public IReadOnlyList<GuardResult> Guards { get; init; } = [];
    /// <summary>Things that went wrong after the publish and lost nothing (a leftover that could not be removed…).</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>One shard of a build.</summary>
/// <param name="ShardId"><c>db_id</c>.</param>
/// <param name="RowCount">Rows in it.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Attempt">The attempt that won, from 0.</param>
/// <param name="Url">Where it lives.</param>
/// <param name="Sha256">Lower-case hex of the file's SHA-256.</param>
public sealed record ShardResult(int ShardId, long RowCount, long Bytes, int Attempt, string Url, string Sha256);

/// <summary>Time per phase of a build.</summary>
/// <param name="Sharding">Reading, encoding and partitioning rows, until the input's end.</param>
/// <param name="Write">Sorting, writing and uploading shards.</param>
/// <param name="Manifest">Manifest, guards and pointer.</param>
/// <param name="Total">From the start of the build.</param>
public sealed record BuildDurations(TimeSpan Sharding, TimeSpan Write, TimeSpan Manifest, TimeSpan Total);

/// <summary>Requests and bytes.</summary>
/// <param name="Gets">Whole and ranged reads.</param>
/// <param name="Puts">Writes and parts.</param>
/// <param name="Heads">Metadata reads.</param>
/// <param name="Lists">Listing pages.</param>
/// <param name="Deletes">Delete requests.</param>
/// <param name="Retries">Attempts after the first.</param>
/// <param name="BytesRead">Payload bytes read.</param>
/// <param name="BytesWritten">Payload bytes written.</param>
public sealed record StoreUsage(long Gets, long Puts, long Heads, long Lists, long Deletes, long Retries, long BytesRead, long BytesWritten)
{
    internal static StoreUsage Of(StoreCounters counters) => new(counters.Gets, counters.Puts, counters.Heads, counters.Lists, counters.Deletes,
        counters.Retries, counters.BytesRead, counters.BytesWritten);

    internal StoreUsage Plus(StoreUsage other) => new(Gets + other.Gets, Puts + other.Puts, Heads + other.Heads, Lists + other.Lists,
        Deletes + other.Deletes, Retries + other.Retries, BytesRead + other.BytesRead, BytesWritten + other.BytesWritten);

    internal StoreUsage Since(StoreUsage start) => new(Gets - start.Gets, Puts - start.Puts, Heads - start.Heads, Lists - start.Lists,
        Deletes - start.Deletes, Retries - start.Retries, BytesRead - start.BytesRead, BytesWritten - start.BytesWritten);
}

/// <summary>What a build would do, without doing it.</summary>
/// <param name="Prefix">The prefix.</param>
/// <param name="RunId">Name of the run; null when a random one would be made.</param>
/// <param name="CurrentRunId">The run that is current now; null when there is none.</param>
/// <param name="LiveRunId">Another run that is building right now; null when there is none.</param>
/// <param name="Steps">One sentence a step.</param>
public sealed record BuildPlan(string Prefix, string? RunId, string? CurrentRunId, string? LiveRunId, IReadOnlyList<string> Steps);

/// <summary>How far a build is. Sent at most a few times a second.</summary>
/// <param name="Phase">What it does now.</param>
/// <param name="Rows">Rows read so far.</param>
/// <param name="ShardsDone">Shards finished.</param>
/// <param name="ShardsTotal">Shards to write; 0 while unknown.</param>
/// <param name="Bytes">Shard bytes written so far.</param>
public sealed record BuildProgress(BuildPhase Phase, long Rows, int ShardsDone, int ShardsTotal, long Bytes);

/// <summary>The phases of a build.</summary>
public enum BuildPhase
{
    /// <summary>Reading and partitioning rows.</summary>
    Reading,
    /// <summary>Sorting and writing shards.</summary>
    Writing,
    /// <summary>Manifest, guards, pointer.</summary>
    Publishing,
    /// <summary>Finished.</summary>
    Done,
}
