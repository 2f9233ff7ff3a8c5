using System.Diagnostics;
using System.Text.Json;

namespace ShardyFusion.Cli.Tests;

public sealed class HealthCommandTests : IDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;
    readonly SnapshotFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Health_FullDisk_IsDegraded()
    {
        await folder.PublishAsync("one", "first");
        var result = await folder.RunAsync("health", "--cache-dir", folder.Prefix, "--min-free", "8000000000GiB");
        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.True(result.Json.GetProperty("disk_free_bytes").GetInt64() > 0);
        var healthy = await folder.RunAsync("health", "--cache-dir", folder.Prefix, "--min-free-percent", "0");
        Assert.True(healthy.ExitCode == 0, healthy.ToString());
    }

    [Fact]
    public async Task Health_MissedSchedule_IsDegraded()
    {
        await folder.PublishAsync("one", "first");
        Assert.Equal(1, (await folder.RunAsync("health", "--expected-every", "0.000001")).ExitCode);
        Assert.Equal(0, (await folder.RunAsync("health", "--expected-every", "3600", "--timeout", "60")).ExitCode);
    }

    [Fact]
    public async Task Health_LastBuildFailed_IsDegradedUnlessSkipped()
    {
        await folder.PublishAsync("one", "first");
        var bad = folder.Write("bad.csv", "id,v\n2,a\n2,b\n");
        Assert.Equal(1, (await folder.RunAsync("write", bad, "--key", "id", "--shards", "1", "--duplicate-key", "fail", "--run-id",
            "bad")).ExitCode);
        var result = await folder.RunAsync("health");
        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Equal(("bad", "failed", "one"), (result.Json.GetProperty("last_run_id").GetString(),
            result.Json.GetProperty("last_run_state").GetString(), result.Json.GetProperty("run_id").GetString()));
        Assert.Equal(0, (await folder.RunAsync("health", "--skip-last-build")).ExitCode);
    }

    [Theory]
    [InlineData("--profile", "nobody-has-this-profile")]
    [InlineData("--region", "eu-central-1", "--endpoint-url", "http://nowhere.invalid:9", "--timeout", "20")]
    [InlineData("--endpoint-url", "ftp://store")]
    public async Task Health_WayThatLeadsNowhere_IsAnUnhealthyAnswerAndExitCode2(params string[] way)
    {
        var result = await ShardyProcess.RunAsync(["health", "--prefix", "s3://bucket/users", .. way]);
        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Equal(("unhealthy", 1), (result.Json.GetProperty("status").GetString(),
            result.Json.GetProperty("reasons").GetArrayLength()));
        Assert.False(string.IsNullOrEmpty(result.Json.GetProperty("error_id").GetString()));
        Assert.False(string.IsNullOrEmpty(result.Json.GetProperty("action").GetString()));
    }

    [Fact]
    public async Task Health_OfAFrozenPrefix_SaysSoAndIsHealthy()
    {
        await folder.PublishAsync("one", "first");
        await folder.RunAsync("freeze", "--reason", "stock-taking");
        var result = await folder.RunAsync("health");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.True(result.Json.GetProperty("is_frozen").GetBoolean());
        Assert.Contains("stock-taking", result.Json.GetProperty("notes")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_Watch_WritesALineACheckUntilItIsInterrupted()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Sends a POSIX signal with kill; run the tests on Linux or macOS to enable it.");
        await folder.PublishAsync("one", "first");
        using var process = ShardyProcess.Start(null, "health", "--watch", "--interval", "0.02", "--prefix", folder.Prefix);
        Assert.Equal("one", await NextRunAsync(process));
        Assert.Equal("one", await NextRunAsync(process));
        await folder.PublishAsync("two", "second");
        while (await NextRunAsync(process) != "two")
        {
        }
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"])) await kill.WaitForExitAsync(Token);
        var result = await ShardyProcess.FinishAsync(process);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    static async Task<string?> NextRunAsync(Process process)
    {
        var line = await process.StandardOutput.ReadLineAsync(Token);
        Assert.NotNull(line);
        using var document = JsonDocument.Parse(line);
        Assert.Equal("health", document.RootElement.GetProperty("op").GetString());
        return document.RootElement.GetProperty("run_id").GetString();
    }
}
