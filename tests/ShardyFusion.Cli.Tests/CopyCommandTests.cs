namespace ShardyFusion.Cli.Tests;

/// <summary>shardy copy: as it is, and with another number of shards.</summary>
public sealed class CopyCommandTests : IDisposable
{
    readonly SnapshotFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Copy_ThenReshard_HoldTheSameRows()
    {
        await folder.PublishAsync("one", "first");
        var target = Path.Combine(folder.Root, "copy");
        var copied = await folder.RunAsync("copy", target, "--publish");
        Assert.True(copied.ExitCode == 0, copied.ToString());
        Assert.Equal((4, 100, "CURRENT"), (copied.Json.GetProperty("shards_copied").GetInt32(), copied.Json.GetProperty("row_count")
            .GetInt32(), copied.Json.GetProperty("pointer").GetString()));
        Assert.Equal(4, (await folder.RunAsync("copy", target)).Json.GetProperty("shards_skipped").GetInt32());

        var resharded = await folder.RunAsync("copy", folder.Prefix, "--shards", "3", "--publish");
        Assert.True(resharded.ExitCode == 0, resharded.ToString());
        Assert.Equal(3, (await folder.RunAsync("info")).Json.GetProperty("num_dbs").GetInt32());
        Assert.True((await folder.RunAsync("compare", "--reference-prefix", target)).Json.GetProperty("rows_equal").GetBoolean());
        Assert.Equal(2, (await folder.RunAsync("copy", folder.Prefix)).ExitCode);
    }
}
