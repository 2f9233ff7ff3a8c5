using System.Globalization;
using System.Text.Json.Nodes;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Cleaning;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Publishing;
using ShardyFusion.Publishing.Guards;
using ShardyFusion.Reading;
using ShardyFusion.Reporting;
using ShardyFusion.Runs;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.Reporting;

/// <summary>A real prefix, its report, and the page in a real browser: figure by figure what the operations tell.</summary>
public sealed class ReportStoryTests(Chromium browser, S3Server server) : IClassFixture<Chromium>, IDisposable
{
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Report_OnDisk_FiguresInTheBrowserAreThoseOfTheObjects()
    {
        await using var store = SnapshotStore.Open(folder["snap"]);
        await TellAsync(store);
        await using var later = SnapshotStore.Open(folder["snap"], timeProvider: Later);
        await AssertFiguresAsync(later);
    }

    [Fact]
    public async Task Report_OnS3_FiguresInTheBrowserAreThoseOfTheObjects()
    {
        await using var prefix = await CreateAsync(server);
        await TellAsync(prefix.Direct);
        await AssertFiguresAsync(prefix.Open(server.Connection(), Later));
    }

    /// <summary>When everything is old enough to be cleaned up.</summary>
    static ManualClock Later => new() { Now = DateTimeOffset.UtcNow.AddDays(60) };

    /// <summary>Three snapshots, one of them forced, and one that a check kept from readers; a tag, a block and a freeze.</summary>
    static async Task TellAsync(SnapshotStore store)
    {
        var limits = new PublishRules { Limits = new GuardLimits { MinRows = 1, MaxDrop = RowLimit.OfPercent(10) } };
        await PublishAsync(store, Enumerable.Range(0, 700), "a", new BuildOptions { ShardCount = 5, RunId = "first", Rules = limits });
        await PublishAsync(store, Enumerable.Range(0, 300), "b", new BuildOptions
        {
            ShardCount = 5,
            RunId = "smaller",
            Rules = limits with { PublishFailedChecks = true, Reason = "they <moved>" }
        });
        await PublishAsync(store, Enumerable.Range(0, 900), "c", new BuildOptions
        {
            ShardCount = 200,
            RunId = "larger",
            Rules = limits,
            Message = "200 shards"
        });
        await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(store, Enumerable.Range(0, 5), "d",
            new BuildOptions { ShardCount = 5, RunId = "refused", Rules = limits }));
        await store.AddTagAsync("golden", new SnapshotSelector { RunId = "first" }, null, null, Token);
        await store.BlockAsync(new SnapshotSelector { RunId = "smaller" }, "wrong", Token);
        await store.FreezeAsync("release <week>", null, Token);
    }

    async Task AssertFiguresAsync(SnapshotStore store)
    {
        var policy = new CleanupPolicy { KeepLast = 1 };
        var saved = await store.SaveReportAsync(folder["report.html"],
            new ReportOptions { Cleanup = policy, Health = new HealthOptions { Deep = true, LastBuild = true } }, overwrite: false, Token);
        Assert.Equal(saved.Bytes, new FileInfo(saved.Path).Length);
        var page = await browser.OpenAsync(saved.Path);

        var info = await store.GetInfoAsync(SnapshotSelector.Current, Token);
        var snapshot = await FiguresAsync(page, "#snapshot");
        Assert.Equal((info.RowCount, info.Bytes!.Value, (long)info.ShardCount), (snapshot["rows"], snapshot["bytes"], snapshot["shards"]));
        Assert.Equal(info.RowCount.ToString("N0", CultureInfo.InvariantCulture),
            await page.EvaluateAsync<string>("document.querySelector('#snapshot [data-figure=rows]').innerText"));

        var shards = await FiguresAsync(page, "#shards > dl");
        Assert.Equal((info.Shards.Max(s => s.RowCount), info.Shards.Min(s => s.RowCount), 200L - info.Shards.Count),
            (shards["largest"], shards["smallest"], shards["empty_shards"]));
        // 200 shards in columns of two: their heights are to scale.
        var columns =
            (await page.EvaluateAsync("[...document.querySelectorAll('#shard-chart .bar')].map(b => b.height.baseVal.value)"))!.AsArray();
        var rows = Enumerable.Range(0, 200).Select(dbId => info.Shards.SingleOrDefault(shard => shard.ShardId == dbId)?.RowCount ?? 0)
            .Chunk(2).Select(pair => pair.Max()).ToList();
        Assert.Equal(rows.Count, columns.Count);
        Assert.All(rows.Zip(columns), pair => Assert.Equal((double)pair.First / rows.Max(),
            pair.Second!.GetValue<double>() / columns.Max(c => c!.GetValue<double>()), 0.001));

        var history = new List<HistoryEntry>();
        await foreach (var entry in store.GetHistoryAsync(null, Token)) history.Add(entry);
        var shown = await RowsAsync(page, "#history > table");
        Assert.Equal(history.Select(entry => entry.RunId), shown.Select(row => row.Key));
        Assert.All(history.Zip(shown), pair =>
        {
            var (entry, figures) = (pair.First, pair.Second.Figures);
            Assert.Equal((entry.RowCount, entry.Bytes, entry.RowChange),
                (figures["rows"], figures["bytes"], figures.TryGetValue("row_change", out var change) ? change : (long?)null));
        });
        Assert.Equal("staged;current;blocked,forced;golden",
            await page.EvaluateAsync<string>(
            "[...document.querySelectorAll('#history > table tbody tr')].map(r => [...r.lastChild.querySelectorAll('.badge')].map(b => "
                + "b.lastChild.data).join()).join(';')"));
        Assert.Contains("release <week>", await page.EvaluateAsync<string>("document.querySelector('#history .reasons').innerText"),
            StringComparison.Ordinal);
        var events = new List<PointerEvent>();
        await foreach (var change in store.GetEventsAsync(null, null, Token)) events.Add(change);
        Assert.NotEmpty(events);
        Assert.Equal(events.Select(change => $"{SnapshotTime.FormatName(change.At)} {change.Kind} {change.Outcome}".ToLowerInvariant()),
            (await page.EvaluateAsync(
            "[...document.querySelectorAll('#history .events tbody tr')].map(r => `${r.dataset.row} ${r.cells[2].textContent.trim()} "
                + "${r.querySelector('[data-figure=outcome]').lastChild.data}`.toLowerCase())"))!.AsArray()
                .Select(row => row!.GetValue<string>()));
        Assert.Equal("1 of 2 failed,2 passed,1 of 2 failed,2 passed",
            await page.EvaluateAsync<string>(
            "[...document.querySelectorAll('#history > table summary')].map(s => s.innerText.replace(/[✓✕\\n]/g, '').trim()).join()"));
        Assert.Contains("they <moved>", await page.EvaluateAsync<string>("document.querySelector('#history').innerText"),
            StringComparison.Ordinal);

        var runs = new List<RunInfo>();
        await foreach (var run in store.GetRunsAsync(null, null, Token)) runs.Add(run);
        var builds = await RowsAsync(page, "#runs");
        Assert.Equal(runs.Select(run => (run.RunId, run.Rows)),
            builds.Select(row => (row.Key, row.Figures.TryGetValue("rows", out var count) ? count : (long?)null)));
        Assert.Equal(string.Join(' ', runs.Select(run => run.State)).ToLowerInvariant(),
            await page.EvaluateAsync<string>(
            "[...document.querySelectorAll('#runs [data-figure=state]')].map(s => s.lastChild.data).join(' ')"));
        Assert.Contains("GuardFailed", await page.EvaluateAsync<string>("document.querySelector('#runs tbody').innerText"),
            StringComparison.Ordinal);

        var use = await store.GetStorageUseAsync(policy, Token);
        var storage = await FiguresAsync(page, "#storage > .tiles");
        Assert.Equal((use.Bytes, use.Plan.Bytes, use.Objects, (long)use.Plan.Kept.Count),
            (storage["total_bytes"], storage["freed_bytes"], storage["total_objects"], storage["kept_snapshots"]));
        Assert.Equal(use.Plan.Bytes, use.Shares.Sum(share => share.FreedBytes));
        Assert.Equal("smaller", Assert.Single(use.Plan.Items, item => item.Kind == CleanupKind.Snapshot).Name);
        Assert.Equal(use.Shares.Select(share => (share.Purpose.ToString(), share.Objects, share.Bytes, share.FreedBytes)),
            (await RowsAsync(page, "#storage > table"))
            .Select(row => (row.Key, row.Figures["objects"], row.Figures["bytes"], row.Figures["freed_bytes"])));
        Assert.Equal(use.Plan.Items.Select(item => (item.Name, item.Bytes)), (await RowsAsync(page, "#storage .items"))
            .Select(row => (row.Key, row.Figures["bytes"])));

        var health = await store.CheckHealthAsync(new HealthOptions { Deep = true, LastBuild = true }, Token);
        Assert.Equal(health.Status.ToString().ToLowerInvariant(),
            await page.EvaluateAsync<string>("document.querySelector('#health [data-figure=health]').lastChild.data"));
        Assert.Equal(health.ShardsProbed, (int)(await FiguresAsync(page, "#health"))["shards_probed"]);
        Assert.Equal(health.Reasons,
            (await page.EvaluateAsync("[...document.querySelectorAll('#health .reasons li')].map(r => r.textContent)"))!.AsArray()
            .Select(reason => reason!.GetValue<string>()));
        Assert.Empty(page.Complaints);
    }

    /// <summary>The figures below one element.</summary>
    static async Task<Dictionary<string, long>> FiguresAsync(ChromiumPage page, string selector) => Figures(
        (await page.EvaluateAsync($"[...document.querySelectorAll('{selector} data')].map(d => [d.dataset.figure, d.value])"))!.AsArray());

    /// <summary>The rows of a section's tables with their figures, folded ones included.</summary>
    static async Task<List<(string Key, Dictionary<string, long> Figures)>> RowsAsync(ChromiumPage page, string section) =>
        [.. (await page.EvaluateAsync(
            $"[...document.querySelectorAll('{section} tbody tr')].map(r => [r.dataset.row, [...r.querySelectorAll('data')].map(d => "
                + "[d.dataset.figure, d.value])])"))!.AsArray()
            .Select(row => (row![0]!.GetValue<string>(), Figures(row[1]!.AsArray())))];

    static Dictionary<string, long> Figures(JsonArray pairs) =>
        pairs.ToDictionary(pair => pair![0]!.GetValue<string>(),
            pair => long.Parse(pair![1]!.GetValue<string>(), CultureInfo.InvariantCulture));
}
