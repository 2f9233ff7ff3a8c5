namespace ShardyFusion.Cli.Tests;

/// <summary>shardy warm: ready before the first key, with a build on the way when there is nothing yet.</summary>
public sealed class WarmCommandTests : IDisposable
{
    readonly SnapshotFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Warm_NoSnapshotAndInput_BuildsOnce()
    {
        var rows = folder.Write("rows.csv", "id,v\n1,a\n2,b\n");
        string[] warm = ["warm", rows, "--key", "id", "--shards", "2", "--key-encoding", "u64be", "--level", "full", "--run-id", "first"];
        var built = await folder.RunAsync(warm);
        Assert.True(built.ExitCode == 0, built.ToString());
        Assert.Equal(("first", "first"), (built.Json.GetProperty("built_run_id").GetString(), built.Json.GetProperty("run_id")
            .GetString()));
        Assert.Equal(0, (await folder.RunAsync("get", "2")).ExitCode);
        File.Delete(rows);
        var again = await folder.RunAsync(warm);
        Assert.True(again.ExitCode == 0, again.ToString());
        Assert.Null(again.Json.GetProperty("built_run_id").GetString());
    }

    [Fact]
    public async Task Warm_BuildFails_ItsErrorAndNoSnapshot()
    {
        var rows = folder.Write("rows.csv", "id,v\n1,a\n1,b\n");
        var failed = await folder.RunAsync("warm", rows, "--key", "id", "--shards", "1", "--duplicate-key", "fail");
        Assert.Equal(1, failed.ExitCode);
        var write = await folder.RunAsync("write", rows, "--key", "id", "--shards", "1", "--duplicate-key", "fail");
        Assert.Equal(write.ErrorJson.GetProperty("error_id").GetString(), failed.ErrorJson.GetProperty("error_id").GetString());
        Assert.Equal("NoSnapshot", (await folder.RunAsync("warm")).ErrorJson.GetProperty("error_id").GetString());
    }

    [Fact]
    public async Task Warm_ShardMissing_IsAnError()
    {
        await folder.PublishAsync("one", "first");
        Assert.Equal(0, (await folder.RunAsync("warm")).ExitCode);
        File.Delete(folder.Files("*.sst").First());
        var result = await folder.RunAsync("warm");
        Assert.Equal((1, "SnapshotIncomplete"), (result.ExitCode, result.ErrorJson.GetProperty("error_id").GetString()));
    }

    [Fact]
    public async Task Warm_OfAnotherSnapshot_TakesTheSelectorsOfTheOtherCommands()
    {
        await folder.PublishAsync("one", "first");
        await folder.PublishAsync("two", "second");
        await folder.RunAsync("tag", "good", "--run-id", "one");
        foreach (var selector in new string[][] { ["--offset", "1"], ["--run-id", "one"], ["--tag", "good"] })
        {
            var result = await folder.RunAsync(["warm", .. selector]);
            Assert.True(result.ExitCode == 0, result.ToString());
            Assert.Equal("one", result.Json.GetProperty("run_id").GetString());
        }
        Assert.Equal(2, (await folder.RunAsync("warm", "--offset", "1", "--tag", "good")).ExitCode);
    }

    [Fact]
    public async Task Warm_InputWithoutKey_IsUsageError() =>
        Assert.Equal(2, (await folder.RunAsync("warm", folder.Write("rows.csv", "id\n1\n"))).ExitCode);
}
