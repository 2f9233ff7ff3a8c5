using System.Reflection;

namespace ShardyFusion.Reporting;

/// <summary>A report as an HTML page: a pure function of the report.</summary>
static class ReportPage
{
    static readonly Lazy<string> style = new(() => ReadResource("report.css"));

    static readonly (string Id, string Title, Action<HtmlWriter, SnapshotReport> Write)[] sections =
    [
        ("snapshot", "Snapshot", SnapshotSection.Write),
        ("health", "Health", HealthSection.Write),
        ("shards", "Shard balance", ShardSection.Write),
        ("history", "History", HistorySection.Write),
        ("runs", "Runs", RunSection.Write),
        ("storage", "Storage", StorageSection.Write),
    ];

    public static string Render(SnapshotReport report)
    {
        var html = new HtmlWriter();
        using (html.In("html", ("lang", "en")))
        {
            WriteHead(html, report);
            using (html.In("body"))
            {
                WriteHeader(html, report);
                using (html.In("main"))
                    foreach (var (id, title, write) in sections)
                        using (html.In("section", ("id", id), ("aria-labelledby", id + "-title")))
                        {
                            html.Element("h2", title, ("id", id + "-title"));
                            write(html, report);
                        }
                using (html.In("footer"))
                {
                    html.Text($"Made by ShardyFusion {typeof(ReportPage).Assembly.GetName().Version?.ToString(3)} at ");
                    html.Time("created_at", report.CreatedAt);
                    html.Text(". All times are UTC; 1 KiB is 1,024 bytes.");
                }
            }
        }
        return html.ToString();
    }

    static void WriteHead(HtmlWriter html, SnapshotReport report)
    {
        using (html.In("head"))
        {
            html.Void("meta", ("charset", "utf-8"));
            html.Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
            html.Void("meta", ("name", "color-scheme"), ("content", "light dark"));
            // Nothing is loaded and nothing runs, whatever text is in it.
            html.Void("meta", ("http-equiv", "Content-Security-Policy"),
                ("content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"));
            // Without an icon a browser would ask the server for one.
            html.Void("link", ("rel", "icon"), ("href", "data:,"));
            html.Element("title", $"{Verdict.Of(report).Word} · {report.Prefix}");
            html.Style(style.Value);
        }
    }

    static void WriteHeader(HtmlWriter html, SnapshotReport report)
    {
        var verdict = Verdict.Of(report);
        using (html.In("header"))
        {
            using (html.In("div", ("class", "headline")))
            {
                using (html.In("h1"))
                {
                    html.Element("span", "Snapshots at", ("class", "over"));
                    html.Foreign(report.Prefix);
                }
                Badges.Write(html, verdict.Look, verdict.Word, "status");
            }
            using (html.In("p", ("class", "lead"))) Verdict.WriteSentence(html, report);
            using (html.In("nav", ("aria-label", "Sections")))
                foreach (var (id, title, _) in sections) html.Element("a", title, ("href", "#" + id));
        }
    }

    static string ReadResource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(typeof(ReportPage), name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
