namespace ShardyFusion.Cli.Tests;

/// <summary>Staged snapshots, published later.</summary>
public sealed class PublishCommandTests : IAsyncLifetime
{
    readonly SnapshotFolder folder = new();

    public async ValueTask InitializeAsync()
    {
        await folder.PublishAsync("one", "first");
        var path = folder.Write("staged.csv", "id,v\n" + string.Concat(Enumerable.Range(1, 50).Select(i => $"{i},second {i}\n")));
        var result = await folder.RunAsync("write", path, "--key", "id", "--value", "v", "--shards", "2", "--key-encoding", "u64be",
            "--run-id", "staged", "--no-publish");
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    async Task<string?> CurrentAsync() => (await folder.RunAsync("info")).Json.GetProperty("run_id").GetString();

    [Fact]
    public async Task Publish_StagedSnapshot_IsCurrent()
    {
        Assert.False((await folder.RunAsync("publish", "--run-id", "staged", "--dry-run")).Json.GetProperty("changed").GetBoolean());
        Assert.Equal("one", await CurrentAsync());
        var result = await folder.RunAsync("publish", "--run-id", "staged", "--probe-key", "7");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(("one", true), (result.Json.GetProperty("from").GetString(), result.Json.GetProperty("changed").GetBoolean()));
        Assert.Equal("staged", await CurrentAsync());
    }

    [Fact]
    public async Task Publish_ThroughACanary_MovesOneAfterTheOther()
    {
        Assert.Equal(0, (await folder.RunAsync("publish", "--run-id", "staged", "--pointer", "CANARY")).ExitCode);
        Assert.Equal("one", await CurrentAsync());
        Assert.Equal("second 7", (await folder.RunAsync("get", "7", "--from-pointer", "CANARY")).Json.GetProperty("value").GetString());
        Assert.Equal(0, (await folder.RunAsync("publish", "--from-pointer", "CANARY")).ExitCode);
        Assert.Equal("staged", await CurrentAsync());
    }

    [Fact]
    public async Task Publish_CheckFails_NeedsForce()
    {
        var refused = await folder.RunAsync("publish", "--run-id", "staged", "--max-drop", "10%");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("\"GuardFailed\"", refused.Error, StringComparison.Ordinal);
        Assert.Equal("one", await CurrentAsync());
        Assert.Equal(0, (await folder.RunAsync("publish", "--run-id", "staged", "--max-drop", "10%", "--publish-failed-checks", "--reason",
            "right")).ExitCode);
        Assert.Equal("staged", await CurrentAsync());
    }

    [Fact]
    public async Task Publish_WithoutASnapshot_IsAUsageError() => Assert.Equal(2, (await folder.RunAsync("publish")).ExitCode);

    [Fact]
    public async Task Publish_ShardFiles_MakesASnapshotOfThem()
    {
        // The files of a staged run, under names of another tool.
        var source = Path.Combine(folder.Prefix, "shards", "run_id=staged");
        var taken = Directory.CreateDirectory(Path.Combine(folder.Root, "taken")).FullName;
        foreach (var (path, number) in Directory.GetFiles(source, "*.sst", SearchOption.AllDirectories)
            .Select((path, number) => (path, number)))
            File.Copy(path, Path.Combine(taken, $"{number:D6}.sst"));
        string[] arguments = ["publish", "--shard-path", taken, "--shards", "2", "--key-encoding", "u64be", "--value-encoding", "utf8",
            "--run-id", "taken"];
        Assert.Equal(0, (await folder.RunAsync([.. arguments, "--dry-run"])).ExitCode);
        Assert.Equal("one", await CurrentAsync());
        var result = await folder.RunAsync(arguments);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(("taken", 50L), (result.Json.GetProperty("run_id").GetString(), result.Json.GetProperty("rows_written").GetInt64()));
        Assert.Equal("second 7", (await folder.RunAsync("get", "7")).Json.GetProperty("value").GetString());

        var misplaced = await folder.RunAsync("publish", "--shard-path", taken, "--shards", "3", "--key-encoding", "u64be");
        Assert.Equal(1, misplaced.ExitCode);
        Assert.Contains("ShardAssignment", misplaced.Error, StringComparison.Ordinal);
        Assert.Contains(".sst', row ", misplaced.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--shard-path", "x")]
    [InlineData("--shard-path", "x", "--shards", "2", "--key-encoding", "u64be", "--offset", "1")]
    [InlineData("--run-id", "staged", "--shards", "2")]
    public async Task Publish_OptionsThatDoNotGoTogether_IsAUsageError(params string[] options) =>
        Assert.Equal(2, (await folder.RunAsync(["publish", .. options])).ExitCode);
}
