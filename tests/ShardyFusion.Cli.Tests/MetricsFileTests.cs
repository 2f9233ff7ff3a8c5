namespace ShardyFusion.Cli.Tests;

public sealed class MetricsFileTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task MetricsFile_OfAnyCommand_IsWrittenAtItsEnd()
    {
        using var folder = new SnapshotFolder();
        var input = folder.Write("metrics.csv", "id,v\n1,a\n2,b\n");
        var file = Path.Combine(folder.Root, "m.prom");
        Assert.Equal(0, (await folder.RunAsync("write", input, "--key", "id", "--shards", "1", "--metrics-file", file)).ExitCode);
        Assert.Contains("shardyfusion_rows_written_total 2\n", await File.ReadAllTextAsync(file, Token), StringComparison.Ordinal);
        Assert.Equal(0, (await folder.RunAsync("get", "1", "--metrics-file", file)).ExitCode);
        Assert.Contains("shardyfusion_reader_get_duration_seconds_count 1\n", await File.ReadAllTextAsync(file, Token),
            StringComparison.Ordinal);
        Assert.Equal(1, (await folder.RunAsync("info", "--run-id", "none", "--metrics-file", file)).ExitCode);
        Assert.Contains("shardyfusion_reader_gets_total 0\n", await File.ReadAllTextAsync(file, Token), StringComparison.Ordinal);
        Assert.Equal(2, (await folder.RunAsync("history", "--metrics-file", Path.Combine(folder.Root, "nowhere", "m.prom"))).ExitCode);
    }
}
