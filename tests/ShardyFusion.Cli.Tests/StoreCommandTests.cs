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
        Assert.DoesNotContain(Directory.EnumerateFiles(folder.Prefix, "*", SearchOption.AllDirectories),
            f => f.Contains(".probe", StringComparison.Ordinal));
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
        using var process = ShardyProcess.Start(environment, [.. command, "--prefix", "s3://bucket/x", "--endpoint-url",
            $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}"]);
        using var connection = await silent.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var clock = Stopwatch.StartNew();
        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        var result = await ShardyProcess.FinishAsync(process);
        // The promise is a second; a loaded machine gets more.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(8));
        Assert.True(result.ExitCode == 130, result.ToString());
        Assert.DoesNotContain("the-secret-of-a", result.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Every verb that asks a store something, with just enough arguments to get there.</summary>
    public static TheoryData<string> Verbs =>
    [
        "get 1", "multiget 1 2", "info", "shards", "route 1", "history", "rollback --offset 1", "verify", "publish --run-id x", "undo",
            "events", "tag good", "tags", "untag good",
        "block --run-id x --reason bad", "unblock --run-id x", "freeze --reason now", "unfreeze", "cleanup --keep-last 1", "compare",
        "key-history 1", "export -", "runs", "stop x", "warm", "probe", "measure",
    ];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task AnyVerb_StoreNeverAnswersAndTimeout_EndsInTimeNamingTheEndpoint(string verb)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var endpoint = $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}";
        var environment = new Dictionary<string, string> { ["AWS_ACCESS_KEY_ID"] = "a", ["AWS_SECRET_ACCESS_KEY"] = "the-secret-of-a" };
        var clock = Stopwatch.StartNew();
        using var process = ShardyProcess.Start(environment, [.. verb.Split(' '), "--prefix", "s3://bucket/x", "--endpoint-url", endpoint,
            "--timeout", "0.5", "--output", "json"]);
        var result = await ShardyProcess.FinishAsync(process);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(12));
        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Contains("\"TimedOut\"", result.Error, StringComparison.Ordinal);
        Assert.Contains(endpoint, result.Error, StringComparison.Ordinal);
        Assert.Contains("--timeout", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Timeout_NotReached_ChangesNothing()
    {
        await folder.PublishAsync("one", "first");
        Assert.Equal(0, (await folder.RunAsync("info", "--timeout", "600")).ExitCode);
        Assert.Equal(2, (await folder.RunAsync("info", "--timeout", "-1")).ExitCode);
    }
}
