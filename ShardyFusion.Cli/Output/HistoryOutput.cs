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
            json.Guards(entry.Guards);
            json.Any("forced", entry.Forced is not { } forced ? null
                : new Dictionary<string, object?> { ["author"] = forced.Author, ["host"] = forced.Host, ["at"] = Format.Time(forced.At), ["reason"] = forced.Reason });
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
                entry.RowCount is { } rows ? Format.Count(rows) : "?", Format.Change(entry.RowChange), Format.Bytes(entry.Bytes), entry.Problem ?? Story(entry));
        }
        yield return table;
    }

    static string Story(HistoryEntry entry) => string.Join(' ', new[] { entry.Message }
        .Concat(entry.Guards.Where(guard => !guard.Passed).Select(guard => $"[{guard.Name} failed]"))
        .Append(entry.Forced is { } forced ? $"[forced by {forced.Author}: {forced.Reason}]" : null).Where(part => part is not null));

    protected override IEnumerable<string> Lines() =>
        entries.Select(e => $"[{e.Offset}] {Format.Time(e.PublishedAt)}  run_id={e.RunId}{(e.IsCurrent ? "  current" : "")}{(e.Problem is null ? "" : $"  problem={e.Problem}")}");
}
