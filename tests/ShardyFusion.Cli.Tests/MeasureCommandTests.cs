using System.Text.Json;

namespace ShardyFusion.Cli.Tests;

public sealed class MeasureCommandTests
{
    [Fact]
    public async Task Measure_Small_PrintsTheTableAndDrawsIt()
    {
        using var folder = new SnapshotFolder();
        var chart = Path.Combine(folder.Root, "chart.svg");
        string[] size = ["--shards", "1", "3", "--rows", "200", "--cold-gets", "2", "--warm-gets", "50", "--batch-size", "10",
            "--refreshes", "2", "--threads", "2"];
        var result = await folder.RunAsync(["measure", .. size, "--price-writes", "5", "--currency", "EUR", "--chart", chart]);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal("EUR", result.Json.GetProperty("currency").GetString());
        var lines = result.Json.GetProperty("lines").EnumerateArray().ToList();
        Assert.Equal(12, lines.Count);
        Assert.Equal("write", lines[0].GetProperty("operation").GetString());
        Assert.Equal(JsonValueKind.Null, lines[0].GetProperty("p50_ms").ValueKind);
        Assert.Equal(lines[0].GetProperty("writes").GetInt64() * 0.005m, lines[0].GetProperty("estimated_cost").GetDecimal());
        Assert.Equal("get_during_refresh", lines[11].GetProperty("operation").GetString());
        Assert.Equal(3, lines[11].GetProperty("num_dbs").GetInt32());
        Assert.StartsWith("<svg", await File.ReadAllTextAsync(chart, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder.Prefix, ".measure")));
    }

    [Fact]
    public async Task Measure_ChartThatCannotBeWritten_IsRefusedBeforeAnythingIsMeasured()
    {
        using var folder = new SnapshotFolder();
        var chart = Path.Combine(folder.Root, "nowhere", "chart.svg");
        var result = await folder.RunAsync("measure", "--shards", "1", "--rows", "100", "--cold-gets", "1", "--warm-gets", "10",
            "--batch-size", "5", "--refreshes", "1", "--threads", "1", "--chart", chart);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(chart, result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Out);
        Assert.False(Directory.Exists(folder.Prefix), "a measure that was refused wrote to the prefix");
    }

    [Fact]
    public async Task Measure_WrongNumbers_IsAUsageErrorThatNamesThem()
    {
        using var folder = new SnapshotFolder();
        var result = await folder.RunAsync("measure", "--shards", "0", "--threads", "1000", "--output", "json");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("ShardCounts", result.Error, StringComparison.Ordinal);
        Assert.Contains("Threads", result.Error, StringComparison.Ordinal);
    }
}
