using System.Text.Json;
using System.Text.RegularExpressions;
using ShardyFusion.Cli.Sessions;
using ShardyFusion.Cli.Tests.Cases;

namespace ShardyFusion.Cli.Tests;

/// <summary>Command lines, scripts and sessions of the guides, run as they stand.</summary>
public sealed class GuideExampleTests : IDisposable
{
    readonly SnapshotFolder folder = new();

    public void Dispose() => folder.Dispose();

    static string Block(string guide, string language, string heading)
    {
        var text = File.ReadAllText(Path.Combine(CaseFolder.RepositoryRoot(), "docs", "guide", guide)).ReplaceLineEndings("\n");
        return Regex.Match(text[text.IndexOf(heading, StringComparison.Ordinal)..], $"```{language}\n(.*?)```", RegexOptions.Singleline)
            .Groups[1].Value;
    }

    string InPlace(string word) => word == "./snap" ? folder.Prefix : word == "corrected.csv" ? Path.Combine(folder.Root, word) : word;

    async Task PublishAsync(string runId, Func<int, string> price)
    {
        var path = folder.Write("prices.csv", "id,price\n" + string.Concat(Enumerable.Range(1, 100).Select(i => $"{i},{price(i)}\n")));
        var result = await folder.RunAsync("write", path, "--key", "id", "--key-encoding", "u64be", "--value", "price", "--shards", "4",
            "--run-id", runId);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    [Fact]
    public async Task Incident_CommandLines_LeadToARepairedSnapshot()
    {
        static string Price(int id) => id == 42 ? "4.20" : $"{id}.00";
        await PublishAsync("good", Price);
        await PublishAsync("bad", _ => "0");
        folder.Write("corrected.csv", "id,price\n" + string.Concat(Enumerable.Range(1, 100).Select(i => $"{i},{Price(i)}\n")));
        var lines = Block("incident.md", "console", "## The same with the command line").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 5, 8);
        var answers = new Dictionary<string, JsonElement>();
        foreach (var line in lines)
        {
            Assert.Null(LineWords.Split(line, out var words));
            Assert.Equal("shardy", words[0]);
            var result = await ShardyProcess.RunAsync([.. words.Skip(1).Select(InPlace)]);
            Assert.True(result.ExitCode == 0 && result.Error.Length == 0, result.ToString());
            answers[words[1]] = result.Json;
        }
        Assert.Equal("good", answers["rollback"].GetProperty("to").GetString());
        Assert.Equal("bad", answers["rollback"].GetProperty("blocked_run_id").GetString());
        Assert.Equal("4.20", answers["get"].GetProperty("value").GetString());
        Assert.True(answers["write"].GetProperty("published").GetBoolean());
        Assert.Equal("healthy", answers["health"].GetProperty("status").GetString());
    }

    [Fact]
    public async Task Exec_ScriptOfTheGuide_Runs()
    {
        await folder.PublishAsync("one", "first");
        await folder.PublishAsync("two", "second");
        var script = folder.Write("script.yaml", Block("shardy.md", "yaml", "## exec"));
        var result = await folder.RunAsync("exec", "--script", script);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(["info", "get", "multiget", "route", "health", "history", "use", "refresh", "shards"],
            result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("op").GetString()));
    }

    [Fact]
    public async Task Shell_LinesOfTheGuide_Run()
    {
        await folder.PublishAsync("nightly-1", "first");
        await folder.PublishAsync("nightly-2", "second");
        var lines = Regex.Matches(Block("shardy.md", "console", "## shell"), "> (.*)").Select(line => line.Groups[1].Value).ToList();
        Assert.Equal(5, lines.Count);
        var result = await ShardyProcess.RunWithAsync(string.Join('\n', lines), null, "shell", "--prefix", folder.Prefix);
        Assert.True(result.ExitCode == 0 && result.Error.Length == 0, result.ToString());
        Assert.Equal(["second 42", null, "first 42", null], result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement.TryGetProperty("value", out var value) ? value.GetString() : null));
    }
}
