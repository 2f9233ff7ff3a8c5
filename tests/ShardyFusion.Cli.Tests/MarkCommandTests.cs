namespace ShardyFusion.Cli.Tests;

/// <summary>Tags, blocks, undo, events and freeze from the command line.</summary>
public sealed class MarkCommandTests : IDisposable
{
    readonly SnapshotFolder folder = new();

    public void Dispose() => folder.Dispose();

    async Task<string?> CurrentAsync() => (await folder.RunAsync("info")).Json.GetProperty("run_id").GetString();

    [Fact]
    public async Task Tag_ThenReadByIt_FindsTheOlderSnapshot()
    {
        await folder.PublishAsync("one", "first");
        await folder.PublishAsync("two", "second");
        Assert.Equal("one", (await folder.RunAsync("tag", "gold", "--run-id", "one", "--expires-in", "3600", "--note", "n")).Json.GetProperty("run_id").GetString());
        Assert.Equal("first 7", (await folder.RunAsync("get", "7", "--tag", "gold")).Json.GetProperty("value").GetString());
        Assert.Equal("gold", (await folder.RunAsync("tags")).Json.GetProperty("tags")[0].GetProperty("tag").GetString());
        var taken = await folder.RunAsync("tag", "gold");
        Assert.Equal(1, taken.ExitCode);
        Assert.Contains("\"TagExists\"", taken.Error, StringComparison.Ordinal);
        Assert.True((await folder.RunAsync("untag", "gold")).Json.GetProperty("removed").GetBoolean());
        Assert.Equal(1, (await folder.RunAsync("get", "7", "--tag", "gold")).ExitCode);
    }

    [Fact]
    public async Task Block_ThenRollback_IsRefusedAndLeavesAnEvent()
    {
        await folder.PublishAsync("one", "first");
        await folder.PublishAsync("two", "second");
        await folder.RunAsync("block", "--run-id", "one", "--reason", "bad");
        Assert.Equal("bad", (await folder.RunAsync("rollback", "--run-id", "one", "--dry-run")).Json.GetProperty("block_reason").GetString());
        var refused = await folder.RunAsync("rollback", "--run-id", "one", "--yes");
        Assert.Contains("\"SnapshotBlocked\"", refused.Error, StringComparison.Ordinal);
        Assert.Equal("two", await CurrentAsync());
        var last = (await folder.RunAsync("events", "--limit", "1")).Json.GetProperty("events")[0];
        Assert.Equal(("refused", "SnapshotBlocked"), (last.GetProperty("outcome").GetString(), last.GetProperty("error_id").GetString()));
        Assert.Equal(0, (await folder.RunAsync("rollback", "--run-id", "one", "--yes", "--force", "--reason", "still better")).ExitCode);
        Assert.Equal("one", await CurrentAsync());
    }

    [Fact]
    public async Task Undo_AfterRollback_MovesBackAndDryRunDoesNot()
    {
        await folder.PublishAsync("one", "first");
        await folder.PublishAsync("two", "second");
        await folder.RunAsync("rollback", "--offset", "1", "--yes");
        Assert.Equal("two", (await folder.RunAsync("undo", "--dry-run")).Json.GetProperty("to").GetString());
        Assert.Equal("one", await CurrentAsync());
        Assert.Equal(0, (await folder.RunAsync("undo", "--yes")).ExitCode);
        Assert.Equal("two", await CurrentAsync());
    }

    [Fact]
    public async Task Freeze_UntilUnfreeze_RefusesARollback()
    {
        await folder.PublishAsync("one", "first");
        await folder.PublishAsync("two", "second");
        await folder.RunAsync("freeze", "--reason", "audit");
        var frozen = (await folder.RunAsync("freeze")).Json;
        Assert.Equal((true, "audit"), (frozen.GetProperty("frozen").GetBoolean(), frozen.GetProperty("reason").GetString()));
        Assert.Contains("\"PublishingFrozen\"", (await folder.RunAsync("rollback", "--offset", "1", "--yes")).Error, StringComparison.Ordinal);
        await folder.RunAsync("unfreeze");
        Assert.Equal(0, (await folder.RunAsync("rollback", "--offset", "1", "--yes")).ExitCode);
    }
}
