using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;

namespace ShardyFusion.Core.Tests.Building.Input;

public class CsvInputTests
{
    [Fact]
    public async Task Csv_OneValueColumn_GivesItsText()
    {
        var rows = await RowRecorder.ReadAsync("id,name\n1,Ada\n2,Bob\n", values: ["name"]);
        Assert.Equal([("1", "Ada"), ("2", "Bob")], rows.Select(r => (r.Key, r.Value)));
    }

    [Fact]
    public async Task Csv_NoValueColumnsNamed_GivesSortedJsonOfTheRest()
    {
        var rows = await RowRecorder.ReadAsync("zip,id,city\n\"a\"\"b\",7,Paris\n");
        Assert.Equal("""{"city":"Paris","zip":"a\"b"}""", Assert.Single(rows).Value);
    }

    [Fact]
    public async Task Csv_OneColumnLeft_StillGivesJson()
    {
        var rows = await RowRecorder.ReadAsync("id,v\n7,x\n");
        Assert.Equal("""{"v":"x"}""", Assert.Single(rows).Value);
    }

    [Fact]
    public async Task Csv_JsonEncodingGiven_QuotesASingleColumn()
    {
        var rows = await RowRecorder.ReadAsync("id,v\n7,x\n", values: ["v"], encoding: ValueEncoding.Json);
        Assert.Equal("\"x\"", Assert.Single(rows).Value);
    }

    [Theory]
    [InlineData("id,v\r\n1,a\r\n2,b\r\n")]
    [InlineData("id,v\n1,a\n2,b")]
    [InlineData("id,v\r\n1,a\r\n2,b\r")]
    [InlineData("\n\r\nid,v\n\n1,a\n\r\n\n2,b\n\n\n")]
    [InlineData("\uFEFFid,v\n1,a\n2,b\n")]
    [InlineData("\"id\",\"v\"\n\"1\",\"a\"\n\"2\",\"b\"\r\n")]
    public async Task Csv_AnyLineEnds_GivesTheSameRows(string text)
    {
        foreach (var chunkBytes in new[] { 1, 2, 3, 5, 8, 1024 })
        {
            var rows = await RowRecorder.ReadAsync(text, values: ["v"], chunkBytes: chunkBytes);
            Assert.Equal([("1", "a"), ("2", "b")], rows.Select(r => (r.Key, r.Value)));
        }
    }

    [Fact]
    public async Task Csv_QuotedLineEndsAndDelimiters_StayInTheField()
    {
        var rows = await RowRecorder.ReadAsync("id,v\n1,\"a,\r\nb\"\n2,\"\"\n3,\"\"\"\"\n", values: ["v"]);
        Assert.Equal(["a,\r\nb", "", "\""], rows.Select(r => r.Value));
    }

    [Fact]
    public async Task Csv_StrayQuoteInsideAField_IsAnOrdinaryCharacter()
    {
        var rows = await RowRecorder.ReadAsync("id,v\n1,5\" pipe\n2,b\n3,6\"\n", values: ["v"]);
        Assert.Equal(["5\" pipe", "b", "6\""], rows.Select(r => r.Value));
    }

    [Fact]
    public async Task Tsv_TabsSeparate()
    {
        var rows = await RowRecorder.ReadAsync("id\tv\n1\ta,b\n", InputFormat.Tsv, values: ["v"]);
        Assert.Equal("a,b", Assert.Single(rows).Value);
    }

    [Fact]
    public async Task Csv_DelimiterGiven_Separates()
    {
        var rows = await RowRecorder.ReadAsync("id;v\n1;a,b\n", values: ["v"], delimiter: ';');
        Assert.Equal("a,b", Assert.Single(rows).Value);
    }

    [Fact]
    public async Task Csv_RaggedRow_IsRejectedWithCounts()
    {
        var rows = await RowRecorder.ReadAsync("id,v\n1,a\n2\n3,a,b\n4,c\n", values: ["v"]);
        Assert.Equal([null, "It has 1 fields, the header has 2.", "It has 3 fields, the header has 2.", null], rows.Select(r => r.Fault));
        Assert.Equal("3", rows[2].Key);
    }

    [Fact]
    public async Task Csv_TextAfterClosingQuote_IsRejected()
    {
        var rows = await RowRecorder.ReadAsync("id,v\n1,\"a\"x\n2,b\n", values: ["v"]);
        Assert.Equal("Field 2 goes on after its closing quote.", rows[0].Fault);
        Assert.Equal("b", rows[1].Value);
    }

    [Fact]
    public async Task Csv_BadBytes_RejectOnlyTheirRow()
    {
        var rows = await RowRecorder.ReadAsync([.. "id,v\n1,a\n2,"u8, 0xff, .. "\n3,\0\n4,d\n"u8], values: ["v"]);
        Assert.Equal([false, true, true, false], rows.Select(r => r.Fault is not null));
    }

    [Fact]
    public async Task Csv_UnterminatedQuoteInTheHeader_IsAnError()
    {
        foreach (var chunkBytes in new[] { 3, 1024 })
        {
            var e = await Assert.ThrowsAsync<ShardyFusionException>(() => RowRecorder.ReadAsync("id,\"v\n1,a\n", values: ["v"],
                chunkBytes: chunkBytes));
            Assert.Equal(ErrorKind.InputInvalid, e.Kind);
            Assert.Contains("header", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Csv_NoSuchColumn_NamesItAndListsTheOthers()
    {
        var e = await Assert.ThrowsAsync<ShardyFusionException>(() => RowRecorder.ReadAsync("Nr,v\n1,a\n"));
        Assert.Equal(ErrorKind.InputInvalid, e.Kind);
        Assert.Equal("id", e.Target);
        Assert.Contains("Nr, v", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Csv_NameInAnotherCase_FindsTheOnlyOneAndRefusesSeveral()
    {
        var rows = await RowRecorder.ReadAsync("Id,v\n1,a\n");
        Assert.Equal("{\"v\":\"a\"}", Assert.Single(rows).Value);
        var e = await Assert.ThrowsAsync<ShardyFusionException>(() => RowRecorder.ReadAsync("Id,ID,v\n1,2,a\n"));
        Assert.Contains("Id, ID", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id,v,v\n", "'v' 2 times")]
    [InlineData("", "empty")]
    [InlineData("\n\r\n", "empty")]
    [InlineData("i\0d\n", "not UTF-8 text")]
    public async Task Csv_FaultyHeader_IsAnError(string text, string message)
    {
        var e = await Assert.ThrowsAsync<ShardyFusionException>(() => RowRecorder.ReadAsync(text));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Csv_HeaderOnly_GivesNoRows() => Assert.Empty(await RowRecorder.ReadAsync("id,v"));

    [Fact]
    public async Task Csv_FirstOfManyBadRows_IsTheOneThatStopsTheRead()
    {
        var text = "id,v\n" + string.Concat(Enumerable.Range(1, 5_000).Select(i => i >= 1_234 && i % 3 == 1 ? $"{i}\n" : $"{i},x\n"));
        for (var i = 0; i < 20; i++)
        {
            var collector = new RowRecorder(stopAtReject: true);
            var file = new InputFile
            {
                Stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)),
                Format = InputFormat.Csv,
                KeyField = "id",
            };
            var source = new FileRowSource(file, new ValueEncoder(null), workers: 4) { ChunkBytes = 200 };
            var e = await Assert.ThrowsAsync<RowException>(() => source.ReadAsync(collector, 0, TestContext.Current.CancellationToken));
            Assert.Equal(1_234, e.RowNumber);
            Assert.Equal(0, collector.OpenSinks);
        }
    }

    [Fact]
    public async Task Csv_RowsBefore_ShiftTheNumbers()
    {
        var collector = new RowRecorder();
        var file = new InputFile { Stream = new MemoryStream("id,v\n1,a\n2\n"u8.ToArray()), Format = InputFormat.Csv, KeyField = "id" };
        Assert.Equal(2, await new FileRowSource(file, new ValueEncoder(null), 2).ReadAsync(collector, 100,
            TestContext.Current.CancellationToken));
        Assert.Equal([101L, 102L], collector.Rows.Select(r => r.Ordinal));
    }

    [Theory]
    [InlineData('"', null)]
    [InlineData('\n', null)]
    [InlineData('é', null)]
    [InlineData(null, "v,v")]
    [InlineData(null, "")]
    public async Task ReadAsync_FaultyDescription_IsAConfigurationError(char? delimiter, string? values)
    {
        var fields = values?.Split(',', StringSplitOptions.RemoveEmptyEntries);
        var e = await Assert.ThrowsAsync<ShardyFusionException>(() => RowRecorder.ReadAsync("id,v\n", values: fields,
            delimiter: delimiter));
        Assert.Equal(ErrorKind.ConfigValidation, e.Kind);
    }

    [Fact]
    public async Task ReadAsync_StalledStreamCancelled_EndsAtOnce()
    {
        using var cancel = new CancellationTokenSource();
        var stream = new StalledStream(cancel);
        var file = new InputFile { Stream = stream, Format = InputFormat.Csv, KeyField = "id" };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new FileRowSource(file, new ValueEncoder(null), 2) { ChunkBytes = 16 }.ReadAsync(new RowRecorder(), 0, cancel.Token));
    }

    /// <summary>Gives some rows, then hangs whatever the token says, as a terminal does.</summary>
    sealed class StalledStream(CancellationTokenSource cancel) : MemoryStream("id,v\n1,a\n2,b\n3,c\n4,d\n5,e\n"u8.ToArray())
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position < Length) return Read(buffer.Span[..Math.Min(7, buffer.Length)]);
            cancel.CancelAfter(20);
            await new TaskCompletionSource().Task;
            return 0;
        }
    }
}
