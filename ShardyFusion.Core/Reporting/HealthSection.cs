using ShardyFusion.Figures;
using ShardyFusion.Reading;

namespace ShardyFusion.Reporting;

/// <summary>What the health check said.</summary>
static class HealthSection
{
    public static void Write(HtmlWriter html, SnapshotReport report)
    {
        var health = report.Health;
        if (health.Reasons.Count > 0)
        {
            using (html.In("ul", ("class", health.Status == HealthStatus.Degraded ? "reasons warn" : "reasons bad")))
                foreach (var reason in health.Reasons)
                    using (html.In("li")) html.Foreign(reason);
        }
        using (html.In("dl", ("class", "facts")))
        {
            SnapshotSection.Fact(html, "Status", () => Badges.Write(html, health.Status switch
            {
                HealthStatus.Healthy => "good",
                HealthStatus.Degraded => "warn",
                _ => "bad"
            }, health.Status.ToString().ToLowerInvariant(), "health"));
            if (health.RunId is { } runId) SnapshotSection.Fact(html, "Read", () => html.Foreign(runId, "name"));
            if (health.OnFallback) SnapshotSection.Fact(html, "Fallback", () => html.Text("in use"));
            if (health.ManifestAge is { } age) SnapshotSection.Fact(html, "Age", () => Span(html, "manifest_age_seconds", age));
            if (health.PointerAge is { } moved)
                SnapshotSection.Fact(html, "Pointer", () =>
                {
                    html.Text("moved ");
                    Span(html, "pointer_age_seconds", moved);
                    html.Text(" ago");
                });
            if (health.Lag is { } lag) SnapshotSection.Fact(html, "Lag", () => Span(html, "lag_seconds", lag));
            if (health is { LastRunId: { } lastRunId, LastRunState: { } lastRunState })
                SnapshotSection.Fact(html, "Last build", () =>
                {
                    Badges.WriteRunState(html, lastRunState, "last_run_state");
                    html.Text(" ");
                    html.Foreign(lastRunId, "name");
                });
            if (health.ShardsProbed is { } probed)
                SnapshotSection.Fact(html, "Shards", () => html.Figure("shards_probed", probed, $"{ReadableText.Count(probed)} answered"));
            if (health.DiskFreeBytes is { } free)
                SnapshotSection.Fact(html, "Cache disk", () =>
                {
                    html.Bytes("disk_free_bytes", free);
                    html.Text($" of {ReadableText.Bytes(health.DiskTotalBytes)} free");
                });
            if (health.TimedOut) SnapshotSection.Fact(html, "In time", () => html.Text("no: some figures are older, or absent"));
        }
    }

    static void Span(HtmlWriter html, string figure, TimeSpan span) =>
        html.Figure(figure, (long)span.TotalSeconds, ReadableText.Duration(span));
}
