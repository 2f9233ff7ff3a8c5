using ShardyFusion.Catalog;
using ShardyFusion.Figures;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;

namespace ShardyFusion.Reporting;

/// <summary>The snapshots one after the other, with their sizes and what the checks said.</summary>
static class HistorySection
{
    public static void Write(HtmlWriter html, SnapshotReport report)
    {
        foreach (var problem in report.Problems.Where(problem => problem != report.RunsProblem && problem != report.StorageProblem))
            using (html.In("p", ("class", "empty"))) html.Foreign(problem);
        if (report.History.Count == 0)
        {
            html.Element("p", "Nothing has been published yet.", ("class", "empty"));
            return;
        }
        if (report.Freeze is { } freeze)
        {
            using var reasons = html.In("ul", ("class", "reasons warn"));
            using var reason = html.In("li");
            html.Text("Publishing has been frozen since ");
            html.Time("frozen_at", freeze.CreatedAt);
            html.Text(": ");
            html.Foreign(freeze.Reason);
        }
        // A single one has no course.
        if (report.History.Count > 1)
        {
            using var pair = html.In("div", ("class", "pair"));
            Chart(report.History, new Figure("rows-chart", "Rows of each snapshot", entry => entry.RowCount, ReadableText.Compact,
                entry => ReadableText.Plural(entry.RowCount ?? 0, "row"))).Write(html);
            if (report.History.Any(entry => entry.Bytes is not null))
                (Chart(report.History, new Figure("bytes-chart", "Size of each snapshot", entry => entry.Bytes,
                    value => ReadableText.Bytes((long)value), entry => ReadableText.Bytes(entry.Bytes))) with
                { Legend = [] }).Write(html);
        }
        new ReportTable<HistoryEntry>(CaptionOf(report),
            entry => entry.RunId, LookOf,
            new("Published", "12rem", false, entry => html.Time("published_at", entry.PublishedAt)),
            new("Run", null, false, entry => WriteRun(html, entry)),
            new("Rows", "10rem", true, entry => WriteRows(html, entry)),
            new("Size", "6rem", true, entry => html.Bytes("bytes", entry.Bytes)),
            new("Checks", "11.5rem", false, entry => Badges.WriteGuards(html, entry.Guards)),
            new("State", null, false, entry => WriteState(html, entry))).Write(html, report.History);
        WriteEvents(html, report.Events);
        if (report.History.FirstOrDefault(entry => entry is { Offset: 1, Problem: null, IsDataMissing: false }) is not { } before) return;
        using (html.In("p", ("class", "hint")))
        {
            html.Text("To go back to run ");
            html.Foreign(before.RunId, "name");
            html.Text(": ");
            html.Element("code", $"Set-CurrentManifest {report.QuotedPrefix} -Offset 1");
        }
    }

    static string CaptionOf(SnapshotReport report) => report switch
    {
        { HasOlder: true } => $"The newest {ReadableText.Plural(report.History.Count, "snapshot")}; there are older ones",
        { History.Count: 1 } => "The only snapshot",
        _ => $"All {report.History.Count} snapshots, newest first",
    };

    /// <summary>A figure of each snapshot.</summary>
    /// <param name="Id">Of its chart.</param>
    /// <param name="Title">What it is.</param>
    /// <param name="Value">Reads it; null where it is not known.</param>
    /// <param name="Scale">Writes it beside the axis.</param>
    /// <param name="Shown">Writes it for one snapshot.</param>
    sealed record Figure(string Id, string Title, Func<HistoryEntry, long?> Value, Func<double, string> Scale,
        Func<HistoryEntry, string> Shown);

    static ColumnChart Chart(IReadOnlyList<HistoryEntry> history, Figure figure)
    {
        var oldestFirst = history.Reverse().ToList();
        var columns = oldestFirst.Select(entry => new ChartColumn(figure.Value(entry),
            $"{ReadableText.ShortTime(entry.PublishedAt)}, run {entry.RunId}: "
                + $"{(entry.Problem is null ? figure.Shown(entry) : "its manifest cannot be read")}", LookOf(entry) ?? "older")
        {
            Mark = entry.Guards.Count == 0 ? "unchecked" : entry.Guards.All(guard => guard.Passed) ? "passed" : "failed",
        }).ToList();
        return new ColumnChart
        {
            Id = figure.Id,
            Title = figure.Title,
            Description =
            $"{ReadableText.Plural(history.Count, "snapshot")}, oldest first. The newest one: {figure.Shown(history[0])}. "
                + "The table below has the same figures.",
            Columns = columns,
            Scale = figure.Scale,
            Ends = (Day(oldestFirst[0]), Day(oldestFirst[^1])),
            Legend = [.. Legend.Where(entry => columns.Any(column => column.Look == entry.Look || column.Mark == entry.Look))],
        };
    }

    static readonly (string Look, string Meaning)[] Legend =
    [
        ("current", "current"), ("older", "older"), ("staged", "staged"), ("newer", "rolled back from"), ("blocked", "blocked"),
            ("missing", "its data are missing"), ("broken", "its manifest cannot be read"),
        ("passed", "checks passed"), ("failed", "a check failed"), ("unchecked", "no checks"),
    ];

    static string? LookOf(HistoryEntry entry) => entry switch
    {
        { IsCurrent: true } => "current",
        { Problem: not null } => "broken",
        { IsBlocked: true } => "blocked",
        { IsDataMissing: true } => "missing",
        { IsStaged: true } => "staged",
        { IsRolledBack: true } or { Offset: < 0 } => "newer",
        _ => null,
    };

    static void WriteRun(HtmlWriter html, HistoryEntry entry)
    {
        html.Foreign(entry.RunId, "name");
        if (entry.Author is not null || entry.Duration is not null)
        {
            html.Void("br");
            using var note = html.In("span", ("class", "note"));
            if (entry.Author is { } author)
            {
                html.Text("by ");
                html.Foreign(author);
            }
            if (entry.Duration is { } duration) html.Text($" in {ReadableText.Duration(duration)}");
        }
        if (entry.Message is not { } message) return;
        html.Void("br");
        html.Foreign(message, "note");
    }

    static void WriteRows(HtmlWriter html, HistoryEntry entry)
    {
        if (entry.RowCount is not { } rows)
        {
            html.Text("–");
            return;
        }
        html.Count("rows", rows);
        if (entry.RowChange is not { } change) return;
        html.Void("br");
        using (html.In("span", ("class", "note")))
        {
            html.Figure("row_change", change, ReadableText.Change(change));
            if (change != 0 && ReadableText.RelativeChange(change, rows - change) is { Length: > 0 } share) html.Text($" ({share})");
        }
    }

    static void WriteState(HtmlWriter html, HistoryEntry entry)
    {
        if (entry.IsCurrent) Badges.Write(html, "accent", "current", "state");
        else if (entry.IsStaged) Badges.Write(html, "mute", "staged", "state");
        else if (entry.IsRolledBack || entry.Offset < 0) Badges.Write(html, "mute", "rolled back from", "state");
        foreach (var pointer in entry.Pointers.Where(pointer => !entry.IsCurrent || pointer != SnapshotPaths.CurrentPointerName))
            Badges.Write(html, "pointer", pointer);
        foreach (var tag in entry.Tags) Badges.Write(html, "tag", tag);
        if (entry.IsBlocked) Badges.Write(html, "bad", "blocked", "blocked");
        if (entry.IsDataMissing) Badges.Write(html, "bad", "data missing", "missing");
        if (entry.Forced is { } forced)
        {
            Badges.Write(html, "warn", "forced");
            using (html.In("span", ("class", "note")))
            {
                html.Foreign(forced.Author);
                html.Text(": ");
                html.Foreign(forced.Reason);
            }
        }
        if (entry.Problem is { } problem)
        {
            Badges.Write(html, "bad", "unreadable", "state");
            html.Foreign(problem, "note");
        }
    }

    static void WriteEvents(HtmlWriter html, IReadOnlyList<PointerEvent> events)
    {
        if (events.Count == 0) return;
        using var details = html.In("details", ("class", "events"));
        html.Element("summary", $"Who moved the pointers: {ReadableText.Plural(events.Count, "change")}");
        new ReportTable<PointerEvent>("Changes of pointers, newest first", change => SnapshotTime.FormatName(change.At), _ => null,
            new("At", "12rem", false, change => html.Time("at", change.At)),
            new("Pointer", "9rem", false, change => html.Foreign(change.Pointer, "name")),
            new("Change", "7rem", false, change => html.Text(change.Kind.ToString().ToLowerInvariant())),
            new("To", null, false, change => html.Foreign(RunOf(change.To), "name")),
            new("Outcome", "8rem", false, change => Badges.Write(html, change.Outcome switch
            {
                PointerOutcome.Moved => "good",
                PointerOutcome.Refused => "warn",
                _ => "bad"
            }, change.Outcome.ToString().ToLowerInvariant(), "outcome")),
            new("By", null, false, change =>
            {
                html.Foreign($"{change.Author} on {change.Host}");
                if ((change.Reason ?? change.ErrorId) is not { } why) return;
                html.Void("br");
                html.Foreign(why, "note");
            })).Write(html, events);
    }

    static string RunOf(string manifestRef) => SnapshotPaths.TryGetManifestKey(manifestRef, out var key)
        && SnapshotCatalog.FolderOf(key) is { } folder ? folder.RunId : manifestRef;

    static string Day(HistoryEntry entry) => ReadableText.ShortTime(entry.PublishedAt)[..10];
}
