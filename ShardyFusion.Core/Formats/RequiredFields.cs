using ShardyFusion.Routing;

namespace ShardyFusion.Formats;

/// <summary>The <c>required</c> part of a manifest.</summary>
sealed record RequiredFields
{
    /// <summary>The manifest format that this version writes.</summary>
    public const int CurrentFormatVersion = 2;

    /// <summary>The format of manifests that are SQLite files.</summary>
    public const int DatabaseFormatVersion = 4;

    /// <summary>The value of <see cref="ShardFormat"/> for shards that are RocksDB table files.</summary>
    public const string RocksDbSst = "rocksdb-sst";

    /// <summary>When the snapshot was built; UTC, stored to the microsecond.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Folder name of a shard in Python's format notation; for the record, locations come from
    /// <see cref="ShardEntry.AttemptKey"/>.</summary>
    public string DbPathTemplate { get; init; } = SnapshotPaths.DbPathTemplate;

    /// <summary>1 or 2, or <see cref="DatabaseFormatVersion"/>.</summary>
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

    /// <summary>Format of the shard objects: <see cref="RocksDbSst"/>. Null in manifests of shardyfusion, whose shards have other
    /// formats.</summary>
    public string? ShardFormat { get; init; }

    /// <summary>What the values were before they became bytes; null when unknown, as in manifests of shardyfusion.</summary>
    public ValueEncoding? ValueEncoding { get; init; }
}
