using System.Text.Json;

namespace ShardyFusion.Cli.Tests.Cases;

/// <summary>JSON that is no JSON Lines, or says something odd.</summary>
public sealed class JsonCases : CaseFolder
{
    [Theory]
    [InlineData("in.jsonl", "'a' occurs twice")]
    [InlineData("key.jsonl", "'id' twice")]
    [InlineData("nested.jsonl", "'x' occurs twice")]
    public async Task Case23_NamesTwice_AreRowErrors(string file, string reason) =>
        await RefusedAsync($"23-json-dup-keys/{file}", reason, "--key", "id");

    [Theory]
    [InlineData("in.json", "one JSON array")]
    [InlineData("pretty.jsonl", "one JSON array")]
    [InlineData("pretty-object.json", "spans lines")]
    public async Task Case25_ArraysAndPrettyObjects_AreNamed(string file, string expected) =>
        Assert.Contains("jq -c", await RefusedAsync($"25-json-array/{file}", expected, "--key", "id"), StringComparison.Ordinal);

    [Theory]
    [InlineData("in.jsonl", "not one JSON object")]
    [InlineData("comma.jsonl", "not one JSON object")]
    [InlineData("rs.jsonl", "not one JSON object")]
    [InlineData("cr.jsonl", "carriage return (CR) alone")]
    public async Task Case26_JoinedObjects_AreErrors(string file, string expected) =>
        await RefusedAsync($"26-json-concat/{file}", expected, "--key", "id");

    [Fact]
    public async Task Case26_LineSeparatorInAString_IsData()
    {
        await BuildAsync("26-json-concat/u2028.jsonl", "--key", "id", "--value", "v");
        Assert.Contains("\u2028", await GetAsync("1"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("in.jsonl")]
    [InlineData("in2.jsonl")]
    [InlineData("ws.jsonl")]
    public async Task Case27_BlankLines_AreSkipped(string file)
    {
        var result = await BuildAsync($"27-json-bom-blank/{file}", "--key", "id", "--value", "v");
        Assert.Equal((2, 2), (result.Json.GetProperty("rows_read").GetInt32(), result.Json.GetProperty("rows_written").GetInt32()));
    }

    [Fact]
    public async Task Case27_BlanksInCsv_AreARowError() => await RefusedAsync("27-json-bom-blank/ws.csv", "Row 2", "--key", "id");

    [Fact]
    public async Task Case28_NaN_IsARowError()
    {
        var (result, reasons) = await RejectedAsync("28-json-nan/in.jsonl", "--key", "id");
        Assert.Equal((2, 1), (reasons.Length, result.Json.GetProperty("rows_written").GetInt32()));
    }

    [Fact]
    public async Task Case30_NullAsTheValue_IsARowErrorOrJson()
    {
        string[] args = ["--key", "id", "--value", "v"];
        var (_, reasons) = await RejectedAsync("30-json-null-value/in.jsonl", args);
        Assert.Equal(2, reasons.Length);
        Assert.Contains("value encoding json keeps it", reasons[0], StringComparison.Ordinal);
        Assert.Contains("no field 'v'", reasons[1], StringComparison.Ordinal);
        await RejectedAsync("30-json-null-value/in.jsonl", [.. args, "--value-encoding", "json"]);
        Assert.Equal(["null", "\"\"", "\"null\""], (await RowsAsync()).Select(r => JsonDocument.Parse(r).RootElement.GetProperty("value")
            .GetRawText()));
    }

    [Fact]
    public async Task Case31_GeoJson_CollectionIsNamedAndSequenceIsReadByKeyPath()
    {
        await RefusedAsync("31-geojson/in.geojson", "does not end on its line", "--key", "id", "--format", "jsonl");
        await BuildAsync("31-geojson/seq.geojsonl", "--key", "properties.code", "--format", "jsonl");
        Assert.Contains("\"X1\"", await GetAsync("a"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Case32_SurrogatesAndNul_AreRefusedWhereTheyCannotBe()
    {
        var (_, reasons) = await RejectedAsync("32-json-surrogate/in.jsonl", "--key", "id", "--value", "v");
        Assert.Equal(2, reasons.Length);
        var csv = await Folder.RunAsync("export", Path.Combine(Folder.Root, "x.csv"));
        Assert.Equal("ConfigValidation", csv.ErrorJson.GetProperty("error_id").GetString());
        Assert.Contains("NUL", csv.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains("JSON Lines", csv.ErrorJson.GetProperty("action").GetString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Folder.Root, "x.csv")));
        Assert.Contains("\\u0000", Assert.Single(await RowsAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Case55_ExportOfJsonAsCsv_ReadsBackEqual()
    {
        var rows = Folder.Write("rows.jsonl",
            "{\"id\":\"a\",\"v\":{\"x\":[1.50,null,\"q,\\\"\\n\"]}}\n{\"id\":\"b\",\"v\":null}\n{\"id\":\"c\",\"v\":\"text\"}\n");
        Assert.Equal(0, (await Folder.RunAsync("write", rows, "--key", "id", "--value", "v", "--value-encoding", "json", "--shards",
            "1")).ExitCode);
        var before = await RowsAsync();
        foreach (var name in new[] { "x.csv", "x.tsv", "x.jsonl" })
        {
            var file = Path.Combine(Folder.Root, name);
            var exported = await Folder.RunAsync("export", file);
            Assert.True(exported.ExitCode == 0, exported.ToString());
            var written = await Folder.RunAsync(["write", file, "--shards", "1", .. exported.Json.GetProperty("read_back")
                .GetString()!.Split(' ')]);
            Assert.True(written.ExitCode == 0, written.ToString());
            Assert.Equal(before, await RowsAsync());
        }
    }
}
