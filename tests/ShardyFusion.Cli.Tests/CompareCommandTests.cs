namespace ShardyFusion.Cli.Tests;

/// <summary>shardy compare, key-history and export, on two snapshots that differ in every value.</summary>
public sealed class CompareCommandTests(PublishedFolder published) : IClassFixture<PublishedFolder>
{
    SnapshotFolder Folder => published.Folder;

    [Fact]
    public async Task Compare_TwoSnapshots_CountsAllAndShowsSome()
    {
        var result = await Folder.RunAsync("compare", "--limit", "3");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(("one", "two", 100), (result.Json.GetProperty("from").GetString(), result.Json.GetProperty("to").GetString(),
            result.Json.GetProperty("changed").GetInt32()));
        Assert.Equal(3, result.Json.GetProperty("differences").GetArrayLength());
        var difference = result.Json.GetProperty("differences")[0];
        var key = difference.GetProperty("key").GetInt32();
        Assert.Equal(($"first {key}", $"second {key}"),
            (difference.GetProperty("old_value").GetString(), difference.GetProperty("new_value").GetString()));
    }

    [Fact]
    public async Task Compare_WithItself_IsEqual()
    {
        var result = await Folder.RunAsync("compare", "--reference", "two", "--level", "counts");
        Assert.True(result.Json.GetProperty("rows_equal").GetBoolean(), result.ToString());
        var other = await Folder.RunAsync("compare", "--run-id", "one", "--reference-prefix", Folder.Prefix, "--level", "manifest");
        Assert.Equal(("two", "one"), (other.Json.GetProperty("from").GetString(), other.Json.GetProperty("to").GetString()));
        Assert.Equal(2, (await Folder.RunAsync("compare", "--sample", "0")).ExitCode);
    }

    [Fact]
    public async Task KeyHistory_Key_ThroughBoth()
    {
        var versions = (await Folder.RunAsync("key-history", "42")).Json.GetProperty("versions").EnumerateArray().ToList();
        Assert.Equal([("two", "second 42", "changed"), ("one", "first 42", null)],
            versions.Select(v => (v.GetProperty("run_id").GetString(), v.GetProperty("value").GetString(),
            v.GetProperty("change").GetString())));
    }

    [Fact]
    public async Task Export_RangeToFileAndPrefixRefused()
    {
        var path = Path.Combine(Folder.Root, "range.csv");
        var result = await Folder.RunAsync("export", path, "--first-key", "9", "--last-key", "11");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal("key,value\n9,second 9\n10,second 10\n11,second 11\n",
            await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        Assert.Equal(2, (await Folder.RunAsync("export", path)).ExitCode);
        Assert.Equal(2, (await Folder.RunAsync("export", path, "--overwrite", "--key-prefix", "1")).ExitCode);
    }

    [Fact]
    public async Task Export_ToStandardOutput_IsNothingButRows()
    {
        var lines = (await Folder.RunAsync("export", "-", "--run-id", "one")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(1, 100).Select(key => $$"""{"key":{{key}},"value":"first {{key}}"}"""), lines);
    }
}
