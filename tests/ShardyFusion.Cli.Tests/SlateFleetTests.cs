using System.Text.RegularExpressions;

namespace ShardyFusion.Cli.Tests;

/// <summary>Every command that reads, over snapshots whose shards are SlateDB databases.</summary>
public class SlateFleetTests(SlateFleet fleet) : IClassFixture<SlateFleet>
{
    Task<ShardyProcess.Result> RunAsync(string name, params string[] args) =>
        ShardyProcess.RunAsync([.. args, "--prefix", fleet.PrefixOf(name)]);

    [Theory]
    [InlineData("hash-u64", 1200, "SlateDB (manifest 1, tables 2)")]
    [InlineData("hash-utf8", 900, "SlateDB (manifest 1, tables 2)")]
    [InlineData("hash-wal", 500, "SlateDB (manifest 1)")]
    [InlineData("cel", 600, "SlateDB (manifest 1, tables 2)")]
    public async Task InfoShardsVerifyExport_EachSnapshot_SayWhatIsThere(string name, int rows, string engine)
    {
        var info = (await RunAsync(name, "info")).Json;
        Assert.Equal((rows, engine), (info.GetProperty("row_count").GetInt32(), info.GetProperty("engine").GetString()));
        Assert.All((await RunAsync(name, "shards")).Json.GetProperty("shards").EnumerateArray(),
            shard => Assert.Equal(engine, shard.GetProperty("engine").GetString()));
        var verified = await RunAsync(name, "verify", "--level", "deep");
        Assert.Equal(rows, verified.Json.GetProperty("rows_read").GetInt32());
        var file = Path.Combine(fleet.Root, $"{name}.jsonl");
        var exported = await RunAsync(name, "export", file);
        Assert.True(exported.ExitCode == 0, exported.ToString());
        Assert.Equal(rows, File.ReadLines(file).Count());
    }

    [Theory]
    [InlineData("hash-u64", "42", "{\"id\": 42, \"name\": \"n42\"}")]
    [InlineData("hash-wal", "42", null)]
    [InlineData("hash-utf8", "user-00002", null)]
    public async Task GetMultigetKeyHistory_AKeyThatIsThere_AreFound(string name, string key, string? value)
    {
        var got = (await RunAsync(name, "get", key, "--value-encoding", "utf8")).Json;
        Assert.True(got.GetProperty("found").GetBoolean());
        if (value is not null) Assert.Equal(value, got.GetProperty("value").GetString());
        Assert.Equal([true, false], (await RunAsync(name, "multiget", key, "999999999")).Json.GetProperty("results").EnumerateArray()
            .Select(result => result.GetProperty("found").GetBoolean()));
        Assert.Equal(0, (await RunAsync(name, "key-history", key)).ExitCode);
        Assert.Equal(0, (await RunAsync(name, "health", "--deep")).ExitCode);
        Assert.Equal(0, (await RunAsync(name, "warm", "--level", "full")).ExitCode);
    }

    [Fact]
    public async Task Copy_WithoutAShardCount_SaysWhatToDo()
    {
        var result = await RunAsync("hash-u64", "copy", Path.Combine(fleet.Root, "as-is"));
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("ShardUnsupported", result.ErrorJson.GetProperty("error_id").GetString());
    }

    [Fact]
    public async Task Guide_StoryOfASlateDbFleet_RunsAsWritten()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ShardyFusion.slnx"))) folder = folder.Parent!;
        var guide = await File.ReadAllTextAsync(Path.Combine(folder.FullName, "docs", "guide", "fleets.md"),
            TestContext.Current.CancellationToken);
        // What names a bucket needs a store, and a database, of its own.
        var commands = Regex.Matches(guide, "(?m)^shardy (.+)$").Select(match => match.Groups[1].Value)
            .Where(command => !command.Contains("s3://", StringComparison.Ordinal)).ToArray();
        Assert.InRange(commands.Length, 14, 50);
        foreach (var command in commands)
        {
            var args = command.Split(' ').Select(word => word switch
            {
                "$FLEET" => fleet.PrefixOf("hash-u64"),
                "ours" or "python" or "rows.jsonl" or "report.html" => Path.Combine(fleet.Root, word),
                _ => word,
            }).ToArray();
            var result = await ShardyProcess.RunAsync(args);
            Assert.True(result.ExitCode == 0, $"shardy {command}: {result}");
        }
        Assert.Equal(1200, (await ShardyProcess.RunAsync("info", "--prefix", Path.Combine(fleet.Root, "ours"))).Json
            .GetProperty("row_count").GetInt32());
    }
}
