namespace ShardyFusion.Cli.Tests;

public sealed class RollbackCommandTests : IAsyncLifetime
{
    readonly SnapshotFolder folder = new();

    public async ValueTask InitializeAsync()
    {
        await folder.PublishAsync("one", "first");
        await folder.PublishAsync("two", "second");
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    async Task<string?> CurrentAsync() => (await folder.RunAsync("info")).Json.GetProperty("run_id").GetString();

    [Theory]
    [InlineData("--offset", "1")]
    [InlineData("--run-id", "one")]
    public async Task Rollback_ToTheOneBefore_MovesThePointer(string option, string value)
    {
        var result = await folder.RunAsync("rollback", option, value);
        Assert.Equal(0, result.ExitCode);
        Assert.True(result.Json.GetProperty("changed").GetBoolean());
        Assert.Equal("two", result.Json.GetProperty("from").GetString());
        Assert.Equal("one", result.Json.GetProperty("to").GetString());
        Assert.Equal("one", await CurrentAsync());
        Assert.Equal("first 7", (await folder.RunAsync("get", "7")).Json.GetProperty("value").GetString());
    }

    [Fact]
    public async Task Rollback_TwiceAfterTwoBadVersions_PassesOverTheFirstAndWarnsWhereItIsNamed()
    {
        Assert.Equal(0, (await folder.RunAsync("rollback", "--offset", "1", "--reason", "two is bad")).ExitCode);
        await folder.PublishAsync("three", "third");
        Assert.Contains("rolled-back", (await folder.RunAsync("history", "--output", "text")).Out, StringComparison.Ordinal);
        var named = await folder.RunAsync("rollback", "--run-id", "two", "--dry-run");
        Assert.Contains("Warning: Run 'two' was rolled back from", named.Error, StringComparison.Ordinal);
        Assert.Contains("two is bad", named.Json.GetProperty("warning").GetString(), StringComparison.Ordinal);
        var again = await folder.RunAsync("rollback", "--offset", "1", "--block", "--reason", "three is bad, too");
        Assert.Equal(("one", "three"), (again.Json.GetProperty("to").GetString(), again.Json.GetProperty("blocked_run_id").GetString()));
        Assert.Equal(string.Empty, again.Error);
        Assert.Equal(1, (await folder.RunAsync("rollback", "--run-id", "three")).ExitCode);
        Assert.Equal("one", await CurrentAsync());
    }

    [Fact]
    public async Task Rollback_DryRun_ChangesNothing()
    {
        var result = await folder.RunAsync("rollback", "--offset", "1", "--dry-run");
        Assert.Equal(0, result.ExitCode);
        Assert.False(result.Json.GetProperty("changed").GetBoolean());
        Assert.Equal("two", await CurrentAsync());
    }

    [Fact]
    public async Task Rollback_ToTheCurrentOne_SaysThatNothingChanged()
    {
        var result = await folder.RunAsync("rollback", "--run-id", "two", "--output", "text");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("already current", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rollback_TextMode_PrintsTheRef()
    {
        var result = await folder.RunAsync("rollback", "--offset", "1", "--output", "text");
        Assert.Matches("^Rolled back _CURRENT to: file://.*run_id=one/manifest\n$", result.Out);
    }

    [Theory]
    [InlineData("--run-id", "nobody")]
    [InlineData("--offset", "9")]
    [InlineData("--ref", "manifests/2026-01-01T00:00:00.000000Z_run_id=nobody/manifest")]
    public async Task Rollback_ToNobody_IsAnError(string option, string value)
    {
        var result = await folder.RunAsync("rollback", option, value);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("SnapshotNotFound", result.ErrorJson.GetProperty("error_id").GetString());
        Assert.Equal("two", await CurrentAsync());
    }

    [Fact]
    public async Task Rollback_ToOneWhoseShardsAreGone_IsAnError()
    {
        foreach (var shard in folder.Files("*.sst").Where(f => f.Contains("run_id=one", StringComparison.Ordinal)).Take(1))
            File.Delete(shard);
        var result = await folder.RunAsync("rollback", "--offset", "1");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("SnapshotIncomplete", result.ErrorJson.GetProperty("error_id").GetString());
        Assert.Equal("two", await CurrentAsync());
    }
}
