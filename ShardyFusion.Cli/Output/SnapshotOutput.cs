using System.Text.Json;
using ShardyFusion.Catalog;
using ShardyFusion.Routing;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>One snapshot, as info shows it.</summary>
sealed class InfoOutput(SnapshotInfo info) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("run_id", info.RunId);
        json.WriteNumber("num_dbs", info.ShardCount);
        json.WriteString("sharding", info.Sharding);
        if (info.CelExpression is not null)
        {
            json.WriteString("cel_expr", info.CelExpression);
            json.Any("cel_columns", info.CelColumns.ToDictionary(static column => column.Key, static object? (column) => column.Value));
            json.Any("boundaries", info.Boundaries);
            if (info.RoutingValues.Count > 0)
                json.Any("routing_values", info.RoutingValues);
        }
        json.WriteString("created_at", Format.Time(info.CreatedAt));
        json.WriteString("manifest_ref", info.ManifestRef);
        json.WriteString("key_encoding", info.KeyEncoding.StorageName());
        json.WriteString("value_encoding", ValueEncodingName(info));
        json.WriteNumber("row_count", info.RowCount);
        json.WriteNumber("non_empty_shards", info.Shards.Count);
        json.Any("bytes", info.Bytes);
        json.WriteString("engine", info.Engine);
        json.WriteString("message", info.Message);
        json.Any("custom", info.Custom);
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts(Facts());
    }

    protected override IEnumerable<string> Lines() => Facts().Where(f => f.Value is not null).Select(f => $"{f.Name}={f.Value}");

    IEnumerable<(string Name, string? Value)> Facts() =>
    [
        ("run_id", info.RunId),
        ("created_at", Format.Time(info.CreatedAt)),
        ("rows", Format.Count(info.RowCount)),
        ("shards", $"{info.ShardCount} ({info.Shards.Count} with rows)"),
        ("bytes", info.Bytes is null ? null : Format.Count(info.Bytes.Value)),
        ("sharding", info.Sharding),
        ("cel_expr", info.CelExpression),
        ("cel_columns", info.CelColumns.Count == 0 ? null
            : string.Join(", ", info.CelColumns.Select(static column => $"{column.Key}={column.Value}"))),
        ("boundaries", info.Boundaries.Count == 0 ? null : string.Join(", ", info.Boundaries.Select(Format.Key))),
        ("routing_values", info.RoutingValues.Count == 0 ? null : string.Join(", ", info.RoutingValues.Select(Format.Key))),
        ("key_encoding", info.KeyEncoding.StorageName()),
        ("value_encoding", ValueEncodingName(info)),
        ("engine", info.Engine),
        ("message", info.Message),
        ("manifest_ref", info.ManifestRef),
    ];

    static string? ValueEncodingName(SnapshotInfo info) => info.ValueEncoding?.ToString().ToLowerInvariant();
}

/// <summary>The shards of one snapshot.</summary>
sealed class ShardsOutput(SnapshotInfo info) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteStartArray("shards");
        foreach (var shard in info.Shards)
        {
            json.WriteStartObject();
            json.WriteNumber("db_id", shard.ShardId);
            json.WriteNumber("row_count", shard.RowCount);
            json.Any("min_key", shard.MinKey);
            json.Any("max_key", shard.MaxKey);
            json.WriteString("db_url", shard.Url);
            json.Any("bytes", shard.Bytes);
            json.WriteString("sha256", shard.Sha256);
            json.WriteString("engine", shard.Engine);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("run_id", info.RunId);
        json.WriteNumber("num_dbs", info.ShardCount);
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        var table = Format.Grid("shard#", "rows#", "bytes#", "first key", "last key", "file");
        foreach (var shard in info.Shards)
            table.Row($"{shard.ShardId}", Format.Count(shard.RowCount), Format.Bytes(shard.Bytes), Format.Key(shard.MinKey),
                Format.Key(shard.MaxKey), Short(shard.Url));
        yield return table;
    }

    protected override IEnumerable<string> Lines() =>
        info.Shards.Select(s =>
            $"[{s.ShardId}] rows={s.RowCount}  bytes={s.Bytes}  min_key={Format.Key(s.MinKey)}  max_key={Format.Key(s.MaxKey)}  {s.Url}");

    /// <summary>The run's part of the path is the same on every line.</summary>
    static string Short(string url) => url[(url.LastIndexOf("/db=", StringComparison.Ordinal) + 1)..];
}

/// <summary>The shard that a key belongs to.</summary>
sealed class RouteOutput(string key, int shardId, int shardCount) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("key", key);
        json.WriteNumber("db_id", shardId);
        json.WriteNumber("num_dbs", shardCount);
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts([("key", key), ("shard", $"{shardId} of {shardCount}")]);
    }

    protected override IEnumerable<string> Lines()
    {
        yield return $"{key} -> shard {shardId}";
    }
}
