namespace ShardyFusion.Cli.Tests;

/// <summary>Builds as another process sees and stops them.</summary>
public sealed class RunCommandTests : IDisposable
{
    readonly SnapshotFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Stop_BuildOfAnotherProcess_IsSeenRunningRefusesASecondOneAndEnds()
    {
        await folder.PublishAsync("one", "first");
        using var process = ShardyProcess.Start(null, "write", "-", "--format", "csv", "--key", "id", "--shards", "2", "--run-id", "live",
            "--prefix", folder.Prefix);
        await process.StandardInput.WriteAsync("id,v\n1,a\n");
        await process.StandardInput.FlushAsync(Token);
        while (!folder.Files("run.yaml").Any(f => f.Contains("live", StringComparison.Ordinal)))
        {
            Assert.False(process.HasExited);
            await Task.Delay(10, Token);
        }

        var run = (await folder.RunAsync("runs", "--run-id", "live")).Json.GetProperty("runs")[0];
        Assert.Equal(("running", process.Id), (run.GetProperty("state").GetString(), run.GetProperty("process_id").GetInt32()));
        var second = await folder.RunAsync("write", folder.Write("b.csv", "id,v\n1,b\n"), "--key", "id", "--shards", "1");
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("\"BuildInProgress\"", second.Error, StringComparison.Ordinal);
        Assert.Contains("'live'", second.Error, StringComparison.Ordinal);

        Assert.Equal("running", (await folder.RunAsync("stop", "live", "--dry-run")).Json.GetProperty("before").GetString());
        Assert.False(process.HasExited);
        var stopped = await folder.RunAsync("stop", "live", "--reason", "not today");
        Assert.Equal(("asked", 0), (stopped.Json.GetProperty("outcome").GetString(), stopped.ExitCode));
        var ended = await ShardyProcess.FinishAsync(process);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("\"BuildStopped\"", ended.Error, StringComparison.Ordinal);

        run = (await folder.RunAsync("runs", "--limit", "1")).Json.GetProperty("runs")[0];
        Assert.Equal(("live", "failed", "BuildStopped"), (run.GetProperty("run_id").GetString(), run.GetProperty("state").GetString(),
            run.GetProperty("error_type").GetString()));
        Assert.Contains("not today", run.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal("first 1", (await folder.RunAsync("get", "1")).Json.GetProperty("value").GetString());
    }

    [Fact]
    public async Task Stop_UnknownRun_IsAnError()
    {
        await folder.PublishAsync("one", "first");
        var result = await folder.RunAsync("stop", "nobody");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("\"RunNotFound\"", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_KilledBuild_GoesOnUnderItsName()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Kills a process and goes on at once; Windows keeps its files for a while.");
        using var process = ShardyProcess.Start(null, "write", "-", "--format", "csv", "--key", "id", "--shards", "2", "--run-id", "killed",
            "--prefix", folder.Prefix);
        await process.StandardInput.WriteAsync("id,v\n1,a\n");
        await process.StandardInput.FlushAsync(Token);
        while (!folder.Files("run.yaml").Any()) await Task.Delay(10, Token);
        process.Kill();
        await process.WaitForExitAsync(Token);
        // Its lease holds for minutes; someone who knows that it is dead need not wait.
        Assert.Equal("markedfailed", (await folder.RunAsync("stop", "killed", "--declare-dead")).Json.GetProperty("outcome").GetString());

        var result = await folder.RunAsync("write", folder.Write("a.csv", "id,v\n1,a\n2,b\n"), "--key", "id", "--value", "v", "--shards",
            "2", "--resume-run-id", "killed");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(("killed", 0), (result.Json.GetProperty("run_id").GetString(), result.Json.GetProperty("kept_shards").GetInt32()));
        Assert.Equal("b", (await folder.RunAsync("get", "2")).Json.GetProperty("value").GetString());
    }
}
