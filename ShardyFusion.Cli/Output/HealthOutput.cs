using System.Text.Json;
using ShardyFusion.Reading;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>A health report.</summary>
sealed class HealthOutput(HealthReport report) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("status", Status);
        json.WriteString("manifest_ref", report.ManifestRef);
        Seconds(json, "manifest_age_seconds", report.ManifestAge);
        json.Any("num_shards", report.ShardCount);
        json.WriteBoolean("is_closed", report.IsClosed);
        json.Any("reasons", report.Reasons);
        json.WriteString("run_id", report.RunId);
        json.Any("row_count", report.RowCount);
        json.Any("shards_probed", report.ShardsProbed);
        json.WriteBoolean("on_fallback", report.OnFallback);
        json.WriteString("pointer_run_id", report.PointerRunId);
        Seconds(json, "pointer_age_seconds", report.PointerAge);
        Seconds(json, "lag_seconds", report.Lag);
        json.WriteString("last_run_id", report.LastRunId);
        json.WriteString("last_run_state", LastRunState);
        json.Any("disk_free_bytes", report.DiskFreeBytes);
        json.Any("disk_total_bytes", report.DiskTotalBytes);
        json.Any("notes", report.Notes);
        json.WriteBoolean("is_frozen", report.IsFrozen);
        json.WriteBoolean("timed_out", report.TimedOut);
        json.WriteString("checked_at", Format.Time(report.CheckedAt));
        if (report.ErrorKind is { } kind) json.WriteString("error_id", kind.ToString());
        if (report.RecommendedAction is { } action) json.WriteString("action", action);
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts(
        [
            ("status", Status),
            .. report.Reasons.Select(r => ("reason", (string?)r)),
            ("what to do", report.RecommendedAction),
            .. report.Notes.Select(n => ("note", (string?)n)),
            ("run", report.RunId),
            ("manifest age", report.ManifestAge is { } age ? Format.Duration(age) : null),
            ("pointer", report.PointerRunId is null ? null
            : $"{report.PointerRunId}{(report.PointerAge is { } moved ? $", moved {Format.Duration(moved)} ago" : "")}"),
            ("lag", report.Lag is { } lag ? Format.Duration(lag) : null),
            ("last build", report.LastRunId is null ? null : $"{report.LastRunId}, {LastRunState}"),
            ("cache disk", report.DiskFreeBytes is { } free ? $"{Format.Bytes(free)} of {Format.Bytes(report.DiskTotalBytes)} free" : null),
            ("checked at", Format.ShortTime(report.CheckedAt)),
            ("rows", report.RowCount is { } rows ? Format.Count(rows) : null),
            ("shards", report.ShardCount is { } shards ? $"{shards}{(report.ShardsProbed is { } probed ? $" ({probed} probed)" : "")}"
            : null),
        ]);
    }

    protected override IEnumerable<string> Lines()
    {
        var age = report.ManifestAge is { } span ? span.TotalSeconds.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture)
            : "?";
        yield return $"status={Status}  manifest_age={age}s  "
            + $"shards={report.ShardCount?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"}";
        foreach (var reason in report.Reasons) yield return $"reason={reason}";
        foreach (var note in report.Notes) yield return $"note={note}";
    }

    static void Seconds(Utf8JsonWriter json, string name, TimeSpan? span)
    {
        if (span is { } time) json.WriteNumber(name, Math.Round((decimal)time.TotalSeconds, 1));
        else json.WriteNull(name);
    }

    string? LastRunState => report.LastRunState?.ToString().ToLowerInvariant();

    string Status => report.Status.ToString().ToLowerInvariant();
}
