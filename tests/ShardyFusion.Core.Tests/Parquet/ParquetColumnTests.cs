using System.Text;
using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;
using ShardyFusion.Parquet;

namespace ShardyFusion.Core.Tests.Parquet;

/// <summary>Which column is taken for what, and what single values become.</summary>
public sealed class ParquetColumnTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_EveryName_IsReachedAsKeyAndAsValue()
    {
        var file = ParquetCase.All["column-names.parquet"];
        var expected = file.Rows().ToList();
        foreach (var (name, type) in file.Types)
        {
            var rows = await file.ReadAsync(key: name, values: [name]);
            Assert.Equal(expected.Select(row => ExpectedForm.KeyText(row.GetProperty(name))), rows.Select(row => row.Key));
            Assert.Equal(rows.Select(row => row.Key), rows.Select(row => row.Value));
            Assert.All(rows, row => Assert.Equal(type == "int64", row.IsInteger));
        }
        Assert.Equal(file.Types.Keys, await new ParquetReader().ColumnsAsync(file.FullPath, Token));
    }

    [Fact]
    public async Task Read_NameThatIsThereTwice_IsRefusedUnlessOthersAreMeant()
    {
        var file = ParquetCase.All["column-names-twice.parquet"];
        Assert.Contains("two columns of the name 'id'", (await FaultAsync(file, "id")).Message, StringComparison.Ordinal);
        Assert.Contains("two columns of the name 'id'", (await FaultAsync(file, "v")).Message, StringComparison.Ordinal);
        Assert.Equal(8, (await file.ReadAsync(key: "v", values: ["v"])).Count);
    }

    [Fact]
    public async Task Read_ColumnThatIsNotThere_NamesThoseThatAre()
    {
        var error = await FaultAsync(ParquetCase.All["people.none.parquet"], "nobody");
        Assert.Contains("has no column 'nobody'; its columns are: id, name,", error.Message, StringComparison.Ordinal);
        Assert.Equal("nobody", error.Target);
        Assert.Contains("holds structures", (await FaultAsync(ParquetCase.All["key-nested.parquet"], "user")).Message,
            StringComparison.Ordinal);
        Assert.Contains("holds values of the type double", (await FaultAsync(ParquetCase.All["people.none.parquet"], "score")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hash")]
    [InlineData("bin")]
    [InlineData("id")]
    public async Task Read_BytesAndIdentifiersAsKeys_AreTheirs(string key)
    {
        var file = ParquetCase.All["keys-binary.parquet"];
        var rows = await file.ReadAsync(key: key, values: ["hash"]);
        // The recorder shows bytes as base64, as the expected rows do.
        Assert.Equal(file.Rows().Select(row => row.GetProperty(key).GetString()), rows.Select(row => row.Key));
    }

    [Fact]
    public async Task Read_NullsAndIntegersThatNoKeyCanBe_CostTheirRows()
    {
        var nulls = await ParquetCase.All["keys-null.parquet"].ReadAsync(key: "code");
        Assert.Equal("Its key field 'code' is null; a key is text, an integer or bytes.", nulls[3].Fault);
        var large = await ParquetCase.All["keys-uint64.parquet"].ReadAsync();
        Assert.Contains("is not an integer of at most 63 bits", large[3].Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_TextThatIsNotUtf8_CostsItsRowUnlessValuesAreBytes()
    {
        var file = ParquetCase.All["invalid-utf8.parquet"];
        foreach (var rows in new[] { await file.ReadAsync(), await file.ReadAsync(values: ["name"]) })
        {
            Assert.Equal([1, 3, 4], Enumerable.Range(0, 6).Where(i => rows[i].Fault is not null));
            Assert.All([1, 3, 4], i => Assert.Contains("'name' holds bytes that are not UTF-8", rows[i].Fault, StringComparison.Ordinal));
        }
        Assert.All(await file.ReadAsync(values: ["name"], encoding: ValueEncoding.Raw), row => Assert.Null(row.Fault));
    }

    [Fact]
    public async Task Read_SingleColumn_IsItsBareText()
    {
        var file = ParquetCase.All["people.zstd.parquet"];
        var expected = file.Rows().ToList();
        foreach (var name in new[] { "name", "city", "balance" })
            Assert.Equal(expected.Select(row => row.GetProperty(name)).Select(value => value.GetString()),
                (await file.ReadAsync(values: [name])).Select(row => row.Value));
        Assert.Equal(expected.Select(row => row.GetProperty("seen")).Select(value =>
            value.ValueKind == System.Text.Json.JsonValueKind.Null ? null : value.GetProperty("iso").GetString()),
            (await file.ReadAsync(values: ["seen"])).Select(row => row.Value));
        Assert.Equal($"\"{expected[0].GetProperty("name").GetString()}\"",
            (await file.ReadAsync(values: ["name"], encoding: ValueEncoding.Json))[0].Value);
    }

    [Fact]
    public async Task Read_PartThatLacksAColumn_HasNullThere()
    {
        var rows = await ParquetCase.All["folder-reordered"].ReadAsync();
        var fields = rows.Select(row => System.Text.Json.JsonDocument.Parse(row.Value!).RootElement.EnumerateObject().Count()).Distinct();
        Assert.Equal(3, Assert.Single(fields));
        Assert.Contains(rows, row => row.Value!.Contains("null", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Read_PartitionColumn_CanBeTheKey()
    {
        var rows = await ParquetCase.All["spark35-partition-values"].ReadAsync(key: "p q", values: ["id"]);
        Assert.Contains(rows, row => row.Key == "a%41");
        Assert.All(rows.Where(row => row.Key is null), row => Assert.Contains("'p q' is null", row.Fault, StringComparison.Ordinal));
        Assert.Equal(6, rows.Count(row => row.Fault is not null));
    }

    [Fact]
    public async Task Read_WhatOnlyTextHas_IsRefused()
    {
        var file = new InputFile { Path = ParquetCase.All["people.none.parquet"].FullPath, KeyField = "id" };
        foreach (var faulty in new[] { file with { Delimiter = ';' }, file with { Layout = new TextLayout { SkipLines = 1 } },
            file with { KeyForm = TextForm.Hex }, file with { Path = null, Stream = new MemoryStream() } })
            Assert.Equal(ErrorKind.ConfigValidation,
                (await Assert.ThrowsAsync<ShardyFusionException>(() => ParquetCase.ReadAsync(faulty))).Kind);
        var missing = await Assert.ThrowsAsync<ShardyFusionException>(() => ParquetCase.ReadAsync(file with { Path = "none.parquet" }));
        Assert.Contains("does not exist", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_LargeValuesOfFewBytes_AreStreamed()
    {
        var file = ParquetCase.All["amplify.parquet"];
        var counter = new RowCounter();
        var source = new ParquetReader().Rows(new InputFile { Path = file.FullPath, KeyField = "id" }, new ValueEncoder(null), 1);
        Assert.Equal(100_000, await source.ReadAsync(counter, 0, Token));
        var valueBytes = Encoding.UTF8.GetByteCount($$"""{"name":"{{new string('v', 1000)}}"}""");
        Assert.Equal((100_000, 100_000L * valueBytes), (counter.Rows, counter.Bytes));
    }

    static async Task<ShardyFusionException> FaultAsync(ParquetCase file, string key) =>
        await Assert.ThrowsAsync<ShardyFusionException>(() => file.ReadAsync(key: key));

    sealed class RowCounter : IRowSinkProvider, IRowSink
    {
        public int Rows { get; private set; }

        public long Bytes { get; private set; }

        public IRowSink Open() => this;

        public void Close(IRowSink sink)
        {
        }

        public void Add(ReadOnlySpan<byte> keyText, ReadOnlySpan<byte> value, long ordinal) => Count(value);

        public void AddInteger(long key, ReadOnlySpan<byte> value, long ordinal) => Count(value);

        public void AddBytes(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long ordinal) => Count(value);

        public void Reject(string reason, string? key, long ordinal) => Assert.Fail(reason);

        void Count(ReadOnlySpan<byte> value)
        {
            Rows++;
            Bytes += value.Length;
        }
    }
}
