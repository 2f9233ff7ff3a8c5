namespace ShardyFusion.Cli.Tests.Cases;

/// <summary>CSV and TSV as spreadsheets, databases and people write them.</summary>
public sealed class CsvCases : CaseFolder
{
    [Fact]
    public async Task Case02_ExcelSemicolon_IsReadWithTheDelimiterAndNamedWithout()
    {
        var advice = await RefusedAsync("02-excel-semicolon-bom/in.csv", "no column 'id'", "--key", "id");
        Assert.Contains("delimiter", advice, StringComparison.Ordinal);
        await BuildAsync("02-excel-semicolon-bom/in.csv", "--key", "id", "--delimiter", ";");
        Assert.NotEmpty(await RowsAsync());
    }

    [Fact]
    public async Task Case03_SepLine_StatesTheDelimiter()
    {
        foreach (var more in new string[][] { [], ["--delimiter", ";"] })
        {
            await BuildAsync("03-sep-line/in.csv", ["--key", "id", "--value", "name", .. more]);
            Assert.Equal("a", await GetAsync("1"));
        }
    }

    [Theory]
    [InlineData("be-bom.csv", true)]
    [InlineData("le-bom.csv", true)]
    [InlineData("le-nobom.csv", false)]
    public async Task Case04_Utf16_IsReadByItsMarkAndNamedWithout(string file, bool isMarked)
    {
        string[] args = ["--key", "id", "--value", "name"];
        if (!isMarked) Assert.Contains("encoding", await RefusedAsync($"04-utf16/{file}", "not UTF-8", args), StringComparison.Ordinal);
        await BuildAsync($"04-utf16/{file}", isMarked ? args : [.. args, "--input-encoding", "utf-16"]);
        Assert.NotEmpty(await RowsAsync());
    }

    [Fact]
    public async Task Case05_Cp1252_IsReadWhenNamedAndRefusedElse()
    {
        string[] args = ["--key", "id", "--value", "name"];
        await RefusedAsync("05-cp1252/in.csv", "not UTF-8", args);
        await BuildAsync("05-cp1252/in.csv", [.. args, "--input-encoding", "windows-1252"]);
        Assert.All(await RowsAsync(), r => Assert.DoesNotContain('\uFFFD', r));
    }

    [Fact]
    public async Task Case06_CrOnly_IsSaid()
    {
        foreach (var file in new[] { "in.csv", "in2.csv" })
            Assert.Contains("tr '\\r' '\\n'", await RefusedAsync($"06-cr-only/{file}", "carriage return (CR) alone", "--key", "id"),
                StringComparison.Ordinal);
        await RefusedAsync("06-cr-only/mixed.csv", "a carriage return without a line feed", "--key", "id");
    }

    [Fact]
    public async Task Case09_TrailingComma_IsAllowedOnRequest()
    {
        await RefusedAsync("09-trailing-comma/in.csv", "can be allowed", "--key", "id", "--value", "name");
        await BuildAsync("09-trailing-comma/in.csv", "--key", "id", "--value", "name", "--allow-trailing-delimiter");
        Assert.Equal(("a", "b"), (await GetAsync("1"), await GetAsync("2")));
    }

    [Fact]
    public async Task Case10_Ragged_RowsAreRefusedWithTheirCounts()
    {
        await RefusedAsync("10-ragged/in.csv", "Row 1: It has 2 fields, the header has 3", "--key", "id");
        var (_, reasons) = await RejectedAsync("10-ragged/in.csv", "--key", "id");
        Assert.Equal(2, reasons.Length);
    }

    [Fact]
    public async Task Case11_NoHeader_KeepsTheFirstRow()
    {
        await BuildAsync("11-no-header/in.tsv", "--no-header", "--key", "1", "--value", "2");
        Assert.Equal(("Berlin", "London"), (await GetAsync("2950159"), await GetAsync("2643743")));
        await BuildAsync("11-no-header/in.tsv", "--columns", "id,name,country", "--key", "id");
        Assert.Contains("\"country\":\"GB\"", await GetAsync("2643743"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("in.tsv", 4)]
    [InlineData("swallow.tsv", 4)]
    [InlineData("swallow2.tsv", 4)]
    public async Task Case12_TsvQuotes_AreData(string file, int rows)
    {
        var result = await BuildAsync($"12-tsv-quotes/{file}", "--key", "id", "--value", "title");
        Assert.Equal(rows, result.Json.GetProperty("rows_written").GetInt32());
        var lines = await File.ReadAllLinesAsync(Input($"12-tsv-quotes/{file}"), TestContext.Current.CancellationToken);
        foreach (var line in lines.Skip(1)) Assert.Equal(line.Split('\t')[1], await GetAsync(line.Split('\t')[0]));
    }

    [Fact]
    public async Task Case12_SwallowedRows_AreCountedWhenQuotesAreAskedFor()
    {
        var result = await BuildAsync("12-tsv-quotes/swallow2.tsv", "--key", "id", "--value", "title", "--quote", "\"");
        Assert.Contains("2 lines", Assert.Single(result.Json.GetProperty("warnings").EnumerateArray()).GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Case13_BackslashQuote_IsRefusedAndExplained()
    {
        await RefusedAsync("13-backslash-quote/in.csv", "a backslash does not escape it", "--key", "id");
        await RefusedAsync("13-backslash-quote/in2.csv", "a backslash does not escape it", "--key", "id");
    }

    [Fact]
    public async Task Case14_SlashN_IsNullOnRequest()
    {
        string[] nulls = ["--key", "id", "--null-marker", @"\N", "--null-marker", "NULL"];
        var (_, reasons) = await RejectedAsync("14-slash-N/in.csv", nulls);
        Assert.Equal(2, reasons.Length);
        Assert.All(reasons, r => Assert.Contains("key is null", r, StringComparison.Ordinal));
        Assert.Equal(("""{"name":null}""", """{"name":""}"""), (await GetAsync("1"), await GetAsync("3")));
        (_, reasons) = await RejectedAsync("14-slash-N/in.csv", [.. nulls, "--value", "name"]);
        Assert.Equal(4, reasons.Length);
    }

    [Fact]
    public async Task Case15_BlankBeforeQuote_IsMentioned()
    {
        await RefusedAsync("15-space-quote/in.csv", "a quote after a blank is data", "--key", "id");
        var advice = await RefusedAsync("15-space-quote/in2.csv", "no column 'name'", "--key", "id", "--value", "name");
        Assert.Contains("' name'", advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Case16_Comments_AreNoRowsOnRequest()
    {
        Assert.Contains("comment", await RefusedAsync("16-comment-lines/in.csv", "no column 'ip'", "--key", "ip"),
            StringComparison.Ordinal);
        foreach (var (file, options) in new (string, string[])[] { ("in.csv", ["--comment", "#"]), ("in2.csv", ["--comment", "#"]) })
        {
            var result = await BuildAsync($"16-comment-lines/{file}", ["--key", "ip", "--value", "cc", .. options]);
            Assert.Equal(1, result.Json.GetProperty("rows_read").GetInt32());
        }
        await BuildAsync("16-comment-lines/in.csv", "--key", "ip", "--value", "cc", "--skip-lines", "2");
        Assert.Equal("CN", await GetAsync("#1.0.1.0"));
    }

    [Fact]
    public async Task Case17_RowsOfSeparators_AreRowErrors()
    {
        var (result, reasons) = await RejectedAsync("17-blank-excel-rows/in.csv", "--key", "id", "--delimiter", ";");
        Assert.Equal((3, 1), (reasons.Length, result.Json.GetProperty("rows_written").GetInt32()));
    }

    [Fact]
    public async Task Case22_Nul_IsARowError() => await RefusedAsync("22-nul-bytes/in.csv", "NUL", "--key", "id");

    [Fact]
    public async Task Case44_MarksAndJoinedFiles_AreReadOrSaid()
    {
        string[] args = ["--key", "id", "--value", "v"];
        var both = await Folder.RunAsync(["write", Input("44-bom-second-file/a.csv"), Input("44-bom-second-file/b.csv"), "--shards", "1",
            .. args]);
        Assert.True(both.ExitCode == 0, both.ToString());
        Assert.Equal(("a", "b"), (await GetAsync("1"), await GetAsync("2")));
        foreach (var file in new[] { "q.csv", "double-bom.csv" })
        {
            await BuildAsync($"44-bom-second-file/{file}", args);
            Assert.Equal("a", await GetAsync("1"));
        }
        var (_, reasons) = await RejectedAsync("44-bom-second-file/cat.csv", args);
        Assert.Contains("header line once more", Assert.Single(reasons), StringComparison.Ordinal);
        Assert.Contains("no column 'id'", (await WriteAsync("44-bom-second-file/c.csv", args)).Error, StringComparison.Ordinal);
        Assert.Contains("It has 1 fields", (await WriteAsync("44-bom-second-file/ctrlz.csv", args)).Error, StringComparison.Ordinal);
        Assert.Equal(2, (await BuildAsync("44-bom-second-file/onecol.csv", "--key", "id")).Json.GetProperty("rows_written").GetInt32());
    }

    [Fact]
    public async Task Case52_RealShapes_AreRead()
    {
        await BuildAsync("52-real-shapes/country.txt", "--key", "ISO", "--format", "tsv", "--comment", "#", "--header-in-comment");
        Assert.Equal("""{"ISO3":"AND","num":"020"}""", await GetAsync("AD"));
        foreach (var file in new[] { "prefixes.txt", "prefixes2.txt" })
        {
            await BuildAsync($"52-real-shapes/{file}", "--columns", "prefix,place", "--delimiter", "|", "--comment", "#", "--key", "prefix",
                "--value", "place");
            Assert.Equal("Sheffield", await GetAsync("44114"));
        }
        await BuildAsync("52-real-shapes/stops.txt", "--key", "stop_id", "--value", "stop_name");
        Assert.Equal(("Main \"St\"", "b"), (await GetAsync("0001"), await GetAsync("1")));
        await BuildAsync("52-real-shapes/access.log", "--no-header", "--delimiter", " ", "--key", "1", "--value", "6");
        Assert.Equal("GET /a HTTP/1.1", await GetAsync("127.0.0.1"));
    }

    [Fact]
    public async Task Case62_MissingCloseQuote_CostsItsRowOnly()
    {
        string[] args = ["--key", "id", "--value", "v"];
        await RefusedAsync("62-missing-close-quote/in.csv",
            "Row 2: The quote that opens field 2 is not closed before a delimiter or line end (line 3)", args);
        var (result, reasons) = await RejectedAsync("62-missing-close-quote/in.csv", args);
        Assert.Single(reasons);
        Assert.Equal((5, 4), (result.Json.GetProperty("rows_read").GetInt32(), result.Json.GetProperty("rows_written").GetInt32()));
        Assert.Equal("c", await GetAsync("3"));

        result = await BuildAsync("62-missing-close-quote/in2.csv", args);
        Assert.Contains("row 2, which begins in line 3", Assert.Single(result.Json.GetProperty("warnings").EnumerateArray()).GetString(),
            StringComparison.Ordinal);
        (result, reasons) = await RejectedAsync("62-missing-close-quote/in2.csv", [.. args, "--no-line-breaks"]);
        Assert.Single(reasons);
        Assert.Equal(("c", "d\"", "e"), (await GetAsync("3"), await GetAsync("4"), await GetAsync("5")));
    }
}
