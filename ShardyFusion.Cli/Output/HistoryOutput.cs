using System.Text.Json;
using ShardyFusion.Catalog;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>The published snapshots, newest first.</summary>
sealed class HistoryOutput(IReadOnlyList<HistoryEntry> entries) : CommandOutput
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
            json.Any("bytes_change", entry.BytesChange);
            json.WriteString("message", entry.Message);
            json.Guards(entry.Guards);
            json.Any("forced", entry.Forced is not { } forced ? null
                : new Dictionary<string, object?>
                {
                    ["author"] = forced.Author,
                    ["host"] = forced.Host,
                    ["at"] = Format.Time(forced.At),
                    ["reason"] = forced.Reason
                });
            json.WriteString("author", entry.Author);
            json.Any("duration_seconds", entry.Duration?.TotalSeconds);
            json.Any("pointers", entry.Pointers);
            json.Any("tags", entry.Tags);
            json.Any("flags", Flags(entry));
            if (entry.Problem is not null) json.WriteString("problem", entry.Problem);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        var table = Format.Grid("", "offset#", "run", "published", "rows#", "change#", "bytes#", "flags", "message");
        foreach (var entry in entries)
        {
            table.Row(entry.IsCurrent ? "*" : "", $"{entry.Offset}", entry.RunId, Format.ShortTime(entry.PublishedAt),
                entry.RowCount is { } rows ? Format.Count(rows) : "?", Format.Change(entry.RowChange), Format.Bytes(entry.Bytes),
                string.Join(' ', Flags(entry).Concat(entry.Tags)), entry.Problem ?? Story(entry));
        }
        yield return table;
    }

    static string Story(HistoryEntry entry) => string.Join(' ', new[] { entry.Message }
        .Concat(entry.Guards.Where(guard => !guard.Passed).Select(guard => $"[{guard.Name} failed]"))
        .Append(entry.Forced is { } forced ? $"[forced by {forced.Author}: {forced.Reason}]" : null).Where(part => part is not null));

    protected override IEnumerable<string> Lines() =>
        entries.Select(e =>
            $"[{e.Offset}] {Format.Time(e.PublishedAt)}  "
                + $"run_id={e.RunId}{string.Concat(Flags(e).Select(f => "  " + f))}{(e.Problem is null ? "" : $"  problem={e.Problem}")}");

    static string[] Flags(HistoryEntry entry) =>
    [
        .. entry.IsCurrent ? ["current"] : Array.Empty<string>(), .. entry.Tags.Count > 0 ? ["tagged"] : Array.Empty<string>(),
            .. entry.IsBlocked ? ["blocked"] : Array.Empty<string>(),
        .. entry.IsRolledBack ? ["rolled-back"] : Array.Empty<string>(),
        .. entry.IsStaged ? ["staged"] : Array.Empty<string>(), .. entry.IsDataMissing ? ["data-missing"] : Array.Empty<string>(),
    ];
}
