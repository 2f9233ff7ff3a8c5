using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Yaml;
using ShardyFusion.Routing;

namespace ShardyFusion.Formats;

/// <summary>Manifests as bytes: writes the YAML that shardyfusion writes, reads what it and this writer wrote.</summary>
/// <remarks>Stateless; safe for concurrent callers. The format is described in docs/format/manifest.md.</remarks>
static class ManifestCodec
{
    /// <summary>MIME type of a manifest object that is text.</summary>
    public const string ContentType = "application/x-yaml";

    const string DatabaseContentType = "application/x-sqlite3";

    /// <summary>MIME type of the object that a manifest came from, or would be written to.</summary>
    public static string ContentTypeOf(Manifest manifest) => manifest.Required.FormatVersion == RequiredFields.DatabaseFormatVersion
        ? DatabaseContentType : ContentType;

    /// <summary>Largest manifest that is written or read, in bytes.</summary>
    public static long MaxBytes => DocumentLimits.Manifest.MaxBytes;

    /// <summary>Writes a manifest.</summary>
    /// <returns>ASCII YAML.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestBuild"/>: a field that no reader would accept; names
    /// it.</exception>
    public static byte[] Write(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (ManifestRules.FirstFault(manifest, isText: true) is (var field, var problem))
            throw new ShardyFusionException(ErrorKind.ManifestBuild, $"The manifest cannot be written: {field}: {problem}.");
        return ContentCheck.OfManifest.Seal(PyYamlEmitter.Write(ManifestTree.From(manifest), DocumentLimits.Manifest));
    }

    /// <summary>Reads a manifest: YAML, JSON, or a SQLite file.</summary>
    /// <param name="content">The object's bytes.</param>
    /// <param name="source">Its key or ref, for messages.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestParse"/>: malformed, oversized, of another format version, or
    /// inconsistent; names the field, as in <c>shards[3].db_id</c>.</exception>
    public static Manifest Read(ReadOnlySpan<byte> content, string source) => Read(content, source, out _, out _);

    /// <summary>Reads a manifest from its place, where what its fields say about each other must hold too, unless its checksum says that it
    /// is as it was written.</summary>
    /// <param name="content">The object's bytes.</param>
    /// <param name="source">Its ref, for messages.</param>
    /// <param name="check">What identifies the content, see <see cref="CurrentPointer.ManifestCheck"/>.</param>
    internal static Manifest ReadStored(ReadOnlySpan<byte> content, string source, out string check)
    {
        var manifest = Read(content, source, out check, out var isAsWritten);
        return !isAsWritten && ManifestConsistency.FirstFault(manifest) is (var field, var problem)
            ? throw new DocumentFaults("manifest", source).At(field, problem) : manifest;
    }

    static Manifest Read(ReadOnlySpan<byte> content, string source, out string check, out bool isAsWritten)
    {
        var faults = new DocumentFaults("manifest", source);
        isAsWritten = ContentCheck.OfManifest.Verify(content, faults, out check);
        var isDatabase = ManifestDatabase.IsOne(content);
        var tree = isDatabase ? ManifestDatabase.Read(content, source, faults) : YamlReader.Read(content, DocumentLimits.Manifest, faults);
        var root = new FieldReader(tree, "", faults);
        var required = ReadRequired(root.Map("required"), isDatabase);
        var manifest = new Manifest
        {
            Required = required,
            Shards = root.Maps("shards", shard => ReadShard(shard, required)),
            Custom = root.OptionalMap("custom")?.ToDictionary() ?? [],
        };
        if (ManifestRules.FirstFault(manifest, !isDatabase) is (var field, var problem))
            throw faults.At(field, problem);
        if (!isDatabase && !isAsWritten && TornText.FirstFault(content, tree) is (var torn, var why))
            throw faults.At(torn, why);
        return manifest;
    }

    static RequiredFields ReadRequired(FieldReader fields, bool isDatabase)
    {
        // First, because an unknown version may spell every other field differently.
        var version = isDatabase ? fields.FormatVersion(RequiredFields.DatabaseFormatVersion)
            : fields.FormatVersion(1, RequiredFields.CurrentFormatVersion);
        var encodingName = fields.OptionalText("key_encoding") ?? KeyEncoding.U64BE.StorageName();
        if (!KeyEncodingNames.TryParseStorageName(encodingName, out var keyEncoding))
            throw fields.Fault("key_encoding", $"'{encodingName}' is none of u64be, u32be, utf8, raw");
        return new RequiredFields
        {
            CreatedAt = fields.Timestamp("created_at"),
            DbPathTemplate = fields.OptionalText("db_path_template") ?? SnapshotPaths.DbPathTemplate,
            FormatVersion = version,
            KeyCol = fields.OptionalText("key_col") ?? "_key",
            KeyEncoding = keyEncoding,
            NumDbs = fields.Int32("num_dbs", 1),
            RunId = fields.Text("run_id"),
            S3Prefix = fields.Text("s3_prefix"),
            ShardPrefix = fields.OptionalText("shard_prefix") ?? SnapshotPaths.DefaultShardPrefix,
            Sharding = ReadSharding(fields.Map("sharding"), isDatabase),
            ShardFormat = fields.OptionalText("shard_format"),
            ValueEncoding = fields.OptionalText("value_encoding") switch
            {
                null => null,
                "raw" => ValueEncoding.Raw,
                "utf8" => ValueEncoding.Utf8,
                "json" => ValueEncoding.Json,
                var other => throw fields.Fault("value_encoding", $"'{other}' is none of raw, utf8, json"),
            },
        };
    }

    static ShardingFields ReadSharding(FieldReader fields, bool isDatabase) => new()
    {
        Strategy = fields.Text("strategy") switch
        {
            "hash" => ShardingStrategy.Hash,
            "cel" => ShardingStrategy.Cel,
            var other => throw fields.Fault("strategy", $"'{other}' is neither hash nor cel"),
        },
        HashAlgorithm = (fields.OptionalText("hash_algorithm") ?? ShardingFields.XxHash3) switch
        {
            ShardingFields.XxHash3 => ShardingFields.XxHash3,
            var other => throw fields.Fault("hash_algorithm", $"'{other}' is not supported, only {ShardingFields.XxHash3}"),
        },
        Boundaries = fields.OptionalSequence("boundaries")?.Items.Select(item => item.ToValue()).ToArray(),
        RoutingValues = isDatabase ? fields.OptionalSequence("routing_values")?.Items.Select(item => item.ToValue()).ToArray() : null,
        CelColumns = fields.OptionalMap("cel_columns") is { } columns ? ReadColumns(columns, fields.Map("cel_columns")) : null,
        CelExpr = fields.OptionalText("cel_expr"),
    };

    static Dictionary<string, string> ReadColumns(YamlMapping columns, FieldReader fields) =>
        columns.Fields.Keys.ToDictionary(name => name, fields.Text, StringComparer.Ordinal);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static ShardEntry ReadShard(FieldReader fields, RequiredFields required)
    {
        var url = fields.Text("db_url");
        if (!SnapshotPaths.TryGetKeyBelow(required.S3Prefix, url, out var attemptKey))
            throw fields.Fault("db_url", $"'{url}' is not below the snapshot's s3_prefix '{required.S3Prefix}'");
        var writer = fields.OptionalMap("writer_info") is null ? (FieldReader?)null : fields.Map("writer_info");
        return new ShardEntry
        {
            DbId = fields.Int32("db_id", 0, required.NumDbs - 1),
            AttemptKey = attemptKey,
            Attempt = (int)(fields.OptionalInt64("attempt", 0, int.MaxValue) ?? 0),
            RowCount = fields.Int64("row_count", 0),
            MinKey = fields.OptionalScalar("min_key"),
            MaxKey = fields.OptionalScalar("max_key"),
            MinKeyHex = fields.OptionalText("min_key_hex"),
            MaxKeyHex = fields.OptionalText("max_key_hex"),
            CheckpointId = fields.OptionalText("checkpoint_id"),
            DbBytes = fields.OptionalInt64("db_bytes", 0),
            Sha256 = fields.OptionalText("sha256"),
            TailOffset = fields.OptionalInt64("tail_offset", 0),
            WriterInfo = writer is not { } info ? new WriterInfo() : new WriterInfo
            {
                Attempt = (int)(info.OptionalInt64("attempt", 0, int.MaxValue) ?? 0),
                DurationMs = info.OptionalInt64("duration_ms", 0) ?? 0,
                StageId = info.OptionalInt64("stage_id", long.MinValue),
                TaskAttemptId = info.OptionalInt64("task_attempt_id", long.MinValue),
            },
        };
    }
}
