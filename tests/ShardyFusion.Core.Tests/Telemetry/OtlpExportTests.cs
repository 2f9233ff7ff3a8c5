using System.Net.Sockets;
using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Core.Tests.Telemetry;

/// <summary>One test after the other: a process has one export. Other classes run beside these and are heard too.</summary>
public sealed class OtlpExportTests : IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    readonly TempFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Export_OfABuildAndGets_BringsSpansAsATreeAndTheMetricsOfTheText()
    {
        await using var collector = new OtlpCollector();
        using (var export = OtlpExport.Start(new OtlpOptions { Endpoint = collector.Endpoint }))
        {
            Assert.Same(export, OtlpExport.Running);
            Assert.Equal(ErrorKind.ConfigValidation,
                Assert.Throws<ShardyFusionException>(() => OtlpExport.Start(new OtlpOptions { Endpoint = collector.Endpoint })).Kind);
            await BuiltSnapshots.PublishAsync(ObjectStores.Open(folder["snap"]), Enumerable.Range(0, 300).Select(k => (long)k),
                options: new BuildOptions { ShardCount = 2, RunId = "sent" });
            await using var store = SnapshotStore.Open(folder["snap"]);
            await using var reader = await store.OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range }, Token);
            await reader.GetManyAsync([1, 2, 3], Token);
            Assert.Null(export.Stop(Limit));
            Assert.Equal(300, collector.Metrics[$"shardyfusion.snapshot_rows{{prefix={store.Prefix}}}"]);
        }
        Assert.Null(OtlpExport.Running);

        Assert.Equal(["/otlp/v1/metrics", "/otlp/v1/traces"], collector.Requests.Select(r => r.Path).Distinct().Order());
        Assert.All(collector.Requests, r => Assert.Equal("application/x-protobuf", r.ContentType));
        Assert.Equal("shardyfusion", collector.Resource["service.name"]);
        var build = Assert.Single(collector.Spans, s => s.Attributes.GetValueOrDefault("run_id") == "sent");
        Assert.Equal("300", build.Attributes["rows"]);
        var tree = collector.Spans.Where(s => s.TraceId == build.TraceId).ToList();
        Assert.Equal(["build", "publish", "shard", "shard", "upload", "upload"], tree.Select(s => s.Name).Order());
        Assert.All(tree.Where(s => s.Name is "shard" or "publish"), s => Assert.Equal(build.SpanId, s.ParentSpanId));
        Assert.Contains(collector.Spans, s => s.Name == "get" && s.Attributes.GetValueOrDefault("keys") == "3");
        // Totals are those since the process began, whatever ran before the export.
        Assert.True(collector.Metrics["shardyfusion.rows_written_total"] >= 300);
        Assert.True(collector.Metrics["shardyfusion.reader_multi_get_duration_seconds"] >= 1);
        Assert.Contains("shardyfusion.store_requests_total{kind=put}", collector.Metrics.Keys);
    }

    [Fact]
    public async Task Export_OfABuildThatFails_MarksItsSpanWithTheErrorsId()
    {
        await using var collector = new OtlpCollector();
        using var export = OtlpExport.Start(new OtlpOptions { Endpoint = collector.Endpoint });
        await Assert.ThrowsAsync<ShardyFusionException>(() => BuiltSnapshots.PublishAsync(ObjectStores.Open(folder["snap"]), [],
            options: new BuildOptions { ShardCount = 1, RunId = "empty" }));
        Assert.Null(export.Stop(Limit));
        Assert.Equal("InputInvalid", Assert.Single(collector.Spans, s => s.Attributes.GetValueOrDefault("run_id") == "empty").Error);
    }

    [Fact]
    public async Task Stop_CollectorThatRefusesOrIsNotThere_SaysWhy()
    {
        await using (var collector = new OtlpCollector(status: 403))
        {
            using var export = OtlpExport.Start(new OtlpOptions { Endpoint = collector.Endpoint });
            Assert.NotNull(export.Stop(Limit));
            Assert.NotEmpty(collector.Requests);
            Assert.Null(export.Stop(Limit));
        }
        using var nobody = new TcpListener(System.Net.IPAddress.Loopback, 0);
        nobody.Start();
        var endpoint = new Uri($"http://{nobody.LocalEndpoint}");
        nobody.Stop();
        using var lost = OtlpExport.Start(new OtlpOptions { Endpoint = endpoint });
        Assert.NotNull(lost.Stop(Limit));
    }

    [Fact]
    public void Start_WithoutAnAddressOrWithAWrongOne_IsRefused()
    {
        foreach (var options in new[]
        {
            new OtlpOptions(), new OtlpOptions { Endpoint = new Uri("ftp://example.test") }, new OtlpOptions
            {
                Endpoint = new Uri("/v1", UriKind.Relative),
            },
            new OtlpOptions { Endpoint = new Uri("http://example.test"), Interval = TimeSpan.Zero },
        })
            Assert.Equal(ErrorKind.ConfigValidation, Assert.Throws<ShardyFusionException>(() => OtlpExport.Start(options)).Kind);
        Assert.Null(OtlpExport.Running);
    }
}
