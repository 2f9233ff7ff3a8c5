using ShardyFusion.Figures;
using ShardyFusion.Routing;

namespace ShardyFusion.Reporting;

/// <summary>The snapshot that readers get.</summary>
static class SnapshotSection
{
    public static void Write(HtmlWriter html, SnapshotReport report)
    {
        if (report.Snapshot is not { } snapshot)
        {
            html.Element("p", "There is no snapshot for readers.", ("class", "empty"));
            return;
        }
        using (html.In("div", ("class", "tiles")))
        {
            Tile(html, "Rows", () => html.Count("rows", snapshot.RowCount));
            Tile(html, "Size", () => html.Bytes("bytes", snapshot.Bytes));
            Tile(html, "Shards", () => html.Count("shards", snapshot.ShardCount));
            Tile(html, "Age", () => html.Figure("age_seconds", (long)report.Age.TotalSeconds, ReadableText.Duration(report.Age)));
            if (snapshot is { RowCount: > 0, Bytes: { } bytes })
                Tile(html, "Bytes a row", () => html.Count("bytes_per_row", (long)Math.Round((double)bytes / snapshot.RowCount)));
        }
        using (html.In("dl", ("class", "facts")))
        {
            Fact(html, "Run", () => html.Foreign(snapshot.RunId, "name"));
            Fact(html, "Created", () => html.Time("created", snapshot.CreatedAt));
            if (snapshot.Message is { } message) Fact(html, "Message", () => html.Foreign(message));
            Fact(html, "Keys", () => html.Text($"{snapshot.KeyEncoding.StorageName()}, sharded by {snapshot.Sharding}"));
            if (snapshot.CelExpression is { } expression) Fact(html, "Expression", () => html.Foreign(expression));
            if (snapshot.ValueEncoding is { } values) Fact(html, "Values", () => html.Text(values.ToString().ToLowerInvariant()));
            Fact(html, "Manifest", () => html.Foreign(snapshot.ManifestRef, "name"));
            if (snapshot.Forced is { } forced)
                Fact(html, "Publish", () =>
                {
                    Badges.Write(html, "warn", "forced");
                    html.Text(" by ");
                    html.Foreign(forced.Author);
                    html.Text(" on ");
                    html.Foreign(forced.Host);
                    html.Text(": ");
                    html.Foreign(forced.Reason);
                });
            if (snapshot.Guards.Count > 0) Fact(html, "Checks", () => Badges.WriteGuardList(html, snapshot.Guards));
        }
    }

    public static void Tile(HtmlWriter html, string label, Action value)
    {
        using (html.In("div", ("class", "tile")))
        {
            html.Element("span", label, ("class", "label"));
            using (html.In("span", ("class", "value"))) value();
        }
    }

    public static void Fact(HtmlWriter html, string name, Action value)
    {
        html.Element("dt", name);
        using (html.In("dd")) value();
    }
}
