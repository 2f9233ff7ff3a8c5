using System.Management.Automation;
using ShardyFusion.Catalog;
using ShardyFusion.Formats;
using ShardyFusion.Reading;
using ShardyFusion.Routing;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>One snapshot, as its manifest tells.</summary>
public sealed class ShardedSnapshot
{
    internal ShardedSnapshot(string prefix, SnapshotInfo info)
    {
        Prefix = prefix;
        RunId = info.RunId;
        ManifestRef = info.ManifestRef;
        PublishedAt = UtcTime.Of(info.CreatedAt);
        RowCount = info.RowCount;
        Bytes = info.Bytes;
        ShardCount = info.ShardCount;
        NonEmptyShardCount = info.Shards.Count;
        Sharding = info.Sharding;
        CelExpression = info.CelExpression;
        CelColumn = new(info.CelColumns.ToDictionary(StringComparer.Ordinal));
        CelBoundary = new([.. info.Boundaries]);
        CelRoutingValue = new([.. info.RoutingValues]);
        KeyEncoding = info.KeyEncoding.ToString();
        ValueEncoding = info.ValueEncoding?.ToString();
        Engine = info.Engine;
        Message = info.Message;
        CustomField = new(info.Custom.ToDictionary(StringComparer.Ordinal));
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>Name of the run that built it.</summary>
    public string RunId { get; }

    /// <summary>Where the manifest lives.</summary>
    public string ManifestRef { get; }

    /// <summary>When the manifest was created, UTC.</summary>
    public PSObject PublishedAt { get; }

    /// <summary>Rows in all shards.</summary>
    public long RowCount { get; }

    /// <summary>Bytes of all shard files; null when the manifest does not say.</summary>
    public long? Bytes { get; }

    /// <summary>Number of shards, empty ones included.</summary>
    public int ShardCount { get; }

    /// <summary>Shards with rows.</summary>
    public int NonEmptyShardCount { get; }

    /// <summary><c>hash</c> or <c>cel</c>.</summary>
    public string Sharding { get; }

    /// <summary>The CEL expression; null where keys are placed by their hash.</summary>
    public string? CelExpression { get; }

    /// <summary>The columns that the expression may read, each with the name of its type.</summary>
    public Mapped<string> CelColumn { get; }

    /// <summary>The least values of shards 1, 2, …; empty where the expression gives the shard's number itself.</summary>
    public Listed<object?> CelBoundary { get; }

    /// <summary>The values of shards 0, 1, 2, …, where exactly these place rows; else empty.</summary>
    public Listed<object?> CelRoutingValue { get; }

    /// <summary>How keys are stored.</summary>
    public string KeyEncoding { get; }

    /// <summary>How values are encoded; null when the manifest does not say.</summary>
    public string? ValueEncoding { get; }

    /// <summary>What the shards are, with the versions of their formats; null when it could not be told.</summary>
    public string? Engine { get; }

    /// <summary>The publisher's message; null for none.</summary>
    public string? Message { get; }

    /// <summary>More fields kept with the snapshot.</summary>
    public Mapped<object?> CustomField { get; }

    /// <summary>The run id.</summary>
    public override string ToString() => RunId;
}

/// <summary>One shard, as the manifest tells.</summary>
public sealed class SnapshotShard
{
    internal SnapshotShard(string prefix, SnapshotInfo info, ShardInfo shard)
    {
        Prefix = prefix;
        RunId = info.RunId;
        ShardId = shard.ShardId;
        RowCount = shard.RowCount;
        Bytes = shard.Bytes;
        MinKey = shard.MinKey;
        MaxKey = shard.MaxKey;
        Url = shard.Url;
        Sha256 = shard.Sha256;
        Engine = shard.Engine;
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>Name of the run that built the snapshot.</summary>
    public string RunId { get; }

    /// <summary>Number of the shard, from 0.</summary>
    public int ShardId { get; }

    /// <summary>Rows.</summary>
    public long RowCount { get; }

    /// <summary>Size of the file; null when the manifest does not say.</summary>
    public long? Bytes { get; }

    /// <summary>Smallest key; null when unknown.</summary>
    public object? MinKey { get; }

    /// <summary>Largest key; null when unknown.</summary>
    public object? MaxKey { get; }

    /// <summary>Where it lives.</summary>
    public string Url { get; }

    /// <summary>Lower-case hex; null when the manifest does not say.</summary>
    public string? Sha256 { get; }

    /// <summary>What it is, with the versions of its formats; null when it could not be told.</summary>
    public string? Engine { get; }
}

/// <summary>The shard that a key belongs to.</summary>
public sealed class ResolvedShardKey
{
    internal ResolvedShardKey(PreparedKey key, SnapshotInfo info)
    {
        Key = key.Key;
        ShardId = key.ShardId;
        ShardCount = info.ShardCount;
        RunId = info.RunId;
    }

    /// <summary>The key as given.</summary>
    public object Key { get; }

    /// <summary>The shard, from 0.</summary>
    public int ShardId { get; }

    /// <summary>Number of shards.</summary>
    public int ShardCount { get; }

    /// <summary>The snapshot that was asked.</summary>
    public string RunId { get; }
}
