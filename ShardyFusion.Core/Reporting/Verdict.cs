using System.Globalization;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Figures;
using ShardyFusion.Reading;

namespace ShardyFusion.Reporting;

/// <summary>The one thing that a hurried reader takes along.</summary>
/// <param name="Word">As on the badge.</param>
/// <param name="Look">Class of the badge.</param>
sealed record Verdict(string Word, string Look)
{
    public static Verdict Of(SnapshotReport report) => report.Health switch
    {
        { ErrorKind: ErrorKind.NoSnapshot } => new("No snapshot yet", "mute"),
        { Status: HealthStatus.Healthy } => new("Healthy", "good"),
        { Status: HealthStatus.Degraded } => new("Degraded", "warn"),
        _ => new("Unhealthy", "bad"),
    };

    public static void WriteSentence(HtmlWriter html, SnapshotReport report)
    {
        if (report.Snapshot is not { } snapshot)
        {
            html.Text(report.Health.ErrorKind == ErrorKind.NoSnapshot && report.History.Count == 0 ? "Nothing has been published here yet."
                : report.Health.ErrorKind == ErrorKind.NoSnapshot ? "There are snapshots, but none is current: readers find nothing."
                : "Readers get nothing from here; see why under Health.");
            return;
        }
        html.Text(report.Health.OnFallback ? "Readers fall back on run " : "Readers get run ");
        html.Foreign(snapshot.RunId, "name");
        html.Text($", created {ReadableText.Duration(report.Age)} before this report: ");
        html.Figure("row_count", snapshot.RowCount, ReadableText.Plural(snapshot.RowCount, "row"));
        html.Text(" in ");
        html.Figure("shard_count", snapshot.ShardCount, ReadableText.Plural(snapshot.ShardCount, "shard"));
        html.Text(ChangeOf(report.History.FirstOrDefault(entry => entry.ManifestRef == snapshot.ManifestRef)) + ".");
        var failed = snapshot.Guards.Count(guard => !guard.Passed);
        if (report.Freeze is not null) html.Text(" Publishing is frozen.");
        html.Text(snapshot.Guards.Count == 0 ? " No check was asked for before its publish."
            : failed == 0
            ? $" It passed {(snapshot.Guards.Count == 1 ? "its check" : $"all {snapshot.Guards.Count} checks")} before its publish."
            : $" It failed {failed.ToString(CultureInfo.InvariantCulture)} of "
            + $"{ReadableText.Plural(snapshot.Guards.Count, "check")}{(snapshot.Forced is null ? "" : " and was published anyway")}.");
    }

    static string ChangeOf(HistoryEntry? entry) => entry switch
    {
        { RowChange: 0 } => ", as many as the one before",
        { RowChange: { } change, RowCount: { } rows } =>
            $", {ReadableText.Count(Math.Abs(change))} {(change > 0 ? "more" : "fewer")} than the one "
                + $"before{(ReadableText.RelativeChange(change, rows - change) is { Length: > 0 } share ? $" ({share})" : "")}",
        _ => "",
    };
}
