using System.IO.Compression;
using System.Text;
using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Values;

namespace ShardyFusion.Core.Tests.Building.Input;

public sealed class InputTextTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("shardy-input-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Write(string name, byte[] content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    static byte[] Gzip(params byte[][] members)
    {
        var packed = new MemoryStream();
        foreach (var member in members)
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(member);
        return packed.ToArray();
    }

    static async Task<List<RowRecorder.Row>> Read(string path, InputFormat format = InputFormat.Auto)
    {
        var collector = new RowRecorder();
        var source = new FileRowSource(new InputFile { Path = path, Format = format, KeyField = "id", ValueFields = ["v"] },
            new ValueEncoder(null), 2);
        await source.ReadAsync(collector, 0, TestContext.Current.CancellationToken);
        return collector.Rows;
    }

    [Theory]
    [InlineData("a.csv", "id,v\n1,é\n")]
    [InlineData("a.CSV", "id,v\n1,é\n")]
    [InlineData("a.tsv", "id\tv\n1\té\n")]
    [InlineData("a.jsonl", "{\"id\":\"1\",\"v\":\"é\"}\n")]
    [InlineData("a.ndjson", "{\"id\":\"1\",\"v\":\"é\"}")]
    [InlineData("a.txt", "id,v\n1,é\n")]
    [InlineData("a.txt", "id\tv\n1\té\n")]
    [InlineData("a", " {\"id\":\"1\",\"v\":\"é\"}\n")]
    public async Task OpenAsync_NameOrContent_TellsTheFormat_PackedOrNot(string name, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        foreach (var path in new[] { Write(name, bytes), Write(name + ".gz", Gzip(bytes)), Write("packed-" + name, Gzip(bytes)) })
        {
            var row = Assert.Single(await Read(path));
            Assert.Equal(("1", "é"), (row.Key, row.Value));
        }
    }

    [Fact]
    public async Task OpenAsync_SeveralGzipMembers_AreOneText()
    {
        var rows = await Read(Write("a.csv.gz", Gzip("id,v\n1,a\n"u8.ToArray(), "2,b\n"u8.ToArray())));
        Assert.Equal(["a", "b"], rows.Select(r => r.Value));
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    [InlineData("utf-8")]
    public async Task OpenAsync_ByteOrderMark_TellsTheEncoding(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        var path = Write("a.csv", [.. encoding.GetPreamble(), .. encoding.GetBytes("id,v\n1,é😀\n")]);
        Assert.Equal("é😀", Assert.Single(await Read(path)).Value);
    }

    [Fact]
    public async Task OpenAsync_EncodingGiven_Converts()
    {
        var rows = await RowRecorder.ReadAsync(Encoding.Latin1.GetBytes("id,v\n1,é\n"), values: ["v"], textEncoding: Encoding.Latin1);
        Assert.Equal("é", Assert.Single(rows).Value);
    }

    [Fact]
    public async Task OpenAsync_BytesOutsideTheEncoding_AreAnError()
    {
        var e = await Assert.ThrowsAsync<ShardyFusionException>(() =>
            RowRecorder.ReadAsync([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("id,v\n1,a\n"), 0x00, 0xd8, 0x41, 0],
                values: ["v"]));
        Assert.Equal(ErrorKind.InputInvalid, e.Kind);
    }

    [Fact]
    public async Task OpenAsync_DamagedGzip_IsAnError()
    {
        var random = new Random(7);
        var text = Encoding.UTF8.GetBytes("id,v\n" + string.Concat(Enumerable.Range(0, 3_000).Select(i => $"{i},{random.Next()}\n")));
        var packed = Gzip(text);
        var flipped = packed.ToArray();
        flipped[packed.Length / 2] ^= 0xff;
        foreach (var bytes in new[] { packed[..(packed.Length / 2)], packed[..^8], packed[..^1], packed[..20], packed[..3],
            [.. packed, 1, 2, 3], flipped })
        {
            var e = await Assert.ThrowsAsync<ShardyFusionException>(() => Read(Write("a.csv.gz", bytes)));
            Assert.Equal(ErrorKind.InputInvalid, e.Kind);
        }
    }

    [Fact]
    public async Task OpenAsync_LargeGzip_UnpacksWhole()
    {
        var text = Encoding.UTF8.GetBytes("id,v\n" + string.Concat(Enumerable.Range(1, 60_000).Select(i => $"{i},{i}\n")));
        var rows = await Read(Write("a.csv.gz", Gzip(text)));
        Assert.Equal(60_000, rows.Count);
        Assert.All(rows, r => Assert.Equal(r.Key, r.Value));
    }

    [Fact]
    public async Task OpenAsync_NamedGzButPlain_IsAnError()
    {
        var e = await Assert.ThrowsAsync<ShardyFusionException>(() => Read(Write("a.csv.gz", "id,v\n"u8.ToArray())));
        Assert.Contains("not gzip", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_JsonArray_SaysWhatToDo()
    {
        var e = await Assert.ThrowsAsync<ShardyFusionException>(() => Read(Write("a.json", "[{\"id\":1}]"u8.ToArray())));
        Assert.Contains("JSON array", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_MissingFileOrFolder_IsAnErrorThatNamesIt()
    {
        foreach (var path in new[] { Path.Combine(folder, "none.csv"), Path.Combine(folder, "no", "none.csv"), folder })
        {
            var e = await Assert.ThrowsAsync<ShardyFusionException>(() => Read(path));
            Assert.Equal(ErrorKind.InputInvalid, e.Kind);
            Assert.Contains(path, e.Message, StringComparison.Ordinal);
        }
    }
}
