using System.Text.RegularExpressions;

namespace ShardyFusion.Cli.Tests;

public class GuideTests
{
    static readonly string Guide = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "guide", "shardy.md"));

    static readonly string[] Commands = ["write", "get", "multiget", "info", "shards", "route", "history", "rollback", "publish", "verify",
        "compare", "key-history", "export", "copy", "undo", "events", "tag", "tags", "untag", "block", "unblock", "freeze", "unfreeze",
        "cleanup", "runs", "stop", "health", "warm", "report", "probe", "measure", "shell", "exec", "schema", "wait", "demo", "job plan",
            "job map", "job seal",
        "job reduce", "job shard", "job complete", "job status", "job resume"];

    [Fact]
    public async Task Guide_EveryCommandAndOption_IsDescribed()
    {
        var options = new HashSet<string>();
        foreach (var command in Commands)
        {
            Assert.Contains(command, Guide, StringComparison.Ordinal);
            foreach (Match option in Regex.Matches((await ShardyProcess.RunAsync([.. command.Split(' '), "--help"])).Out,
                "(?<= |,)--[a-z0-9-]+"))
                options.Add(option.Value);
        }
        Assert.Contains("--max-keys-per-shard", options);
        options.ExceptWith(["--help", "--version"]);
        // Of use within a session alone.
        options.Add("--latest");
        Assert.All(options, o => Assert.Contains($"`{o}`", Guide, StringComparison.Ordinal));
        foreach (Match option in Regex.Matches(Guide, "`(--[a-z0-9-]+)`")) Assert.Contains(option.Groups[1].Value, options);
    }

    [Fact]
    public async Task Guide_FieldsOfEachResult_AreThoseThatAreWritten()
    {
        using var folder = new SnapshotFolder();
        var path = folder.Write("a.csv", "id,v\n1,a\n");
        await AssertFieldsAsync(folder, "write", "write", path, "--key", "id", "--shards", "1");
        await AssertFieldsAsync(folder, "job", "job", "plan", path, "--key", "id", "--shards", "1", "--run-id", "job1");
        await AssertFieldsAsync(folder, "job", "job", "map", "job1", "0");
        await AssertFieldsAsync(folder, "job", "job", "reduce", "job1", "0");
        await AssertFieldsAsync(folder, "job", "job", "complete", "job1");
        await AssertFieldsAsync(folder, "job", "job", "complete", "job1");
        await AssertFieldsAsync(folder, "get", "get", "1");
        await AssertFieldsAsync(folder, "info", "info");
        await AssertFieldsAsync(folder, "shards", "shards");
        await AssertFieldsAsync(folder, "route", "route", "1");
        await AssertFieldsAsync(folder, "history", "history");
        await AssertFieldsAsync(folder, "rollback", "rollback", "--offset", "0");
        await AssertFieldsAsync(folder, "verify", "verify");
        await AssertFieldsAsync(folder, "publish", "publish", "--offset", "0", "--pointer", "CANARY");
        await AssertFieldsAsync(folder, "undo, events", "events");
        await AssertFieldsAsync(folder, "tag, tags, untag", "tag", "t");
        await AssertFieldsAsync(folder, "tag, tags, untag", "tags");
        await AssertFieldsAsync(folder, "tag, tags, untag", "untag", "t");
        await AssertFieldsAsync(folder, "block, unblock", "block", "--offset", "0", "--reason", "r");
        await AssertFieldsAsync(folder, "block, unblock", "unblock", "--offset", "0");
        await AssertFieldsAsync(folder, "freeze, unfreeze", "freeze", "--reason", "r");
        await AssertFieldsAsync(folder, "freeze, unfreeze", "unfreeze");
        await AssertFieldsAsync(folder, "cleanup", "cleanup", "--dry-run");
        await AssertFieldsAsync(folder, "compare, key-history", "compare", "--reference",
            (await folder.RunAsync("info")).Json.GetProperty("run_id").GetString()!);
        await AssertFieldsAsync(folder, "compare, key-history", "key-history", "1");
        await AssertFieldsAsync(folder, "export", "export", Path.Combine(folder.Root, "out.csv"));
        await AssertFieldsAsync(folder, "copy", "copy", Path.Combine(folder.Root, "copy"));
        await AssertFieldsAsync(folder, "runs, stop", "runs");
        await AssertFieldsAsync(folder, "runs, stop", "stop", (await folder.RunAsync("info")).Json.GetProperty("run_id").GetString()!);
        await AssertFieldsAsync(folder, "health", "health");
        await AssertFieldsAsync(folder, "report", "report", Path.Combine(folder.Root, "report.html"));
        await AssertFieldsAsync(folder, "warm", "warm");
        await AssertFieldsAsync(folder, "probe", "probe");
    }

    static async Task AssertFieldsAsync(SnapshotFolder folder, string section, params string[] args)
    {
        var result = await folder.RunAsync(args);
        Assert.True(result.ExitCode == 0, result.ToString());
        foreach (var field in result.Json.EnumerateObject())
            Assert.True(Guide.Contains($"\"{field.Name}\"", StringComparison.Ordinal),
                $"{section} writes '{field.Name}', which the guide does not name.");
    }

    static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ShardyFusion.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
    }
}
