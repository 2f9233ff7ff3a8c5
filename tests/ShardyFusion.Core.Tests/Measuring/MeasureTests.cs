using System.Xml.Linq;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Measuring;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Core.Tests.Measuring;

public sealed class MeasureTests(S3Server server) : IDisposable
{
    static readonly MeasureOptions Small = new()
    {
        ShardCounts = [2, 5],
        RowCount = 500,
        ValueBytes = 20,
        ColdGets = 3,
        WarmGets = 200,
        BatchSize = 10,
        Refreshes = 2,
        Threads = 10,
    };

    readonly TempFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    static void AssertComplete(MeasureReport report)
    {
        Assert.Equal(from count in report.Options.ShardCounts
                     from operation in Enum.GetValues<MeasuredOperation>()
                     select (operation,
            count), report.Lines.Select(l => (l.Operation, l.ShardCount)));
        Assert.All(report.Lines, line =>
        {
            Assert.Equal(0, line.Errors);
            Assert.True(line.Duration > TimeSpan.Zero && line.PerSecond > 0);
            Assert.Equal(line.Operation == MeasuredOperation.Write, line.P50 is null);
            Assert.True(line.P50 is null || (line.P50 <= line.P95 && line.P95 <= line.P99));
            Assert.Equal(report.Options.Prices!.EstimateCost(line.Requests), line.EstimatedCost);
        });
        foreach (var (operation, count) in new[] { (MeasuredOperation.Write, 1000), (MeasuredOperation.GetCold, 3),
            (MeasuredOperation.GetWarm, 200), (MeasuredOperation.MultiGet, 200), (MeasuredOperation.Refresh, 2) })
            Assert.All(report.Lines.Where(l => l.Operation == operation), l => Assert.Equal(count, l.Count));
        // Every thread has read at least once.
        Assert.All(report.Lines.Where(l => l.Operation == MeasuredOperation.GetDuringRefresh), l => Assert.True(l.Count >= 10));
    }

    static async Task<List<string>> KeysAsync(IObjectStore store)
    {
        var keys = new List<string>();
        await foreach (var entry in store.ListAsync("", null, Token)) keys.Add(entry.Key);
        return keys;
    }

    [Fact]
    public async Task Run_OnDisk_FillsTheTableAndLeavesThePrefixAsItWas()
    {
        var store = ObjectStores.Open(folder["snap"]);
        await BuiltSnapshots.PublishAsync(store, [1, 2, 3]);
        var before = await KeysAsync(store);
        var steps = new List<MeasureProgress>();
        var report = await SnapshotMeasure.RunAsync(folder["snap"], null,
            Small with { Prices = new StorePrices { Per1000Writes = 5, Per1000Reads = 1 } }, new Steps(steps), Token);
        AssertComplete(report);
        Assert.Equal(before, await KeysAsync(store));
        // Other tests measure, too.
        Assert.DoesNotContain(ShardyTelemetry.PrometheusText().Split('\n')
            .Where(line => line.Contains(folder.Path, StringComparison.Ordinal)),
            line => line.Contains(".measure", StringComparison.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(folder["snap"], ".measure")));
        Assert.Equal(Enumerable.Range(0, 13), steps.Select(s => s.StepsDone));
        Assert.All(steps, s => Assert.Equal(13, s.StepsTotal));
    }

    [Fact]
    public async Task Run_OnS3ByRanges_CountsTheRequestsOfEachLine()
    {
        var prefix = await server.NewPrefixAsync();
        var options = Small with
        {
            ShardCounts = [2],
            Mode = ReadMode.Range,
            Prices = new StorePrices { Per1000Writes = 0.005m, Per1000Reads = 0.0004m },
        };
        var report = await SnapshotMeasure.RunAsync(prefix, server.Connection(), options, null, Token);
        AssertComplete(report);
        var requests = report.Lines.ToDictionary(l => l.Operation, l => l.Requests);
        // Two builds of two shards, each with run record, manifest and pointer at least.
        Assert.True(requests[MeasuredOperation.Write].Puts >= 2 * (2 + 3), $"{requests[MeasuredOperation.Write]}");
        // Pointer, manifest, the shard's end, a block.
        Assert.InRange(requests[MeasuredOperation.GetCold].Gets, 3 * 3, 3 * 4);
        Assert.Equal(0, requests[MeasuredOperation.GetWarm].Gets);
        Assert.Equal(0, requests[MeasuredOperation.MultiGet].Gets);
        // Pointer and manifest.
        Assert.Equal(2 * 2, requests[MeasuredOperation.Refresh].Gets);
        await using var store = ObjectStores.Open(prefix, server.Connection());
        Assert.Empty(await KeysAsync(store));
    }

    [Fact]
    public async Task Run_Cancelled_RemovesWhatItWrote()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            SnapshotMeasure.RunAsync(folder["snap"], null, Small, new Steps([], s => { if (s.StepsDone == 2) stop.Cancel(); }),
                stop.Token));
        Assert.Empty(await KeysAsync(ObjectStores.Open(folder["snap"])));
        Assert.False(Directory.Exists(Path.Combine(folder["snap"], ".measure")));
    }

    [Fact]
    public async Task Run_InvalidOptions_NamesEach()
    {
        var e = await Assert.ThrowsAsync<ShardyFusionException>(() => SnapshotMeasure.RunAsync(folder["snap"], null, new MeasureOptions
        {
            ShardCounts = [0],
            RowCount = 0,
            ValueBytes = 7,
            ColdGets = 0,
            WarmGets = 0,
            BatchSize = 0,
            Refreshes = 0,
            Threads = 257,
            Prices = new StorePrices
            {
                Per1000Reads = -1,
            },
        }, null, Token));
        Assert.Equal(ErrorKind.ConfigValidation, e.Kind);
        Assert.All(new[] { "ShardCounts", "RowCount", "ValueBytes", "ColdGets", "WarmGets", "BatchSize", "Refreshes", "Threads",
            "Per1000Reads" }, name => Assert.Contains(name, e.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, 50, 1)]
    [InlineData(1, 99, 1)]
    [InlineData(100, 50, 50)]
    [InlineData(100, 99, 99)]
    [InlineData(101, 99, 100)]
    [InlineData(200, 95, 190)]
    public void Percentile_OfOneToN_IsTheNearestRank(int count, int percent, int expected)
    {
        var ticks = Enumerable.Range(1, count).Select(n => (long)n * System.Diagnostics.Stopwatch.Frequency).ToArray();
        Assert.Equal(TimeSpan.FromSeconds(expected), MeasureTally.Percentile(ticks, percent));
    }

    [Fact]
    public void ToSvg_OfAReport_DrawsEachLineAndEscapesThePrefix()
    {
        static MeasureLine Line(MeasuredOperation operation, int shards, double? milliseconds) => new()
        {
            Operation = operation,
            ShardCount = shards,
            Count = 10,
            Duration = TimeSpan.FromSeconds(shards),
            Requests = new StoreUsage(0, 0, 0, 0, 0, 0, 0, 0),
            P50 = milliseconds is { } p ? TimeSpan.FromMilliseconds(p) : null,
            P95 = milliseconds is { } q
            ? TimeSpan.FromMilliseconds(q * 2) : null,
            P99 = milliseconds is { } r ? TimeSpan.FromMilliseconds(r * 10) : null,
        };
        var report = new MeasureReport("s3://b/<p>&\"x\"", DateTimeOffset.UnixEpoch, new MeasureOptions(),
            [Line(MeasuredOperation.Write, 1, null), Line(MeasuredOperation.GetWarm, 1, 0), Line(MeasuredOperation.Write, 2, null),
                Line(MeasuredOperation.GetCold, 2, 10)]);
        var svg = XDocument.Parse(report.ToSvg());
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Contains(svg.Descendants(ns + "text"), t => t.Value == report.Prefix);
        var bars = svg.Descendants(ns + "rect").Where(r => (string?)r.Attribute("class") == "bar")
            .Select(r => (double)r.Attribute("width")!).ToList();
        Assert.Equal(2, bars.Count);
        // Half the rate, half the length.
        Assert.Equal(bars[0] / 2, bars[1], 0.2);
        var dots = svg.Descendants(ns + "circle").Select(c => (double)c.Attribute("cx")!).ToList();
        Assert.Equal(6, dots.Count);
        Assert.All(dots, x => Assert.InRange(x, 250, 810));
        Assert.True(dots[0] < dots[1] && dots[1] < dots[2]);
    }

    sealed class Steps(List<MeasureProgress> seen, Action<MeasureProgress>? onStep = null) : IProgress<MeasureProgress>
    {
        public void Report(MeasureProgress value)
        {
            seen.Add(value);
            onStep?.Invoke(value);
        }
    }
}
