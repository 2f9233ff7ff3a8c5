namespace ShardyFusion.Cli.Tests;

/// <summary>Checks before a publish, and reads after it, from the command line.</summary>
public sealed class GuardCommandTests : IAsyncLifetime
{
    readonly SnapshotFolder folder = new();

    public async ValueTask InitializeAsync() => await folder.PublishAsync("one", "first");

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    async Task<ShardyProcess.Result> WriteAsync(string runId, int rows, params string[] options)
    {
        var path = folder.Write($"{runId}.csv", "id,v\n" + string.Concat(Enumerable.Range(1, rows).Select(i => $"{i},second {i}\n")));
        return await folder.RunAsync(["write", path, "--key", "id", "--value", "v", "--shards", "2", "--key-encoding", "u64be", "--run-id",
            runId, .. options]);
    }

    async Task<string?> CurrentAsync() => (await folder.RunAsync("info")).Json.GetProperty("run_id").GetString();

    [Theory]
    [InlineData("--max-drop", "10%")]
    [InlineData("--max-drop", "5")]
    [InlineData("--min-rows", "100")]
    [InlineData("--canary", "7=first 7")]
    [InlineData("--max-value-size", "3")]
    [InlineData("--max-skew", "1")]
    [InlineData("--max-key-range-change", "1%")]
    public async Task Write_CheckFails_ExitsWithOneAndStaysStaged(string option, string value)
    {
        var result = await WriteAsync("two", 51, option, value);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("\"GuardFailed\"", result.Error, StringComparison.Ordinal);
        Assert.Equal("one", await CurrentAsync());
        var newest = (await folder.RunAsync("history")).Json.GetProperty("manifests")[0];
        Assert.Equal("two", newest.GetProperty("run_id").GetString());
        Assert.False(newest.GetProperty("guards")[0].GetProperty("passed").GetBoolean());
    }

    [Fact]
    public async Task Write_Forced_IsCurrentAndHistoryTellsWhy()
    {
        var result = await WriteAsync("two", 50, "--max-drop", "10%", "--publish-failed-checks", "--reason", "half of them moved");
        Assert.Equal(0, result.ExitCode);
        Assert.False(result.Json.GetProperty("guards")[0].GetProperty("passed").GetBoolean());
        var newest = (await folder.RunAsync("history")).Json.GetProperty("manifests")[0];
        Assert.Equal("half of them moved", newest.GetProperty("forced").GetProperty("reason").GetString());
        Assert.Contains("[forced by", (await folder.RunAsync("history", "--output", "table")).Out.ReplaceLineEndings(" "),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_ProbeFails_MovesThePointerBack()
    {
        var result = await WriteAsync("two", 50, "--probe-key", "7", "--probe-key", "5000");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("\"ProbeFailed\"", result.Error, StringComparison.Ordinal);
        Assert.Equal("one", await CurrentAsync());
    }

    [Fact]
    public async Task Write_ToAnotherPointer_IsReadThroughIt()
    {
        Assert.Equal("CANARY", (await WriteAsync("two", 50, "--pointer", "CANARY", "--canary", "7=second 7", "--probe-key",
            "8")).Json.GetProperty("pointer").GetString());
        Assert.Equal("first 7", (await folder.RunAsync("get", "7")).Json.GetProperty("value").GetString());
        Assert.Equal("second 7", (await folder.RunAsync("get", "7", "--from-pointer", "CANARY")).Json.GetProperty("value").GetString());
        Assert.Equal("two", (await folder.RunAsync("rollback", "--from-pointer", "CANARY")).Json.GetProperty("to").GetString());
        Assert.Equal("two", await CurrentAsync());
    }

    [Theory]
    [InlineData("--max-drop", "lots")]
    [InlineData("--canary", "seven")]
    [InlineData("--pointer", "canary")]
    [InlineData("--max-skew", "0.5")]
    public async Task Write_RuleThatIsNone_IsAUsageError(string option, string value) =>
        Assert.Equal(2, (await WriteAsync("two", 50, option, value)).ExitCode);

    [Fact]
    public async Task Write_ForceWithoutAReason_IsAUsageError() =>
        Assert.Equal(2, (await WriteAsync("two", 50, "--publish-failed-checks")).ExitCode);
}
