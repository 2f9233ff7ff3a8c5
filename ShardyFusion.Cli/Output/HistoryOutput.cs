using System.Text.Json;
using ShardyFusion.Snapshots;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>The published snapshots, newest first.</summary>
internal sealed class HistoryOutput(IReadOnlyList<HistoryEntry> entries) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteStartArray("manifests");
        foreach (var entry in entries)
        {
            json.WriteStartObject();
            json.Any("offset", entry.Offset);
            json.WriteString("run_id", entry.RunId);
            json.WriteString("published_at", Format.Time(entry.PublishedAt));
            json.WriteString("ref", entry.ManifestRef);
            json.WriteBoolean("is_current", entry.IsCurrent);
            json.Any("row_count", entry.RowCount);
            json.Any("row_change", entry.RowChange);
            json.Any("bytes", entry.Bytes);
            json.Any("num_dbs", entry.ShardCount);
            json.WriteString("message", entry.Message);
            if (entry.Problem is not null) json.WriteString("problem", entry.Problem);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        var table = Format.Grid("", "offset#", "run", "published", "rows#", "change#", "bytes#", "message");
        foreach (var entry in entries)
        {
            table.Row(entry.IsCurrent ? "*" : "", $"{entry.Offset}", entry.RunId, Format.ShortTime(entry.PublishedAt),
                entry.RowCount is { } rows ? Format.Count(rows) : "?", Format.Change(entry.RowChange), Format.Bytes(entry.Bytes), entry.Problem ?? entry.Message);
        }
        yield return table;
    }

    protected override IEnumerable<string> Lines() =>
        entries.Select(e => $"[{e.Offset}] {Format.Time(e.PublishedAt)}  run_id={e.RunId}{(e.IsCurrent ? "  current" : "")}{(e.Problem is null ? "" : $"  problem={e.Problem}")}");
}
