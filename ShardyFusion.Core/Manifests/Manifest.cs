using ShardyFusion.Errors;
using ShardyFusion.Routing;

namespace ShardyFusion.Manifests;

/// <summary>The immutable description of one snapshot.</summary>
/// <remarks>A manifest that <see cref="ManifestCodec"/> returned is valid: distinct shards in range, every key below the prefix.</remarks>
public sealed record Manifest
{
    /// <summary>What every snapshot states about itself.</summary>
    public required RequiredFields Required { get; init; }

    /// <summary>The shards that hold rows; empty ones are left out. Distinct, each in [0, <see cref="RequiredFields.NumDbs"/>).</summary>
    public required IReadOnlyList<ShardEntry> Shards { get; init; }

    /// <summary>What the publisher added: maps, lists, text, numbers, Booleans and null.</summary>
    public IReadOnlyDictionary<string, object?> Custom { get; init; } = new Dictionary<string, object?>();

    /// <summary>Rows of all shards.</summary>
    public long RowCount => Shards.Sum(shard => shard.RowCount);

    /// <summary>Bytes of all shard objects; null when a shard does not state its size.</summary>
    public long? DbBytes => Shards.All(shard => shard.DbBytes is not null) ? Shards.Sum(shard => shard.DbBytes!.Value) : null;

    /// <summary>The router that placed this snapshot's keys.</summary>
    /// <returns>For the <c>cel</c> strategy a router that refuses every key and says why; the rest of the manifest stays usable.</returns>
    public ShardRouter CreateRouter() => Required.Sharding.Strategy == ShardingStrategy.Hash
        ? ShardRouter.ForHash(Required.NumDbs, Required.KeyEncoding)
        : ShardRouter.Unsupported(Required.NumDbs, Required.KeyEncoding,
            $"Snapshot '{Required.RunId}' is sharded by the CEL expression '{Required.Sharding.CelExpr}'; routing by CEL is not supported yet.");

    /// <summary>The shard entry of a shard, or null for a shard without rows.</summary>
    /// <param name="dbId">Shard number.</param>
    public ShardEntry? FindShard(int dbId) => Shards.FirstOrDefault(shard => shard.DbId == dbId);
}

/// <summary>The <c>required</c> part of a manifest.</summary>
public sealed record RequiredFields
{
    /// <summary>The manifest format that this version writes.</summary>
    public const int CurrentFormatVersion = 2;

    /// <summary>The value of <see cref="ShardFormat"/> for shards that are RocksDB table files.</summary>
    public const string RocksDbSst = "rocksdb-sst";

    /// <summary>When the snapshot was built; UTC, stored to the microsecond.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Folder name of a shard in Python's format notation; for the record, locations come from <see cref="ShardEntry.AttemptKey"/>.</summary>
    public string DbPathTemplate { get; init; } = SnapshotPaths.DbPathTemplate;

    /// <summary>1 or 2.</summary>
    public int FormatVersion { get; init; } = CurrentFormatVersion;

    /// <summary>Name of the key column at the writer; <c>_key</c> when it had none.</summary>
    public string KeyCol { get; init; } = "_key";

    /// <summary>How keys are stored.</summary>
    public required KeyEncoding KeyEncoding { get; init; }

    /// <summary>Number of shards, empty ones included; 1 or more.</summary>
    public required int NumDbs { get; init; }

    /// <summary>The run that built it.</summary>
    public required string RunId { get; init; }

    /// <summary>The snapshot prefix at the time of building, <c>s3://…</c> or <c>file:///…</c>; a copied tree keeps the old one.</summary>
    public required string S3Prefix { get; init; }

    /// <summary>First segment of shard keys.</summary>
    public string ShardPrefix { get; init; } = SnapshotPaths.DefaultShardPrefix;

    /// <summary>How keys are placed.</summary>
    public ShardingFields Sharding { get; init; } = new();

    /// <summary>Format of the shard objects: <see cref="RocksDbSst"/>. Null in manifests of shardyfusion, whose shards have other formats.</summary>
    public string? ShardFormat { get; init; }

    /// <summary>What the values were before they became bytes; null when unknown, as in manifests of shardyfusion.</summary>
    public ValueEncoding? ValueEncoding { get; init; }
}

/// <summary>What values were before they became bytes, so that a read can return them as they were.</summary>
public enum ValueEncoding
{
    /// <summary>Bytes. Storage name <c>raw</c>.</summary>
    Raw,
    /// <summary>Text, as UTF-8. Storage name <c>utf8</c>.</summary>
    Utf8,
    /// <summary>A JSON document, as UTF-8. Storage name <c>json</c>.</summary>
    Json,
}

/// <summary>How keys are placed on shards.</summary>
public enum ShardingStrategy
{
    /// <summary>By the key's hash.</summary>
    Hash,
    /// <summary>By a CEL expression; described, but not yet followed.</summary>
    Cel,
}

/// <summary>The <c>sharding</c> part of a manifest.</summary>
public sealed record ShardingFields
{
    /// <summary>The one hash algorithm there is.</summary>
    public const string XxHash3 = "xxh3_64";

    /// <summary>Strategy.</summary>
    public ShardingStrategy Strategy { get; init; }

    /// <summary>Hash algorithm, always <see cref="XxHash3"/>.</summary>
    public string HashAlgorithm { get; init; } = XxHash3;

    /// <summary>Lower bounds of shards 1, 2, … for a CEL strategy with boundaries: numbers or text, ascending; else null.</summary>
    public IReadOnlyList<object?>? Boundaries { get; init; }

    /// <summary>Type names of the columns that the CEL expression reads; null for the hash strategy.</summary>
    public IReadOnlyDictionary<string, string>? CelColumns { get; init; }

    /// <summary>The CEL expression; null for the hash strategy.</summary>
    public string? CelExpr { get; init; }
}

/// <summary>One shard of a snapshot: the winning attempt.</summary>
public sealed record ShardEntry
{
    /// <summary>Shard number in [0, <see cref="RequiredFields.NumDbs"/>).</summary>
    public required int DbId { get; init; }

    /// <summary>The attempt's folder, relative to the snapshot prefix; stored as the absolute <c>db_url</c>.</summary>
    public required string AttemptKey { get; init; }

    /// <summary>Key of the shard object, relative to the snapshot prefix.</summary>
    public string ObjectKey => SnapshotPaths.ShardKey(AttemptKey);

    /// <summary>Which attempt won, from 0.</summary>
    public int Attempt { get; init; }

    /// <summary>Rows, after duplicates were resolved; 1 or more from this writer.</summary>
    public required long RowCount { get; init; }

    /// <summary>Smallest key in storage order: <see cref="long"/>, BigInteger or string; null when unknown, and for <c>raw</c> keys, which
    /// <see cref="MinKeyHex"/> holds.</summary>
    public object? MinKey { get; init; }

    /// <summary>Largest key in storage order; else as <see cref="MinKey"/>.</summary>
    public object? MaxKey { get; init; }

    /// <summary>Smallest stored key of a <c>raw</c> shard in lower-case hex; else null.</summary>
    public string? MinKeyHex { get; init; }

    /// <summary>Largest stored key of a <c>raw</c> shard in lower-case hex; else null.</summary>
    public string? MaxKeyHex { get; init; }

    /// <summary>An opaque identity of the content, or null.</summary>
    public string? CheckpointId { get; init; }

    /// <summary>Size of the shard object in bytes; null in manifests of shardyfusion.</summary>
    public long? DbBytes { get; init; }

    /// <summary>SHA-256 of the shard object, 64 lower-case hex digits; null in manifests of shardyfusion.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Offset of the first byte after the data blocks: from here to the end lie filter, index, properties and footer.</summary>
    public long? TailOffset { get; init; }

    /// <summary>Who wrote it, and how long that took.</summary>
    public WriterInfo WriterInfo { get; init; } = new();
}

/// <summary>Who wrote a shard.</summary>
public sealed record WriterInfo
{
    /// <summary>Attempt number, from 0.</summary>
    public int Attempt { get; init; }

    /// <summary>How long it took, in milliseconds.</summary>
    public long DurationMs { get; init; }

    /// <summary>Stage of a distributed build, or null.</summary>
    public long? StageId { get; init; }

    /// <summary>Task attempt of a distributed build, or null.</summary>
    public long? TaskAttemptId { get; init; }
}
