using System.Text.Json;

namespace ShardyFusion.Cli.Tests.Sessions;

/// <summary>Sessions whose lines come from standard input.</summary>
public sealed class ShellTests : IAsyncLifetime
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

    async Task<(ShardyProcess.Result Result, JsonElement[] Answers)> RunAsync(string lines, params string[] args)
    {
        var result = await ShardyProcess.RunWithAsync(lines, null, [.. args, "shell", "--prefix", folder.Prefix]);
        return (result,
            [.. result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)]);
    }

    [Fact]
    public async Task Lines_OfEveryKind_AreAnsweredInTheirOrder()
    {
        var (result, answers) = await RunAsync(
            "shardy get 42\n\n# a comment\nmultiget 1 'x' 2\nroute 42\ninfo\nshards\nhistory\nhealth\nrefresh\nquit\nget 1\n");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(["get", "multiget", "route", "info", "shards", "history", "health"],
            answers.Take(7).Select(answer => answer.GetProperty("op").GetString()));
        Assert.Equal("second 42", answers[0].GetProperty("value").GetString());
        Assert.Equal("refresh", answers[^1].GetProperty("op").GetString());
        Assert.Equal("x", result.ErrorJson.GetProperty("key").GetString());
    }

    [Fact]
    public async Task Use_AnotherSnapshot_IsWhatLinesMeanUntilLatest()
    {
        var (result, answers) = await RunAsync(
            "use --offset 1\nget 42\ninfo\ntag kept\nget 42 --offset 0\nrefresh\nuse --run-id nobody\nget 42\nuse --latest\nget 42\n");
        Assert.Equal("one", answers[0].GetProperty("run_id").GetString());
        Assert.Equal("first 42", answers[1].GetProperty("value").GetString());
        Assert.Equal("one", answers[2].GetProperty("run_id").GetString());
        Assert.Equal("one", answers[3].GetProperty("run_id").GetString());
        Assert.Equal("second 42", answers[4].GetProperty("value").GetString());
        Assert.False(answers[5].GetProperty("changed").GetBoolean());
        Assert.Contains("nobody", result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal("first 42", answers[6].GetProperty("value").GetString());
        Assert.Equal("second 42", answers[8].GetProperty("value").GetString());
    }

    [Fact]
    public async Task Rollback_InASession_IsReadAtOnce()
    {
        var (result, answers) = await RunAsync("get 42\nrollback --offset 1\nget 42\nundo\nget 42\n");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["second 42", "first 42", "second 42"],
            answers.Where(answer => answer.GetProperty("op").GetString() == "get")
                .Select(answer => answer.GetProperty("value").GetString()));
    }

    [Fact]
    public async Task Publish_ByAnother_IsReadAfterARefresh()
    {
        using var process = ShardyProcess.Start(null, "shell", "--prefix", folder.Prefix);
        async Task<string?> AskAsync(string line, string field)
        {
            await process.StandardInput.WriteLineAsync(line);
            await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
            var answer = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            return JsonDocument.Parse(answer!).RootElement.GetProperty(field).ToString();
        }

        Assert.Equal("second 42", await AskAsync("get 42", "value"));
        await folder.PublishAsync("three", "third");
        // The reader is warm: it has not looked at the pointer again.
        Assert.Equal("second 42", await AskAsync("get 42", "value"));
        Assert.Equal("True", await AskAsync("refresh", "changed"));
        Assert.Equal("third 42", await AskAsync("get 42", "value"));
        process.StandardInput.Close();
        Assert.Equal(0, (await ShardyProcess.FinishAsync(process)).ExitCode);
    }

    [Fact]
    public async Task Session_StartedOnAnOlderSnapshot_ReadsIt()
    {
        var (result, answers) = await RunAsync("get 42\n", "--offset", "1");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("first 42", answers[0].GetProperty("value").GetString());
    }

    [Theory]
    [InlineData("frob 1", "frob")]
    [InlineData("get 'open", "column 5")]
    [InlineData("shell", "shell")]
    public async Task Line_ThatCannotBeUnderstood_IsReportedAndTheNextOneRuns(string line, string named)
    {
        var (result, answers) = await RunAsync($"{line}\nget 1\n");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("Usage", result.ErrorJson.GetProperty("error_id").GetString());
        Assert.Contains(named, result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal("second 1", Assert.Single(answers).GetProperty("value").GetString());
    }

    [Fact]
    public async Task Shardy_AloneWithoutATerminal_NamesTheShell()
    {
        var result = await ShardyProcess.RunAsync("--prefix", folder.Prefix);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("'shell' reads commands", result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
    }
}
