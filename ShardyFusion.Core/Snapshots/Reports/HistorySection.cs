namespace ShardyFusion.Snapshots.Reports;

/// <summary>The snapshots one after the other, with their sizes and what the checks said.</summary>
static class HistorySection
{
    public static void Write(HtmlWriter html, SnapshotReport report)
    {
        if (report.History.Count == 0)
        {
            html.Element("p", "Nothing has been published yet.", ("class", "empty"));
            return;
        }
        // A single one has no course.
        if (report.History.Count > 1)
        {
            using var pair = html.In("div", ("class", "pair"));
            Chart(report.History, "rows-chart", "Rows of each snapshot", entry => entry.RowCount, ReadableText.Compact, entry => ReadableText.Plural(entry.RowCount ?? 0, "row")).Write(html);
            if (report.History.Any(entry => entry.Bytes is not null))
                (Chart(report.History, "bytes-chart", "Size of each snapshot", entry => entry.Bytes, value => ReadableText.Bytes((long)value), entry => ReadableText.Bytes(entry.Bytes)) with { Legend = [] }).Write(html);
        }
        new ReportTable<HistoryEntry>(CaptionOf(report),
            entry => entry.RunId, LookOf,
            new("Published", "12rem", false, entry => html.Time("published_at", entry.PublishedAt)),
            new("Run", null, false, entry => WriteRun(html, entry)),
            new("Rows", "10rem", true, entry => WriteRows(html, entry)),
            new("Size", "6rem", true, entry => html.Bytes("bytes", entry.Bytes)),
            new("Checks", "10.5rem", false, entry => Badges.WriteGuards(html, entry.Guards)),
            new("State", null, false, entry => WriteState(html, entry))).Write(html, report.History);
        if (report.History.FirstOrDefault(entry => entry is { Offset: 1, Problem: null }) is not { } before) return;
        using (html.In("p", ("class", "hint")))
        {
            html.Text("To go back to run ");
            html.Foreign(before.RunId, "name");
            html.Text(": ");
            html.Element("code", $"Set-CurrentManifest '{report.Prefix.Replace("'", "''", StringComparison.Ordinal)}' -Offset 1");
        }
    }

    static string CaptionOf(SnapshotReport report) => report switch
    {
        { HasOlder: true } => $"The newest {ReadableText.Plural(report.History.Count, "snapshot")}; there are older ones",
        { History.Count: 1 } => "The only snapshot",
        _ => $"All {report.History.Count} snapshots, newest first",
    };

    static ColumnChart Chart(IReadOnlyList<HistoryEntry> history, string id, string title, Func<HistoryEntry, long?> value, Func<double, string> scale, Func<HistoryEntry, string> shown)
    {
        var oldestFirst = history.Reverse().ToList();
        var columns = oldestFirst.Select(entry => new ChartColumn(value(entry), $"{ReadableText.ShortTime(entry.PublishedAt)}, run {entry.RunId}: {(entry.Problem is null ? shown(entry) : "its manifest cannot be read")}", LookOf(entry) ?? "older")
        {
            Mark = entry.Guards.Count == 0 ? "unchecked" : entry.Guards.All(guard => guard.Passed) ? "passed" : "failed",
        }).ToList();
        return new ColumnChart
        {
            Id = id,
            Title = title,
            Description = $"{ReadableText.Plural(history.Count, "snapshot")}, oldest first. The newest one: {shown(history[0])}. The table below has the same figures.",
            Columns = columns,
            Scale = scale,
            Ends = (Day(oldestFirst[0]), Day(oldestFirst[^1])),
            Legend = [.. Legend.Where(entry => columns.Any(column => column.Look == entry.Look || column.Mark == entry.Look))],
        };
    }

    static readonly (string Look, string Meaning)[] Legend =
    [
        ("current", "current"), ("older", "older"), ("newer", "newer than the current one"), ("broken", "its manifest cannot be read"),
        ("passed", "checks passed"), ("failed", "a check failed"), ("unchecked", "no checks"),
    ];

    static string? LookOf(HistoryEntry entry) => entry.IsCurrent ? "current" : entry.Problem is not null ? "broken" : entry.Offset < 0 ? "newer" : null;

    static void WriteRun(HtmlWriter html, HistoryEntry entry)
    {
        html.Foreign(entry.RunId, "name");
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
        else if (entry.Offset < 0) Badges.Write(html, "mute", "newer", "state");
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

    static string Day(HistoryEntry entry) => ReadableText.ShortTime(entry.PublishedAt)[..10];
}
