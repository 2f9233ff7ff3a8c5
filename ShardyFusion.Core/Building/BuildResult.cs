using ShardyFusion.Formats;
using ShardyFusion.Routing;
using ShardyFusion.Stores;

namespace ShardyFusion.Building;

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
