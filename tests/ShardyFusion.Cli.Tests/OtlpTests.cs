using ShardyFusion.Core.Tests.Telemetry;

namespace ShardyFusion.Cli.Tests;

public sealed class OtlpTests
{
    [Fact]
    public async Task OtlpEndpoint_GivenOrOfTheEnvironment_GetsMetricsAndTraces()
    {
        using var folder = new SnapshotFolder();
        var input = folder.Write("sent.csv", "id,v\n1,a\n2,b\n");
        await using var given = new OtlpCollector();
        var write = await folder.RunAsync("write", input, "--key", "id", "--shards", "1", "--run-id", "sent", "--otlp-endpoint",
            given.Endpoint.ToString());
        Assert.True(write.ExitCode == 0, write.ToString());
        Assert.DoesNotContain("Warning", write.Error, StringComparison.Ordinal);
        Assert.Equal(2, given.Metrics["shardyfusion.rows_written_total"]);
        Assert.Contains(given.Spans, s => s.Name == "build" && s.Attributes["run_id"] == "sent");

        await using var named = new OtlpCollector();
        var environment = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = named.Endpoint.ToString(),
            ["OTEL_SERVICE_NAME"] = "nightly"
        };
        var get = await ShardyProcess.RunWithAsync(null, environment, "get", "1", "--prefix", folder.Prefix);
        Assert.True(get.ExitCode == 0, get.ToString());
        Assert.Equal(1, named.Metrics["shardyfusion.reader_gets_total"]);
        Assert.Equal("nightly", named.Resource["service.name"]);
    }

    [Fact]
    public async Task OtlpEndpoint_TakesNothingOrIsNone_IsAWarningOrAUsageError()
    {
        using var folder = new SnapshotFolder();
        await using var refusing = new OtlpCollector(status: 403);
        await folder.PublishAsync("one", "first");
        var info = await folder.RunAsync("info", "--otlp-endpoint", refusing.Endpoint.ToString());
        Assert.Equal(0, info.ExitCode);
        Assert.Contains("Warning: metrics and traces did not all reach", info.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await folder.RunAsync("info", "--otlp-endpoint", "nowhere")).ExitCode);
        Assert.Equal(2, (await folder.RunAsync("info", "--otlp-endpoint", "ftp://nowhere.test")).ExitCode);
    }
}
