using System.Text.Json;
using ShardyFusion.Maintenance;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>What a copy did.</summary>
sealed class CopyOutput(CopyResult result) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("from_ref", result.FromRef);
        json.WriteString("prefix", result.Prefix);
        json.WriteString("run_id", result.RunId);
        json.WriteString("manifest_ref", result.ManifestRef);
        json.WriteString("pointer", result.Pointer);
        json.WriteNumber("num_dbs", result.ShardCount);
        json.WriteNumber("row_count", result.RowCount);
        json.WriteNumber("shards_copied", result.ShardsCopied);
        json.WriteNumber("shards_copied_by_store", result.ShardsCopiedByStore);
        json.WriteNumber("shards_skipped", result.ShardsSkipped);
        json.WriteNumber("bytes_copied", result.BytesCopied);
        json.WriteNumber("duration_seconds", Math.Round(result.Duration.TotalSeconds, 3));
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts(
        [
            ("run", result.RunId),
            ("to", result.Prefix),
            ("rows", Format.Count(result.RowCount)),
            ("shards copied", Format.Count(result.ShardsCopied)),
            ("shards there already", Format.Count(result.ShardsSkipped)),
            ("bytes copied", Format.Bytes(result.BytesCopied)),
            ("pointer", result.Pointer ?? "(not moved)"),
            ("took", Format.Duration(result.Duration)),
        ]);
    }

    protected override IEnumerable<string> Lines()
    {
        yield return $"{result.ManifestRef}  shards_copied={result.ShardsCopied}  "
            + $"shards_skipped={result.ShardsSkipped}{(result.Pointer is null ? "" : $"  pointer={result.Pointer}")}";
    }
}
