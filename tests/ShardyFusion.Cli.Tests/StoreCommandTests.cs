using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ShardyFusion.Cli.Tests;

/// <summary>Stores: what a probe says, how they are reached, and one that never answers.</summary>
public sealed class StoreCommandTests : IDisposable
{
    readonly SnapshotFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Probe_Folder_PassesEveryCheckAndLeavesNothing()
    {
        var result = await folder.RunAsync("probe");
        Assert.Equal(0, result.ExitCode);
        Assert.True(result.Json.GetProperty("passed").GetBoolean());
        Assert.True(result.Json.GetProperty("checks").GetArrayLength() > 9);
        Assert.DoesNotContain(Directory.EnumerateFiles(folder.Prefix, "*", SearchOption.AllDirectories), f => f.Contains(".probe", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verbose_SaysHowTheStoreIsReached_OnStandardError()
    {
        await folder.PublishAsync("one", "first");
        var result = await folder.RunAsync("info", "--verbose");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("file://", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("get", "1")]
    [InlineData("history")]
    [InlineData("health")]
    public async Task AnyCommand_StoreNeverAnswers_StopsOnCtrlC(params string[] command)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Sends a POSIX signal with kill; run the tests on Linux or macOS to enable it.");
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var environment = new Dictionary<string, string> { ["AWS_ACCESS_KEY_ID"] = "a", ["AWS_SECRET_ACCESS_KEY"] = "the-secret-of-a" };
        using var process = ShardyProcess.Start(environment, [.. command, "--prefix", "s3://bucket/x", "--endpoint-url", $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}"]);
        using var connection = await silent.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var clock = Stopwatch.StartNew();
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"])) await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        var result = await ShardyProcess.FinishAsync(process);
        // The promise is a second; a loaded machine gets more.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(8));
        Assert.True(result.ExitCode == 130, result.ToString());
        Assert.DoesNotContain("the-secret-of-a", result.ToString(), StringComparison.Ordinal);
    }
}
