using System.Globalization;
using System.Text.Json;

namespace ShardyFusion.Cli.Tests;

/// <summary>shardy write and copy with expressions and ranges, read back with every command.</summary>
public sealed class PlacementCommandTests : IDisposable
{
    static readonly string[] regions = ["ap", "eu", "us"];

    readonly SnapshotFolder folder = new();
    readonly string rows;

    public PlacementCommandTests() =>
        rows = folder.Write("rows.csv", "region,id,total\n" + string.Concat(Enumerable.Range(0, 300).Select(i =>
            string.Create(CultureInfo.InvariantCulture, $"{regions[i % 3]},{i},total {i}\n"))));

    public void Dispose() => folder.Dispose();

    async Task<JsonElement> SucceedAsync(params string[] args)
    {
        var result = await folder.RunAsync(args);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Json;
    }

    Task<JsonElement> WriteAsync(params string[] args) => SucceedAsync(["write", rows, "--key", "id", "--value", "total", .. args]);

    [Fact]
    public async Task Write_ExpressionOnTheKey_IsReadBackByEveryCommand()
    {
        var written = await WriteAsync("--cel", "key % 4 == 3 ? 0 : key % 4", "--cel-column", "key=int");
        Assert.Equal((3, "u64be", 0), (written.GetProperty("num_dbs").GetInt32(), written.GetProperty("key_encoding").GetString(),
            written.GetProperty("warnings").GetArrayLength()));
        var info = await SucceedAsync("info");
        Assert.Equal("key % 4 == 3 ? 0 : key % 4", info.GetProperty("cel_expr").GetString());
        Assert.Equal("total 7", (await SucceedAsync("get", "7")).GetProperty("value").GetString());
        Assert.Equal(0, (await SucceedAsync("route", "7")).GetProperty("db_id").GetInt32());
        Assert.Equal(2, (await SucceedAsync("route", "6")).GetProperty("db_id").GetInt32());
        var verified = await SucceedAsync("verify", "--level", "deep");
        Assert.True(verified.GetProperty("passed").GetBoolean());
        Assert.Equal(0, verified.GetProperty("notes").GetArrayLength());
        Assert.Equal("total 9", (await SucceedAsync("key-history", "9")).GetProperty("versions")[0].GetProperty("value").GetString());
        await SucceedAsync("warm");
        await SucceedAsync("health");
        var report = Path.Combine(folder.Root, "report.html");
        await SucceedAsync("report", report);
        Assert.Contains("key % 4 == 3", await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        var exported = Path.Combine(folder.Root, "rows.jsonl");
        await SucceedAsync("export", exported);
        Assert.Equal(300, (await File.ReadAllLinesAsync(exported, TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public async Task Write_ColumnsThatAreNoValues_DecideAndAreNotStored()
    {
        var written = await WriteAsync("--cel", "region", "--cel-column", "region=string", "--cel-boundary", "b", "--cel-boundary", "u",
            "--key-encoding", "u64be");
        Assert.Equal("100 100 100", string.Join(' ', written.GetProperty("shards").EnumerateArray()
            .Select(s => s.GetProperty("row_count"))));
        var found = await SucceedAsync("get", "7", "--routing-context", "region=eu");
        Assert.Equal(("total 7", 1), (found.GetProperty("value").GetString(), found.GetProperty("shard_id").GetInt32()));
        Assert.False((await SucceedAsync("get", "7", "--routing-context", "region=us")).GetProperty("found").GetBoolean());
    }

    [Fact]
    public async Task Write_Ranges_OpenOnlyWhatAScanNeeds()
    {
        var written = await WriteAsync("--range-shards", "3", "--key-encoding", "u64be");
        Assert.Equal("100 100 100", string.Join(' ', written.GetProperty("shards").EnumerateArray()
            .Select(s => s.GetProperty("row_count"))));
        var info = await SucceedAsync("info");
        Assert.Equal("[100,200]", info.GetProperty("boundaries").GetRawText().Replace(" ", "", StringComparison.Ordinal)
            .Replace("\n", "", StringComparison.Ordinal));
        var given = await WriteAsync("--range-boundary", "10", "--range-boundary", "290", "--key-encoding", "u64be");
        Assert.Equal("10 280 10", string.Join(' ', given.GetProperty("shards").EnumerateArray().Select(s => s.GetProperty("row_count"))));
    }

    [Fact]
    public async Task Write_RangesDryRun_ShowsTheBalanceAndWritesNothing()
    {
        var plan = await WriteAsync("--range-shards", "3", "--key-encoding", "u64be", "--dry-run");
        Assert.Equal("null 100 200", string.Join(' ', plan.GetProperty("ranges").EnumerateArray().Select(range =>
            range.GetProperty("first_key").GetRawText())));
        Assert.Equal(0.333333, plan.GetProperty("ranges")[1].GetProperty("share").GetDouble());
        Assert.Contains(plan.GetProperty("steps").EnumerateArray(), step =>
            step.GetString() == "Shard 0, keys below 100: 33.33 % of the rows.");
        Assert.False(Directory.Exists(folder.Prefix));
    }

    [Fact]
    public async Task Copy_WithAnExpressionOrRanges_PlacesTheRowsAnew()
    {
        await WriteAsync("--shards", "2", "--key-encoding", "u64be");
        var target = Path.Combine(folder.Root, "copy");
        var byRange = await SucceedAsync("copy", target, "--range-shards", "3", "--publish");
        Assert.Equal(3, byRange.GetProperty("num_dbs").GetInt32());
        Assert.True((await SucceedAsync("compare", "--reference-prefix", target)).GetProperty("rows_equal").GetBoolean());
        var byExpression = await SucceedAsync("copy", target, "--cel", "key / 100", "--cel-column", "key=int", "--publish");
        Assert.Equal(3, byExpression.GetProperty("num_dbs").GetInt32());
        var refused = await folder.RunAsync("copy", target, "--cel", "region", "--cel-column", "region=string");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("'region'", refused.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await folder.RunAsync("copy", target, "--cel", "key", "--cel-column", "key=int", "--shards", "3")).ExitCode);
    }

    [Theory]
    [InlineData("there is no column 'regoin'; declared are 'region' (line 1, column 14)", "--cel", "shard_hash( (regoin)) % 4u",
        "--cel-column",
        "region=string")]
    [InlineData("'region' is not written as name=type", "--cel", "region", "--cel-column", "region")]
    [InlineData("names the column 'a' a second time", "--cel", "a", "--cel-column", "a=int", "--cel-column", "a=int")]
    [InlineData("but no expression", "--cel-column", "a=int")]
    [InlineData("exclude each other", "--cel", "key", "--cel-column", "key=int", "--range-shards", "3")]
    [InlineData("exclude each other", "--range-boundary", "5", "--range-shards", "3")]
    [InlineData("RangeCount is 0", "--range-shards", "0")]
    [InlineData("ShardCount cannot be combined", "--cel", "key", "--cel-column", "key=int", "--shards", "3")]
    [InlineData("'x' is no number", "--cel", "key", "--cel-column", "key=int", "--cel-boundary", "x")]
    public async Task Write_OptionsThatCannotBeUsed_SayWhyAndWhere(string reason, params string[] options)
    {
        foreach (var more in (string[][])[[], ["--dry-run"]])
        {
            var result = await folder.RunAsync(["write", rows, "--key", "id", .. options, .. more]);
            Assert.Equal(2, result.ExitCode);
            Assert.Contains(reason, result.Error, StringComparison.Ordinal);
        }
        Assert.False(Directory.Exists(folder.Prefix));
    }

    [Fact]
    public async Task Write_RowThatHasNoShard_NamesRowAndColumnAndCanBeRejected()
    {
        string[] expression = ["--cel", "total < 200 ? 0 : total - 200", "--cel-column", "total=int"];
        var stopped = await folder.RunAsync(["write", rows, "--key", "id", "--parallelism", "1", .. expression]);
        Assert.Equal(1, stopped.ExitCode);
        Assert.Contains("Row 1: Key '0' has no shard: the column 'total' is int, and the row has 'total 0'", stopped.Error,
            StringComparison.Ordinal);
        var bad = folder.Write("bad.csv", "id,total\n1,5\n2,x\n3,\n4,201\n");
        var rejects = Path.Combine(folder.Root, "rejects.jsonl");
        var written = await SucceedAsync(["write", bad, "--key", "id", "--reject-file", rejects, .. expression]);
        Assert.Equal((2, 2), (written.GetProperty("rejected_rows").GetInt32(), written.GetProperty("rows_written").GetInt32()));
        Assert.Equal(2, (await File.ReadAllLinesAsync(rejects, TestContext.Current.CancellationToken)).Length);
    }
}
