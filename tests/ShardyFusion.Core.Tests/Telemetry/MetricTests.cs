using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;
using ShardyFusion.Publishing.Guards;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Core.Tests.Telemetry;

/// <summary>Metrics are the process's, and other tests run beside these: totals are compared with what they were before.</summary>
public sealed class MetricTests : IDisposable
{
    readonly TempFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    /// <summary>A build, gets of every kind, a refresh.</summary>
    async Task<string> WorkAsync(string name = "snap")
    {
        await using var store = SnapshotStore.Open(folder[name]);
        await BuiltSnapshots.PublishAsync(ObjectStores.Open(folder[name]), Enumerable.Range(0, 300).Select(k => (long)k));
        await using var reader = await store.OpenReaderAsync(new ReaderOptions(), Token);
        Assert.True((await reader.GetAsync(5, Token)).Found);
        await reader.GetManyAsync([1, 2, 3], Token);
        Assert.NotNull(reader.Get(7));
        await reader.RefreshAsync(Token);
        return store.Prefix;
    }

    static double ValueOf(string text, string series)
    {
        var line = Assert.Single(text.Split('\n'), l => l.StartsWith(series + " ", StringComparison.Ordinal));
        return double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task PrometheusText_AfterWork_HasTheOriginalsNamesAndPassesPromtool()
    {
        ShardyTelemetry.CountGets = true;
        var before = ShardyTelemetry.PrometheusText();
        var prefix = await WorkAsync("with \"quotes\"");
        var text = ShardyTelemetry.PrometheusText();
        foreach (var (series, by) in new[]
        {
            ("writes_started_total", 1), ("writes_completed_total", 1), ("write_duration_seconds_count", 1),
                ("shard_writes_completed_total", 4), ("shard_write_duration_seconds_count", 4),
            ("batches_written_total", 4), ("rows_written_total", 300), ("reader_gets_total", 2), ("reader_get_duration_seconds_count", 1),
            ("reader_multi_gets_total", 1),
            ("reader_multi_get_duration_seconds_count", 1), ("reader_multi_get_keys_total", 3),
            ("reader_refreshes_total{outcome=\"unchanged\"}", 1), ("store_requests_total{kind=\"put\"}", 6),
            ("s3_retries_total", 0), ("s3_retries_exhausted_total", 0), ("rate_limiter_throttled_total", 0),
            ("rate_limiter_wait_seconds_count", 0), ("rate_limiter_denied_total", 0),
        })
        {
            var name = "shardyfusion_" + series;
            Assert.True(ValueOf(text, name) - ValueOf(before, name) >= by,
                $"{name} went from {ValueOf(before, name)} to {ValueOf(text, name)}");
        }
        var label =
            $"{{prefix=\"{prefix.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"}}";
        Assert.Equal(300, ValueOf(text, "shardyfusion_snapshot_rows" + label));
        Assert.True(ValueOf(text, "shardyfusion_snapshot_bytes" + label) > 0);
        Assert.InRange(ValueOf(text, "shardyfusion_snapshot_age_seconds" + label), 0, 600);
        Assert.Equal("", await PrometheusOracle.CheckAsync(text));
    }

    [Fact]
    public async Task Server_ScrapedByPrometheus_AnswersAQueryWithTheRightValue()
    {
        var prefix = await WorkAsync();
        await using var server = MetricServer.Start(0);
        Assert.Equal("300", await PrometheusOracle.QueryAsync(server.EndPoint.ToString(),
            $"shardyfusion_snapshot_rows{{prefix=\"{prefix}\"}}"));
    }

    [Fact]
    public async Task Server_Requests_AreAnsweredOrRefused()
    {
        await using var server = MetricServer.Start(0);
        Assert.Equal("127.0.0.1", server.EndPoint.Address.ToString());
        using var client = new HttpClient();
        var answer = await client.GetAsync(server.Url, Token);
        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("# TYPE shardyfusion_writes_started_total counter", await answer.Content.ReadAsStringAsync(Token),
            StringComparison.Ordinal);
        Assert.Equal(404, (int)(await client.GetAsync(new Uri(server.Url, "/"), Token)).StatusCode);
        Assert.Equal(405, (int)(await client.PostAsync(server.Url, null, Token)).StatusCode);
        using var head = new HttpRequestMessage(HttpMethod.Head, server.Url);
        Assert.Empty(await (await client.SendAsync(head, Token)).Content.ReadAsByteArrayAsync(Token));
        Assert.Equal(ErrorKind.ConfigValidation, Assert.Throws<ShardyFusionException>(() => MetricServer.Start(server.EndPoint.Port)).Kind);
        await server.DisposeAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(server.Url, Token));
    }

    [Fact]
    public async Task Export_Again_ReplacesTheFileAndLeavesNothingElse()
    {
        var path = folder["m.prom"];
        await ShardyTelemetry.ExportAsync(path, Token);
        await ShardyTelemetry.ExportAsync(path, Token);
        Assert.Contains("shardyfusion_writes_started_total", await File.ReadAllTextAsync(path, Token), StringComparison.Ordinal);
        Assert.Equal(path, Assert.Single(Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!)));
        var e = await Assert.ThrowsAsync<ShardyFusionException>(() => ShardyTelemetry.ExportAsync(folder["nowhere/m.prom"], Token));
        Assert.Equal(ErrorKind.ConfigValidation, e.Kind);
    }

    [Fact]
    public async Task Meter_WithAListener_ReportsTotalsAndDurations()
    {
        var totals = new Dictionary<string, double>();
        var durations = new List<double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, l) =>
                { if (instrument.Meter.Name == ShardyTelemetry.MeterName) l.EnableMeasurementEvents(instrument); },
        };
        listener.SetMeasurementEventCallback<long>((i, value, _, _) => totals[i.Name] = totals.GetValueOrDefault(i.Name) + value);
        listener.SetMeasurementEventCallback<double>((i, value, _, _) =>
            { if (i.Name == "shardyfusion.reader_get_duration_seconds") lock (durations) durations.Add(value); });
        listener.Start();
        await WorkAsync();
        listener.RecordObservableInstruments();
        Assert.True(totals["shardyfusion.rows_written_total"] >= 300);
        lock (durations) Assert.All(durations, d => Assert.InRange(d, 0, 600));
        Assert.NotEmpty(durations);
    }

    [Fact]
    public async Task Activities_OfABuild_FormATree()
    {
        var ended = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == ShardyTelemetry.ActivitySourceName,
            Sample = static (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => { lock (ended) ended.Add(activity); },
        };
        ActivitySource.AddActivityListener(listener);
        var store = ObjectStores.Open(folder["snap"]);
        await BuiltSnapshots.PublishAsync(store, [1, 2, 3], options: new BuildOptions { ShardCount = 1, RunId = "traced" });
        Activity[] seen;
        lock (ended) seen = [.. ended];
        var build = Assert.Single(seen, a => a.GetTagItem("run_id") as string == "traced");
        var mine = seen.Where(a => a.TraceId == build.TraceId).ToList();
        Assert.Equal(["build", "publish", "shard", "upload"], mine.Select(a => a.OperationName).Order());
        Assert.Equal(build.SpanId, mine.Single(a => a.OperationName == "shard").ParentSpanId);
        Assert.Equal(mine.Single(a => a.OperationName == "shard").SpanId, mine.Single(a => a.OperationName == "upload").ParentSpanId);
        Assert.Equal(3L, build.GetTagItem("rows"));
    }

    [Fact]
    public async Task Build_Fails_IsCountedByWhatItWas()
    {
        var (failed, conflicts, guards) = (ShardyMetrics.WritesFailed.Value, ShardyMetrics.PointerConflicts.Value,
            ShardyMetrics.GuardFailures.Value);
        var store = ObjectStores.Open(folder["snap"]);
        await using (var late = await BuiltSnapshots.StartAsync(store, new BuildOptions { ShardCount = 1, AllowConcurrentBuild = true }))
        {
            late.Add(1L, "late");
            await BuiltSnapshots.PublishAsync(store, [1], options: new BuildOptions { ShardCount = 1, AllowConcurrentBuild = true });
            await Assert.ThrowsAsync<PointerConflictException>(() => late.CompleteAsync(Token));
        }
        await Assert.ThrowsAsync<ShardyFusionException>(() => BuiltSnapshots.PublishAsync(store, [1],
            options: new BuildOptions { ShardCount = 1, Rules = new PublishRules { Guards = [new Refusal()] } }));
        Assert.True(ShardyMetrics.WritesFailed.Value >= failed + 2);
        Assert.True(ShardyMetrics.PointerConflicts.Value > conflicts);
        Assert.True(ShardyMetrics.GuardFailures.Value > guards);
    }

    [Fact]
    public async Task Rollback_Done_IsWhatTheGaugesTell()
    {
        var objects = ObjectStores.Open(folder["snap"]);
        await BuiltSnapshots.PublishAsync(objects, [1, 2, 3]);
        await BuiltSnapshots.PublishAsync(objects, [1]);
        await using var store = SnapshotStore.Open(folder["snap"]);
        await store.RollbackAsync(await store.PlanRollbackAsync(new SnapshotSelector { Offset = 1 }, Token), allowUnsafePointer: false,
            Token);
        Assert.Equal(3, ValueOf(ShardyTelemetry.PrometheusText(), $"shardyfusion_snapshot_rows{{prefix=\"{store.Prefix}\"}}"));
    }

    sealed class Refusal : IPublishGuard
    {
        public string Name => "refusal";
        public Task<GuardResult> CheckAsync(GuardContext context, CancellationToken cancellationToken) =>
            Task.FromResult(new GuardResult(Name, false, "never"));
    }
}
