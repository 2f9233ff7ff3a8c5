using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Formats;

namespace ShardyFusion.Core.Tests.Building.Input;

public class CsvLayoutTests
{
    static readonly InputFile Csv = new() { KeyField = "id", ValueFields = ["v"], Format = InputFormat.Csv };
    static readonly InputFile Tsv = Csv with { Format = InputFormat.Tsv };

    static InputFile With(TextLayout layout, string key = "id", string? value = "v") => Csv with
    {
        Layout = layout,
        KeyField = key,
        ValueFields = value is null ? null : [value],
    };

    static IEnumerable<(string?, string?)> Pairs(IEnumerable<RowRecorder.Row> rows) => rows.Select(r => (r.Key, r.Value));

    [Fact]
    public async Task NoHeader_NamesColumnsByNumber()
    {
        var (rows, _) = await RowRecorder.ReadAsync("7,x,y\n8,z,w\n", With(new TextLayout { NoHeader = true }, "1", null));
        Assert.Equal([("7", """{"2":"x","3":"y"}"""), ("8", """{"2":"z","3":"w"}""")], Pairs(rows));
        Assert.Empty((await RowRecorder.ReadAsync("", With(new TextLayout { NoHeader = true }, "1", "2"))).Rows);
    }

    [Fact]
    public async Task Columns_NameThemAndCountTheFields()
    {
        var (rows, _) = await RowRecorder.ReadAsync("7,x\n8\n9,z,w\n", With(new TextLayout { Columns = ["id", "v"] }));
        Assert.Equal(("7", "x"), (rows[0].Key, rows[0].Value));
        Assert.Equal(["It has 1 fields, 2 columns are named.", "It has 3 fields, 2 columns are named."], rows.Skip(1).Select(r => r.Fault));
    }

    [Fact]
    public async Task SkipLines_DropsLinesWhateverTheyHold_InChunksOfEverySize()
    {
        foreach (var chunkBytes in new[] { 1, 4, 1024 })
        {
            var (rows, _) = await RowRecorder.ReadAsync("a \"remark\n\r\nid,v\r\n1,a\r\n", With(new TextLayout { SkipLines = 2 }),
                chunkBytes: chunkBytes);
            Assert.Equal([("1", "a")], Pairs(rows));
        }
        var e = await Assert.ThrowsAsync<ShardyFusionException>(() => RowRecorder.ReadAsync("a\nb\n",
            With(new TextLayout { SkipLines = 9 })));
        Assert.Contains("empty", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comment_LinesAreNoRows_WhateverQuotesTheyHold()
    {
        foreach (var chunkBytes in new[] { 1, 3, 7, 1024 })
        {
            var (rows, _) = await RowRecorder.ReadAsync("//\"one\n//,\"\nid,v\n//x\n1,a\n//\n2,//b\n\"//3\",c\n//",
                With(new TextLayout { Comment = "//" }), chunkBytes: chunkBytes);
            Assert.Equal([("1", "a"), ("2", "//b"), ("//3", "c")], Pairs(rows));
        }
    }

    [Fact]
    public async Task HeaderInComment_TakesTheLastOneBeforeTheRows()
    {
        var file = With(new TextLayout { Comment = "%", HeaderInComment = true });
        foreach (var chunkBytes in new[] { 1, 1024 })
            Assert.Equal([("1", "a")],
                Pairs((await RowRecorder.ReadAsync("% made by hand\n\n%  id,v\n1,a\n% id,v\n", file, chunkBytes: chunkBytes)).Rows));
        var e = await Assert.ThrowsAsync<ShardyFusionException>(() => RowRecorder.ReadAsync("id,v\n1,a\n", file));
        Assert.Contains("no comment line", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sep=|\r\nid|v\r\n1|a,b\r\n")]
    [InlineData("SEP=;\nid;v\n1;a,b\n")]
    [InlineData("\uFEFFsep=\t\nid\tv\n1\ta,b\n")]
    public async Task SepLine_StatesTheDelimiter(string text) =>
        Assert.Equal([("1", "a,b")], Pairs((await RowRecorder.ReadAsync(text, Csv)).Rows));

    [Fact]
    public async Task SepLine_DelimiterGiven_IsSkippedAndDoesNotCount() =>
        Assert.Equal([("1", "a")], Pairs((await RowRecorder.ReadAsync("sep=,\nid;v\n1;a\n", Csv with { Delimiter = ';' })).Rows));

    [Fact]
    public async Task NullMarker_ValueIsNullAndAKeyIsARowError()
    {
        var layout = new TextLayout { NullMarkers = ["-", "NA"] };
        var (rows, _) = await RowRecorder.ReadAsync("id,v,w\n1,-,x\n2,\"-\",NA\nNA,a,b\n3,,\n", With(layout, value: null));
        Assert.Equal(["""{"v":null,"w":"x"}""", """{"v":"-","w":null}""", null, """{"v":"","w":""}"""], rows.Select(r => r.Value));
        Assert.Contains("key is null", rows[2].Fault, StringComparison.Ordinal);

        (rows, _) = await RowRecorder.ReadAsync("id,v\n1,NA\n2,x\n", With(layout));
        Assert.Contains("'v' is null", rows[0].Fault, StringComparison.Ordinal);
        (rows, _) = await RowRecorder.ReadAsync("id,v\n1,NA\n2,x\n", With(layout), ValueEncoding.Json);
        Assert.Equal(["null", "\"x\""], rows.Select(r => r.Value));
    }

    [Fact]
    public async Task TrailingDelimiter_OneEmptyField_IsAcceptedWhenAsked()
    {
        const string text = "id,v\n1,a,\n2,b\n3,c,d\n4,e,\"\"\n5,f,,\n";
        var (rows, _) = await RowRecorder.ReadAsync(text, With(new TextLayout { AllowTrailingDelimiter = true }));
        Assert.Equal(["a", "b", null, null, null], rows.Select(r => r.Value));
        (rows, _) = await RowRecorder.ReadAsync(text, Csv);
        Assert.Contains("can be allowed", rows[0].Fault, StringComparison.Ordinal);
        (rows, _) = await RowRecorder.ReadAsync("id,v,\n1,a,\n2,b\n", With(new TextLayout { AllowTrailingDelimiter = true }, value: null));
        Assert.Equal(["""{"v":"a"}""", """{"v":"b"}"""], rows.Select(r => r.Value));
        (rows, _) = await RowRecorder.ReadAsync("1,a,\n2,b\n", With(new TextLayout { AllowTrailingDelimiter = true, NoHeader = true }, "1",
            "2"));
        Assert.Equal(["a", "b"], rows.Select(r => r.Value));
    }

    [Fact]
    public async Task Header_OnceMore_IsARowErrorThatSaysSo()
    {
        var (rows, _) = await RowRecorder.ReadAsync("\uFEFFid,v\r\n1,a\r\n\uFEFFid,v\r\n2,b\r\nid,v", Csv);
        Assert.Equal([true, false, true, false], rows.Select(r => r.Fault is null));
        Assert.All([rows[1], rows[3]], r => Assert.Contains("header line once more", r.Fault, StringComparison.Ordinal));
        (rows, var warning) = await RowRecorder.ReadAsync("id,v\n1,a\n\uFEFF2,b\n", Csv);
        Assert.Equal("\uFEFF2", rows[1].Key);
        Assert.Contains("the first is row 2", warning, StringComparison.Ordinal);
        (rows, _) = await RowRecorder.ReadAsync("id,v\nid,w\nie,v\n", Csv);
        Assert.All(rows, r => Assert.Null(r.Fault));
    }

    [Fact]
    public async Task Tsv_QuotesAreDataUnlessAskedFor()
    {
        const string text = "id\tv\n1\t\"open\n2\tb\n3\tclosed\"\n4\t\"x\"\n";
        var (rows, _) = await RowRecorder.ReadAsync(text, Tsv);
        Assert.Equal(["\"open", "b", "closed\"", "\"x\""], rows.Select(r => r.Value));
        (rows, var warning) = await RowRecorder.ReadAsync(text, Tsv with { Layout = new TextLayout { Quote = '"' } });
        Assert.Equal(["open\n2\tb\n3\tclosed", "x"], rows.Select(r => r.Value));
        Assert.Contains("2 lines", warning, StringComparison.Ordinal);
        Assert.Contains("row 1, which begins in line 2", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quote_Other_EnclosesAndEscapesFields()
    {
        var (rows, _) = await RowRecorder.ReadAsync("id,'v'\n1,'a,''b''\nc'\n2,\"d\"\n", With(new TextLayout { Quote = '\'' }));
        Assert.Equal(["a,'b'\nc", "\"d\""], rows.Select(r => r.Value));
        (rows, _) = await RowRecorder.ReadAsync("id,v\n1,\"a\n2,b\"\n", With(new TextLayout { Quote = TextLayout.NoQuote }));
        Assert.Equal(["\"a", "b\""], rows.Select(r => r.Value));
    }

    [Fact]
    public async Task OpenQuote_CostsItsRowOnly_InChunksOfEverySize()
    {
        const string text = "\"id\",\"v\"\n\"1\",\"a\"\n\n\"2\",\"b\n\"3\",\"c\"\n4,\"d\ne\"\n5,f\n6,\"g\n7,h\n";
        for (var chunkBytes = 1; chunkBytes < text.Length + 2; chunkBytes++)
        {
            var (rows, warning) = await RowRecorder.ReadAsync(text, Csv, chunkBytes: chunkBytes);
            Assert.Equal(["a", null, "c", "d\ne", "f", null, "h"], rows.Select(r => r.Value));
            Assert.Contains("opens field 2 is not closed before a delimiter or line end (line 4)", rows[1].Fault, StringComparison.Ordinal);
            Assert.Contains("(line 9)", rows[5].Fault, StringComparison.Ordinal);
            Assert.Null(warning);
        }
    }

    [Fact]
    public async Task OpenQuotes_InRandomDocuments_LoseNoOtherRow()
    {
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        for (var document = 0; document < 200; document++)
        {
            var count = random.Next(2, 40);
            var broken = random.Next(count);
            var text = "id,v,w\n" + string.Concat(Enumerable.Range(0, count).Select(i => i == broken ? $"{i},\"open,x\n"
                : random.Next(3) == 0 ? $"\"{i}\",\"a \"\"b\"\"\n,c\",\"x\"\n" : $"{i},\"v\",x\n"));
            var (rows, _) = await RowRecorder.ReadAsync(text, Csv, chunkBytes: random.Next(1, 200));
            Assert.True(rows.Where(r => r.Fault is null).Select(r => r.Key).SequenceEqual(Enumerable.Range(0, count).Where(i => i != broken)
                .Select(i => $"{i}")), $"seed {seed}: {text}");
            Assert.Contains("not closed", Assert.Single(rows, r => r.Fault is not null).Fault, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task NoLineBreaks_EveryLineIsARow()
    {
        foreach (var chunkBytes in new[] { 1, 5, 1024 })
        {
            var (rows, warning) = await RowRecorder.ReadAsync("id,v\n1,a\n2,\"b\n3,c\n4,d\"\n5,\"e,\"\"f\"\n",
                With(new TextLayout { NoLineBreaks = true }), chunkBytes: chunkBytes);
            Assert.Equal(["a", null, "c", "d\"", "e,\"f"], rows.Select(r => r.Value));
            Assert.Contains("(line 3)", rows[1].Fault, StringComparison.Ordinal);
            Assert.Null(warning);
        }
    }

    [Theory]
    [InlineData("id,v\n1,\"Dear all,\nplease, note, this\"\n2,b\n", null)]
    [InlineData("id,v\n1,a\n2,\"b\n3,c\n4,d\"\n5,e\n6,\"f\n7,g\"\n",
        "3 lines of 'standard input' that look like rows lie inside quoted fields of 2 rows, the first in row 2, which begins in line 3")]
    public async Task QuotedLines_ThatLookLikeRows_AreCounted(string text, string? expected)
    {
        foreach (var chunkBytes in new[] { 1, 9, 1024 })
        {
            var (_, warning) = await RowRecorder.ReadAsync(text, Csv, chunkBytes: chunkBytes);
            if (expected is null) Assert.Null(warning);
            else Assert.StartsWith(expected, warning, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("id,v\n1, \"a, b\"\n", "a quote after a blank is data")]
    [InlineData("id,v\n1,\"say \\\"hi\\\"\"\n", "a backslash does not escape it")]
    [InlineData("id,v\n1,a\r2,b\r\n", "a carriage return without a line feed")]
    public async Task FaultyRow_WithAKnownCause_NamesIt(string text, string cause) =>
        Assert.Contains(cause, (await RowRecorder.ReadAsync(text, Csv)).Rows[0].Fault, StringComparison.Ordinal);

    [Fact]
    public async Task Forms_DecodeKeysAndValues()
    {
        var file = Csv with { KeyForm = TextForm.Hex, ValueForm = TextForm.Base64 };
        var (rows, _) = await RowRecorder.ReadAsync("id,v\n0x6b31,YWI=\n6B,\nzz,YQ==\n61,?\n", file);
        Assert.Equal([("k1", "ab"), ("k", "")], Pairs(rows.Take(2)));
        Assert.Equal(["Its key is not written in pairs of hexadecimal digits.", "Its field 'v' is not written as base64."],
            rows.Skip(2).Select(r => r.Fault));

        (rows, _) = await RowRecorder.ReadAsync("id,v\n1,\"{\"\"b\"\":1.50,\"\"a\"\":[null]}\"\n2,x\n3,1 2\n4,\n5,null\n",
            Csv with { ValueForm = TextForm.Json });
        Assert.Equal(["""{"a":[null],"b":1.50}""", null, null, null, "null"], rows.Select(r => r.Value));
        Assert.All(rows.Skip(1).Take(3), r => Assert.Contains("not one JSON document", r.Fault, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Forms_InJsonLines_ApplyToText()
    {
        var file = Csv with { Format = InputFormat.JsonLines, KeyForm = TextForm.Base64, ValueForm = TextForm.Hex };
        var (rows, _) = await RowRecorder.ReadAsync(
            "{\"id\":\"aw==\",\"v\":\"0x6162\"}\n{\"id\":1,\"v\":\"61\"}\n{\"id\":\"aw==\",\"v\":61}\n", file);
        Assert.Equal(("k", "ab"), (rows[0].Key, rows[0].Value));
        Assert.Equal(["Its key is a number, not text in the form Base64.", "Its field 'v' is a JSON number, not text in the form Hex."],
            rows.Skip(1).Select(r => r.Fault));
    }

    public static TheoryData<InputFile> Faulty => new()
    {
        Csv with { Layout = new TextLayout { Quote = 'x' } },
        Csv with { Layout = new TextLayout { Quote = ',' }, Delimiter = ',' },
        Csv with { Layout = new TextLayout { SkipLines = -1 } },
        Csv with { Layout = new TextLayout { Comment = "" } },
        Csv with { Layout = new TextLayout { HeaderInComment = true } },
        Csv with { Layout = new TextLayout { Columns = [] } },
        Csv with { Layout = new TextLayout { Columns = ["a", "a"] } },
        Csv with { Layout = new TextLayout { NoLineBreaks = true, Quote = TextLayout.NoQuote } },
        Csv with { KeyForm = TextForm.Json },
        Csv with { ValueForm = TextForm.Json, ValueFields = null },
    };

    [Theory, MemberData(nameof(Faulty))]
    public async Task Layout_Contradictory_IsAConfigurationError(InputFile file) =>
        Assert.Equal(ErrorKind.ConfigValidation,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => RowRecorder.ReadAsync("id,v\n", file))).Kind);
}
