using System.Text.Json;

namespace ShardyFusion.Cli.Tests.Sessions;

public sealed class ExecCommandTests(PublishedFolder published) : IClassFixture<PublishedFolder>
{
    readonly SnapshotFolder folder = published.Folder;

    async Task<(int ExitCode, JsonElement[] Lines)> ExecAsync(string script, params string[] more)
    {
        var output = Path.Combine(folder.Root, $"{Guid.NewGuid():N}.jsonl");
        var path = folder.Write($"{Guid.NewGuid():N}.yaml", script);
        var result = await folder.RunAsync([.. more, "exec", "--script", path, "--output", output]);
        Assert.True(result.Out.Length == 0 && result.Error.Length == 0, result.ToString());
        return (result.ExitCode, [.. File.ReadLines(output).Select(line => JsonDocument.Parse(line).RootElement)]);
    }

    /// <summary>The script of the original's golden output, with its faults.</summary>
    [Fact]
    public async Task Script_ThatContinues_GivesALineForEachCommand()
    {
        var (exitCode, lines) = await ExecAsync(
            """
            on_error: continue
            commands:
            - op: info
            - {op: get, key: 1}
            - {op: get, key: 5000}
            - {op: multiget, keys: [1, x, 5000]}
            - {op: route, key: 1}
            - {op: shards}
            - {op: refresh}
            - {op: health, staleness_threshold: 0}
            - {op: history, limit: 1}
            - {op: get}
            - {op: nope}
            - 5
            - {op: get, key: abc}
            - {op: get, key: 1, colour: red}
            """);
        Assert.Equal(1, exitCode);
        Assert.Equal(["info", "get", "get", "multiget", "route", "shards", "refresh", "health", "history", "get", "nope", "unknown", "get",
            "get"],
            lines.Select(line => line.GetProperty("op").GetString()));
        Assert.Equal([false, false, false, false, false, false, false, false, false, true, true, true, true, true],
            lines.Select(line => line.TryGetProperty("error", out _)));
        Assert.Equal("second 1", lines[1].GetProperty("value").GetString());
        Assert.Contains("decimal", lines[3].GetProperty("results")[1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal("degraded", lines[7].GetProperty("status").GetString());
        Assert.Contains("--colour", lines[13].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Script_ThatStops_EndsWithTheFirstError()
    {
        var (exitCode, lines) = await ExecAsync("commands:\n- {op: nope}\n- {op: get, key: 1}\n");
        Assert.Equal(1, exitCode);
        Assert.Equal("nope", Assert.Single(lines).GetProperty("op").GetString());
    }

    [Fact]
    public async Task Script_WithoutAnError_ExitsWithZero()
    {
        var (exitCode, lines) = await ExecAsync(
            "commands:\n- {op: use, run_id: one}\n- {op: get, key: 7}\n- {op: health, staleness_threshold: 0}\n");
        Assert.Equal(0, exitCode);
        Assert.Equal("first 7", lines[1].GetProperty("value").GetString());
    }

    [Fact]
    public async Task Script_OfAnOlderSnapshot_ReadsIt()
    {
        var (exitCode, lines) = await ExecAsync("commands:\n- {op: get, key: 7, strict: true}\n", "--offset", "1");
        Assert.Equal((0, "first 7"), (exitCode, lines[0].GetProperty("value").GetString()));
    }

    [Theory]
    [InlineData("commands: {}", "commands")]
    [InlineData("on_error: perhaps\ncommands: [{op: info}]", "on_error")]
    [InlineData("on_eror: stop\ncommands: [{op: info}]", "on_eror")]
    [InlineData("commands: [}", "line 1")]
    [InlineData("commands: [", "commands")]
    public async Task Script_ThatIsNone_IsWrongUseAndNamesTheFault(string script, string named)
    {
        var path = folder.Write($"{Guid.NewGuid():N}.yaml", script);
        var result = await folder.RunAsync("exec", "--script", path);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(named, result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains(path, result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{op: rollback, offset: 1}")]
    [InlineData("{op: get, key: 1, output: json}")]
    [InlineData("{op: get, key: null}")]
    [InlineData("{op: get, key: [1, 2]}")]
    public async Task Command_ThatAScriptMayNotHold_IsAnErrorInItsPlace(string command)
    {
        var (exitCode, lines) = await ExecAsync($"commands:\n- {command}\n");
        Assert.Equal((1, "Usage"), (exitCode, Assert.Single(lines).GetProperty("error_id").GetString()));
    }
}
