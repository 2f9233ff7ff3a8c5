using ShardyFusion.Figures;
using ShardyFusion.Runs;

namespace ShardyFusion.Reporting;

/// <summary>The builds: how they ended and how long they took.</summary>
static class RunSection
{
    public static void Write(HtmlWriter html, SnapshotReport report)
    {
        if (report.RunsProblem is { } problem)
        {
            using (html.In("p", ("class", "empty"))) html.Foreign(problem);
            return;
        }
        if (report.Runs.Count == 0)
        {
            html.Element("p", "No build has left a record.", ("class", "empty"));
            return;
        }
        if (report.Runs.Count > 1) Chart(report.Runs).Write(html);
        new ReportTable<RunInfo>(report.Runs.Count == 1 ? "The newest run" : $"The newest {report.Runs.Count} runs", run => run.RunId,
            _ => null,
            new("Started", "12rem", false, run => html.Time("started_at", run.StartedAt)),
            new("Run", null, false, run => WriteRun(html, run)),
            new("State", "8.5rem", false, run => Badges.WriteRunState(html, run.State, "state")),
            new("Duration", "6rem", true, run => WriteDuration(html, run)),
            new("Rows", "7rem", true, run => { if (run.Rows is { } rows) html.Count("rows", rows); else html.Text("–"); }),
            new("Ended with", null, false, run => WriteEnd(html, run))).Write(html, report.Runs);
    }

    static ColumnChart Chart(IReadOnlyList<RunInfo> runs)
    {
        var oldestFirst = runs.Reverse().ToList();
        // An axis of 6.7 minutes would be none.
        var longest = runs.Max(run => run.Duration?.TotalSeconds ?? 0);
        var (unitSeconds, unit) = longest >= 2 * 3_600 ? (3_600, "h") : longest >= 2 * 60 ? (60, "min") : (1, "s");
        return new ColumnChart
        {
            Id = "runs-chart",
            Title = "Duration of each run",
            Description =
            $"{ReadableText.Plural(runs.Count, "run")}, oldest first; {runs.Count(run => run.State == RunState.Succeeded)} succeeded. "
                + "The table below has the same figures.",
            Columns = [.. oldestFirst.Select(run => new ChartColumn(
                run.Duration is { } took ? Math.Max(0, took.TotalSeconds / unitSeconds) : null,
                $"{ReadableText.ShortTime(run.StartedAt)}, run {run.RunId}: {run.State.ToString().ToLowerInvariant()}"
                    + (run.Duration is { } time ? " after " + ReadableText.Duration(time) : ""),
                "run " + Badges.LookOf(run.State)))],
            Scale = value => $"{ReadableText.Compact(value)} {unit}",
            Ends = (ReadableText.ShortTime(oldestFirst[0].StartedAt)[..10], ReadableText.ShortTime(oldestFirst[^1].StartedAt)[..10]),
            Legend = [.. new[] { RunState.Succeeded, RunState.Running, RunState.Failed, RunState.Abandoned }.Where(state =>
            runs.Any(run => run.State == state)).Select(state => ($"run {Badges.LookOf(state)}", state.ToString().ToLowerInvariant()))],
        };
    }

    static void WriteRun(HtmlWriter html, RunInfo run)
    {
        html.Foreign(run.RunId, "name");
        if (run.Host is not { } host) return;
        html.Void("br");
        html.Foreign($"{run.WriterType} on {host}, process {run.ProcessId}", "note");
    }

    static void WriteDuration(HtmlWriter html, RunInfo run)
    {
        if (run.Duration is { } duration) html.Figure("duration_seconds", (long)duration.TotalSeconds, ReadableText.Duration(duration));
        else html.Text("–");
    }

    static void WriteEnd(HtmlWriter html, RunInfo run)
    {
        if (run.Problem is { } problem) html.Foreign(problem, "note");
        else if (run.ErrorType is { } kind)
        {
            html.Element("b", kind);
            html.Text(" ");
            html.Foreign(run.ErrorMessage ?? "", "note");
        }
        else if (run.Message is { } message) html.Foreign(message, "note");
        else html.Text(run.ManifestRef is null ? "–" : "a snapshot");
    }
}
