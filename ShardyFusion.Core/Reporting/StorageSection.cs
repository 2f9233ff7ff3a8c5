using System.Globalization;
using ShardyFusion.Cleaning;
using ShardyFusion.Figures;

namespace ShardyFusion.Reporting;

/// <summary>What the prefix takes up, and what a cleanup would free.</summary>
static class StorageSection
{
    public static void Write(HtmlWriter html, SnapshotReport report)
    {
        if (report.Storage is not { } storage)
        {
            using var nothing = html.In("p", ("class", "empty"));
            if (report.StorageProblem is { } problem) html.Foreign(problem);
            else html.Text("Nobody looked.");
            return;
        }
        var plan = storage.Plan;
        using (html.In("div", ("class", "tiles")))
        {
            SnapshotSection.Tile(html, "In use", () => html.Bytes("total_bytes", storage.Bytes));
            SnapshotSection.Tile(html, "A cleanup would free", () => html.Figure("freed_bytes", plan.Bytes,
                $"{ReadableText.Bytes(plan.Bytes)} ({ReadableText.Share(plan.Bytes, storage.Bytes)})"));
            SnapshotSection.Tile(html, "Objects", () => html.Count("total_objects", storage.Objects));
            SnapshotSection.Tile(html, "Snapshots it would keep", () => html.Count("kept_snapshots", plan.Kept.Count));
        }
        if (storage.Bytes > 0) WriteBar(html, storage);
        new ReportTable<StorageShare>("By what it is for", share => share.Purpose.ToString(), _ => null,
            new("For", null, false, share => html.Text(NameOf(share.Purpose))),
            new("Objects", "8rem", true, share => html.Count("objects", share.Objects)),
            new("Size", "8rem", true, share => html.Bytes("bytes", share.Bytes)),
            new("Share", "6rem", true, share => html.Text(ReadableText.Share(share.Bytes, storage.Bytes))),
            new("Would be freed", "10rem", true, share => html.Bytes("freed_bytes", share.FreedBytes))).Write(html, storage.Shares);
        WritePlan(html, plan);
        if (plan.Items.Count == 0) return;
        using (html.In("p", ("class", "hint")))
        {
            html.Text("To see it once more before it is done: ");
            html.Element("code", $"Remove-StaleSnapshot {report.QuotedPrefix} -WhatIf");
        }
    }

    static void WritePlan(HtmlWriter html, CleanupPlan plan)
    {
        if (plan.Items.Count > 0)
        {
            using var items = html.In("details", ("class", "items"));
            html.Element("summary", $"What would be deleted: {ReadableText.Plural(plan.Items.Count, "thing")}");
            new ReportTable<CleanupItem>("A cleanup would delete", item => item.Name, _ => null,
                new("Name", null, false, item => html.Foreign(item.Name, "name")),
                new("Kind", "9rem", false, item => html.Text(NameOf(item.Kind))),
                new("Objects", "6rem", true, item => html.Count("objects", item.Objects.Count)),
                new("Size", "7rem", true, item => html.Bytes("bytes", item.Bytes)),
                new("Because", null, false, item => html.Foreign(item.Reason, "note"))).Write(html, plan.Items);
        }
        if (plan.Kept.Count == 0) return;
        using var kept = html.In("details");
        html.Element("summary", $"Why {ReadableText.Plural(plan.Kept.Count, "snapshot")} would be kept");
        new ReportTable<KeptSnapshot>("A cleanup would keep", snapshot => snapshot.RunId, _ => null,
            new("Run", null, false, snapshot => html.Foreign(snapshot.RunId, "name")),
            new("Because", null, false, snapshot => html.Foreign(snapshot.Reason, "note"))).Write(html, plan.Kept);
    }

    /// <summary>One bar: what would be kept by purpose, and at its end what would be freed.</summary>
    static void WriteBar(HtmlWriter html, StorageUse storage)
    {
        const int Length = 1_000, Height = 10;
        var parts = storage.Shares.Select(share => (Look: LookOf(share.Purpose), Name: NameOf(share.Purpose),
            Bytes: share.Bytes - share.FreedBytes))
            .Append((Look: "freed", Name: "would be freed", storage.Plan.Bytes)).Where(part => part.Bytes > 0).ToList();
        using var figure = html.In("figure", ("class", "chart"));
        html.Element("figcaption", "Bytes by what they are for");
        using (html.In("svg", ("id", "storage-chart"), ("class", "strip"), ("role", "img"),
            ("aria-labelledby", "storage-chart-title storage-chart-desc"), ("preserveAspectRatio", "none"),
            ("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {Length} {Height}"))))
        {
            html.Element("title", "Bytes by what they are for", ("id", "storage-chart-title"));
            html.Element("desc", string.Join("; ", parts.Select(part => $"{part.Name}: {ReadableText.Bytes(part.Bytes)}")) + ".",
                ("id", "storage-chart-desc"));
            var x = 0.0;
            foreach (var part in parts)
            {
                var width = (double)Length * part.Bytes / storage.Bytes;
                using var group = html.In("g", ("class", part.Look));
                html.Element("title", $"{part.Name}: {ReadableText.Bytes(part.Bytes)}");
                html.Element("rect", "", ("class", "bar"), ("x", Number(x)), ("y", "0"), ("width", Number(width)),
                    ("height", Number(Height)));
                x += width;
            }
        }
        using var legend = html.In("ul", ("class", "legend"));
        foreach (var part in parts)
            using (html.In("li"))
            {
                html.Element("i", "", ("class", part.Look), ("aria-hidden", "true"));
                html.Text($"{part.Name}, {ReadableText.Bytes(part.Bytes)}");
            }
    }

    static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    static string LookOf(StoragePurpose purpose) => purpose switch
    {
        StoragePurpose.CurrentSnapshot => "current",
        StoragePurpose.OtherSnapshots => "older",
        StoragePurpose.Leftovers => "leftovers",
        _ => "records",
    };

    static string NameOf(StoragePurpose purpose) => purpose switch
    {
        StoragePurpose.CurrentSnapshot => "current snapshot",
        StoragePurpose.OtherSnapshots => "other snapshots",
        StoragePurpose.Leftovers => "shards of no snapshot",
        StoragePurpose.Runs => "run records",
        _ => "something else",
    };

    static string NameOf(CleanupKind kind) => kind switch
    {
        CleanupKind.Snapshot => "snapshot",
        CleanupKind.OrphanShards => "orphan shards",
        CleanupKind.Upload => "upload",
        CleanupKind.RunRecord => "run record",
        _ => "mark",
    };
}
