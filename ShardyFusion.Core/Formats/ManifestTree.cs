using ShardyFusion.Routing;

namespace ShardyFusion.Formats;

/// <summary>A manifest as the tree of maps and lists that the emitter writes.</summary>
static class ManifestTree
{
    public static Dictionary<string, object?> From(Manifest manifest) => new()
    {
        ["custom"] = manifest.Custom,
        ["required"] = Required(manifest.Required),
        ["shards"] = manifest.Shards.Select(shard => Shard(shard, manifest.Required.S3Prefix)),
    };

    static Dictionary<string, object?> Required(RequiredFields required)
    {
        var sharding = required.Sharding;
        var fields = new Dictionary<string, object?>
        {
            [ContentCheck.FieldName] = ContentCheck.Unset,
            ["created_at"] = SnapshotTime.FormatField(required.CreatedAt),
            ["db_path_template"] = required.DbPathTemplate,
            ["format_version"] = required.FormatVersion,
            ["key_col"] = required.KeyCol,
            ["key_encoding"] = required.KeyEncoding.StorageName(),
            ["num_dbs"] = required.NumDbs,
            ["run_id"] = required.RunId,
            ["s3_prefix"] = required.S3Prefix,
            ["shard_prefix"] = required.ShardPrefix,
            ["sharding"] = new Dictionary<string, object?>
            {
                ["boundaries"] = sharding.Boundaries,
                ["cel_columns"] = sharding.CelColumns,
                ["cel_expr"] = sharding.CelExpr,
                ["hash_algorithm"] = sharding.HashAlgorithm,
                ["strategy"] = sharding.Strategy == ShardingStrategy.Hash ? "hash" : "cel",
            },
        };
        AddExtra(fields, "shard_format", required.ShardFormat);
        AddExtra(fields, "value_encoding", required.ValueEncoding switch
        {
            null => null,
            ValueEncoding.Raw => "raw",
            ValueEncoding.Utf8 => "utf8",
            _ => "json",
        });
        return fields;
    }

    static Dictionary<string, object?> Shard(ShardEntry shard, string s3Prefix)
    {
        var fields = new Dictionary<string, object?>
        {
            ["attempt"] = shard.Attempt,
            ["checkpoint_id"] = shard.CheckpointId,
            ["db_id"] = shard.DbId,
            ["db_url"] = SnapshotPaths.ToRef(s3Prefix, shard.AttemptKey),
            ["max_key"] = shard.MaxKey,
            ["min_key"] = shard.MinKey,
            ["row_count"] = shard.RowCount,
            ["writer_info"] = new Dictionary<string, object?>
            {
                ["attempt"] = shard.WriterInfo.Attempt,
                ["duration_ms"] = shard.WriterInfo.DurationMs,
                ["stage_id"] = shard.WriterInfo.StageId,
                ["task_attempt_id"] = shard.WriterInfo.TaskAttemptId,
            },
        };
        AddExtra(fields, "db_bytes", shard.DbBytes);
        AddExtra(fields, "sha256", shard.Sha256);
        AddExtra(fields, "tail_offset", shard.TailOffset);
        AddExtra(fields, "min_key_hex", shard.MinKeyHex);
        AddExtra(fields, "max_key_hex", shard.MaxKeyHex);
        return fields;
    }

    /// <summary>Keys that shardyfusion does not know are left out when they have no value, so that its own manifests keep their
    /// bytes.</summary>
    static void AddExtra(Dictionary<string, object?> fields, string name, object? value)
    {
        if (value is not null)
            fields[name] = value;
    }
}
