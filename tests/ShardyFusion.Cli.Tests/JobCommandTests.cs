using System.Security.Cryptography;

namespace ShardyFusion.Cli.Tests;

/// <summary>Jobs as a shell runs them: each task a process of its own.</summary>
public sealed class JobCommandTests : IDisposable
{
    readonly SnapshotFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    string Rows(int count = 20_000) => folder.Write("rows.csv", "id,v\n" + string.Concat(Enumerable.Range(0, count).Select(i =>
        $"{i},\"v\n{i}\"\n")));

    async Task<string> PlanAsync(params string[] more)
    {
        var plan = await folder.RunAsync(["job", "plan", "--key", "id", "--key-encoding", "u64be", "--shards", "4", .. more]);
        Assert.True(plan.ExitCode == 0, plan.ToString());
        return plan.Json.GetProperty("job_id").GetString()!;
    }

    async Task RunAllAsync(params string[][] tasks)
    {
        foreach (var task in tasks)
        {
            var result = await folder.RunAsync(["job", .. task]);
            Assert.True(result.ExitCode == 0, result.ToString());
        }
    }

    string[] Hashes(string runId) => [.. folder.Files("shard.sst").Where(path => path.Contains($"run_id={runId}", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal).Select(path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))))];

    [Fact]
    public async Task Job_FromPlanToComplete_MakesTheShardsOfALocalBuild()
    {
        var job = await PlanAsync(Rows(), "--maps", "3", "-m", "from many");
        await RunAllAsync(["map", job, "2"], ["map", job[..8], "0"]);
        var early = await folder.RunAsync("job", "reduce", job, "0-3");
        Assert.Equal(1, early.ExitCode);
        Assert.Contains("1 maps have no result yet: 1.", early.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
        await RunAllAsync(["map", job, "1"], ["reduce", job, "0,2-3"]);
        var status = (await folder.RunAsync("job", "status", job)).Json;
        Assert.Equal(1, status.GetProperty("missing_reduces")[0].GetInt32());
        Assert.Equal("Reduce these shards: 1.", status.GetProperty("next").GetString());
        await RunAllAsync(["reduce", job, "0-3"]);
        var done = await folder.RunAsync("job", "complete", job);
        Assert.Equal(("job complete", 20_000), (done.Json.GetProperty("op").GetString(), done.Json.GetProperty("rows_written").GetInt32()));
        Assert.Equal("v\n777", (await folder.RunAsync("get", "777")).Json.GetProperty("value").GetProperty("v").GetString());
        Assert.True((await folder.RunAsync("job", "complete", job)).Json.GetProperty("already_done").GetBoolean());

        var local = await folder.RunAsync("write", Path.Combine(folder.Root, "rows.csv"), "--key", "id", "--key-encoding", "u64be",
            "--shards", "4",
            "--run-id", "local");
        Assert.True(local.ExitCode == 0, local.ToString());
        Assert.Equal(Hashes("local"), Hashes(job));
    }

    [Fact]
    public async Task Job_OfRowsOnStandardInput_KilledAndRepeated()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Kills a process and goes on at once; Windows keeps its files for a while.");
        var job = await PlanAsync("--rows-from", "engine", "--format", "jsonl");
        using (var killed = ShardyProcess.Start(null, "job", "map", job, "0", "--prefix", folder.Prefix))
        {
            await killed.StandardInput.WriteAsync("{\"id\":1,\"v\":\"half\"}\n");
            await killed.StandardInput.FlushAsync(Token);
            await Task.Delay(50, Token);
            killed.Kill();
        }
        foreach (var map in new[] { "0", "1", "0" })
        {
            var rows = string.Concat(Enumerable.Range(0, 500).Select(i => $"{{\"id\":{i + 500 * (map == "1" ? 1 : 0)},\"v\":\"v{i}\"}}\n"));
            var result = await ShardyProcess.RunWithAsync(rows, null, "job", "map", job, map, "--prefix", folder.Prefix);
            Assert.True(result.ExitCode == 0, result.ToString());
        }
        await RunAllAsync(["seal", job, "--maps", "2", "--rows", "1000"], ["reduce", job, "0-3"], ["complete", job]);
        Assert.Equal(1000, (await folder.RunAsync("info")).Json.GetProperty("row_count").GetInt32());
    }

    [Fact]
    public async Task Job_OfRowsThatAreShuffled_RefusesARowOfAnotherShard()
    {
        var job = await PlanAsync("--rows-from", "shuffled", "--format", "csv");
        var home = (await folder.RunAsync("job", "status", job)).Json.GetProperty("reduces").GetInt32();
        Assert.Equal(4, home);
        var all = string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},v\n"));
        var wrong = await ShardyProcess.RunWithAsync("id,v\n" + all, null, "job", "shard", job, "0-2", "--prefix", folder.Prefix);
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("belongs to shard 3, not to 0-2", wrong.Error, StringComparison.Ordinal);
        var right = await ShardyProcess.RunWithAsync("id,v\n" + all, null, "job", "shard", job, "0-3", "--prefix", folder.Prefix);
        Assert.True(right.ExitCode == 0, right.ToString());
        await RunAllAsync(["complete", job]);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("3-1")]
    [InlineData("0-99999")]
    public async Task Job_ShardsThatAreNone_IsWrongUse(string shards)
    {
        var result = await folder.RunAsync("job", "reduce", "job1", shards);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("is neither a shard nor a range of shards", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_UnknownOne_IsAnError()
    {
        await folder.PublishAsync("one", "first");
        var result = await folder.RunAsync("job", "status", "nobody");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("\"RunNotFound\"", result.Error, StringComparison.Ordinal);
    }
}
