using System.Globalization;
using System.Text.RegularExpressions;
using ShardyFusion.Cli.Tests.Cases;

namespace ShardyFusion.Cli.Tests;

/// <summary>The guide's examples, as they are printed.</summary>
public sealed partial class RoutingGuideTests : IDisposable
{
    readonly SnapshotFolder folder = new();

    static readonly string Snapshots = Path.Combine(CaseFolder.RepositoryRoot(), "tests", "ShardyFusion.Core.Tests", "Golden", "data",
        "cel",
        "snapshots");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Examples_OfTheGuide_PrintWhatItSays()
    {
        var guide = await File.ReadAllTextAsync(Path.Combine(CaseFolder.RepositoryRoot(), "docs", "guide", "routing.md"),
            TestContext.Current.CancellationToken);
        var commands = 0;
        folder.Write("orders.csv", "id,region,tenant,total\n" + string.Concat(Enumerable.Range(1, 8).Select(id =>
            string.Create(CultureInfo.InvariantCulture, $"{id},{(id % 2 == 0 ? "ap" : "eu")},{id % 3},{id * 10}\n"))));
        foreach (Match block in Regex.Matches(guide.ReplaceLineEndings("\n"), "```console\n(?<text>.*?)```", RegexOptions.Singleline))
        {
            foreach (var example in block.Groups["text"].Value.Split("$ shardy ", StringSplitOptions.RemoveEmptyEntries))
            {
                var lines = example.Split('\n', 2);
                var result = await ShardyProcess.RunAsync([.. Word().Matches(lines[0]).Select(word => InPlace(word.Value))]);
                var shown = (result.ExitCode == 0 ? result.Out : result.Error).ReplaceLineEndings("\n")
                    .Replace($"{folder.Root}{Path.DirectorySeparatorChar}", "", StringComparison.Ordinal);
                Assert.StartsWith(lines[1].TrimEnd(), shown, StringComparison.Ordinal);
                commands++;
            }
        }
        Assert.Equal(14, commands);
    }

    // What is there beforehand lies with the golden files; what examples write goes into a folder of its own.
    string InPlace(string word) => word switch
    {
        "./ranges" or "./regions" => Path.Combine(Snapshots, word[2..]),
        "orders.csv" => Path.Combine(folder.Root, word),
        _ when word.StartsWith("./", StringComparison.Ordinal) => Path.Combine(folder.Root, word[2..]),
        _ => word.Trim('\''),
    };

    [GeneratedRegex("'[^']*'|[^ ]+")]
    private static partial Regex Word();

    [Fact]
    public async Task RoutingContext_WithoutEquals_IsWrongUse()
    {
        var result = await ShardyProcess.RunAsync("get", "k", "--routing-context", "region", "--prefix", InPlace("./regions"));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("name=value", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeyHistory_WithContext_FindsTheKey()
    {
        var result = await ShardyProcess.RunAsync("key-history", "1-user2-ap", "--routing-context", "tenant=1", "--routing-context",
            "region=ap",
            "--prefix", InPlace("./regions"));
        Assert.Equal("ap 1 2", result.Json.GetProperty("versions")[0].GetProperty("value").GetString());
    }

    [Fact]
    public async Task Multiget_WithoutContext_ReportsEveryKey()
    {
        var result = await ShardyProcess.RunAsync("multiget", "a", "b", "--prefix", InPlace("./regions"));
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(2, result.Json.GetProperty("results").EnumerateArray().Count(found => found.TryGetProperty("error", out _)));
    }

    [Theory]
    [InlineData("ranges", 0)]
    [InlineData("regions", 1)]
    public async Task Verify_Deep_IsWholeAndNotesWhatColumnsDecide(string snapshot, int notes)
    {
        var result = await ShardyProcess.RunAsync("verify", "--level", "deep", "--prefix", InPlace($"./{snapshot}"));
        Assert.Equal(0, result.ExitCode);
        Assert.True(result.Json.GetProperty("passed").GetBoolean());
        Assert.Equal(notes, result.Json.GetProperty("notes").GetArrayLength());
    }
}
