using ShardyFusion.Formats;
using ShardyFusion.Routing;

namespace ShardyFusion.Catalog;

/// <summary>One snapshot, as its manifest tells.</summary>
public sealed record SnapshotInfo
{
    /// <summary>Name of the run that built it.</summary>
    public required string RunId { get; init; }
    /// <summary>Where the manifest lives.</summary>
    public required string ManifestRef { get; init; }
    /// <summary>When the manifest was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>Number of shards, empty ones included.</summary>
    public required int ShardCount { get; init; }
    /// <summary><c>hash</c> or <c>cel</c>.</summary>
    public required string Sharding { get; init; }
    /// <summary>The CEL expression; null where keys are placed by their hash.</summary>
    public string? CelExpression { get; init; }
    /// <summary>The columns that the expression may read, each with the name of its type; empty without an expression.</summary>
    public IReadOnlyDictionary<string, string> CelColumns { get; init; } = new Dictionary<string, string>();
    /// <summary>The least values of shards 1, 2, …; empty where the expression gives the shard's number itself.</summary>
    public IReadOnlyList<object?> Boundaries { get; init; } = [];
    /// <summary>The values of shards 0, 1, 2, …, where exactly these place rows, as in manifests of the later shardyfusion version; else
    /// empty.</summary>
    public IReadOnlyList<object?> RoutingValues { get; init; } = [];
    /// <summary>How keys are stored.</summary>
    public required KeyEncoding KeyEncoding { get; init; }
    /// <summary>How values are encoded; null when the manifest does not say.</summary>
    public ValueEncoding? ValueEncoding { get; init; }
    /// <summary>Rows in all shards.</summary>
    public required long RowCount { get; init; }
    /// <summary>Bytes of all shard files; null when the manifest does not say.</summary>
    public long? Bytes { get; init; }
    /// <summary>The publisher's message; null for none.</summary>
    public string? Message { get; init; }
    /// <summary>The non-empty shards, by <c>db_id</c>.</summary>
    public required IReadOnlyList<ShardInfo> Shards { get; init; }
    /// <summary>What the shards are that were looked at, each kind once; null when none was.</summary>
    public string? Engine => Shards.Select(shard => shard.Engine).OfType<string>().Distinct().ToArray() is { Length: > 0 } engines
        ? string.Join(", ", engines) : null;
    /// <summary>The manifest's <c>custom</c> fields.</summary>
    public required IReadOnlyDictionary<string, object?> Custom { get; init; }
    /// <summary>What the guards of its build found, in their order; empty when none ran.</summary>
    public IReadOnlyList<GuardResult> Guards => GuardRecords.ResultsIn(Custom);
    /// <summary>Who published it although guards had failed; null when nobody did.</summary>
    public ForcedPublish? Forced => GuardRecords.ForcedIn(Custom);
}
