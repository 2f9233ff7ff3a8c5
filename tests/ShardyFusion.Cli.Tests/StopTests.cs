using System.Diagnostics;

namespace ShardyFusion.Cli.Tests;

/// <summary>Signals in the middle of a build.</summary>
public sealed class StopTests : IDisposable
{
    readonly SnapshotFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Write_Signalled_AbandonsTheBuildAtOnce(string signal, int exitCode)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Sends a POSIX signal with kill; run the tests on Linux or macOS to enable it.");
        await folder.PublishAsync("one", "first");
        using var process = ShardyProcess.Start(null, "write", "-", "--format", "csv", "--key", "id", "--shards", "2", "--run-id",
            "stopped", "--prefix", folder.Prefix);
        await process.StandardInput.WriteAsync("id,v\n1,a\n");
        await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        await UntilAsync(() => folder.Files("run.yaml").Any(f => f.Contains("stopped", StringComparison.Ordinal)), process);
        var clock = Stopwatch.StartNew();
        using (var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        var result = await ShardyProcess.FinishAsync(process);
        Assert.True(result.ExitCode == exitCode, result.ToString());
        // The promise is a second; a loaded machine gets more.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(8));
        var record = Assert.Single(folder.Files("run.yaml"), f => f.Contains("stopped", StringComparison.Ordinal));
        Assert.Contains("status: failed", await File.ReadAllTextAsync(record, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        Assert.Equal("one", (await folder.RunAsync("info")).Json.GetProperty("run_id").GetString());
        await folder.PublishAsync("next", "third");
        Assert.Equal("third 1", (await folder.RunAsync("get", "1")).Json.GetProperty("value").GetString());
    }

    static async Task UntilAsync(Func<bool> condition, Process process)
    {
        while (!condition())
        {
            Assert.False(process.HasExited, "The build ended before its run record was seen.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
