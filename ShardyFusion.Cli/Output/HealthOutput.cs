using System.Text.Json;
using ShardyFusion.Snapshots;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>A health report.</summary>
internal sealed class HealthOutput(HealthReport report) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("status", Status);
        json.WriteString("manifest_ref", report.ManifestRef);
        if (report.ManifestAge is { } age) json.WriteNumber("manifest_age_seconds", Math.Round((decimal)age.TotalSeconds, 1));
        else json.WriteNull("manifest_age_seconds");
        json.Any("num_shards", report.ShardCount);
        json.WriteBoolean("is_closed", report.IsClosed);
        json.Any("reasons", report.Reasons);
        json.WriteString("run_id", report.RunId);
        json.Any("row_count", report.RowCount);
        json.Any("shards_probed", report.ShardsProbed);
        json.WriteBoolean("on_fallback", report.OnFallback);
        if (report.ErrorKind is { } kind) json.WriteString("error_id", kind.ToString());
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts(
        [
            ("status", Status),
            .. report.Reasons.Select(r => ("reason", (string?)r)),
            ("run", report.RunId),
            ("manifest age", report.ManifestAge is { } age ? Format.Duration(age) : null),
            ("rows", report.RowCount is { } rows ? Format.Count(rows) : null),
            ("shards", report.ShardCount is { } shards ? $"{shards}{(report.ShardsProbed is { } probed ? $" ({probed} probed)" : "")}" : null),
        ]);
    }

    protected override IEnumerable<string> Lines()
    {
        var age = report.ManifestAge is { } span ? span.TotalSeconds.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture) : "?";
        yield return $"status={Status}  manifest_age={age}s  shards={report.ShardCount?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"}";
        foreach (var reason in report.Reasons) yield return $"reason={reason}";
    }

    string Status => report.Status.ToString().ToLowerInvariant();
}
