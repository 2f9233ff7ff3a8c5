using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Maintenance;
using ShardyFusion.Routing;
using ShardyFusion.Shards.Sst.Writing;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Maintenance;

/// <summary>Exported rows come in key order, whole, and can be read again.</summary>
public sealed class ExportTests : IDisposable
{
    readonly SnapshotFixture snapshots = new();
    readonly TempFolder files = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        snapshots.Dispose();
        files.Dispose();
    }

    static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    string PathOf(string name) => Path.Combine(files.Path, name);

    async Task<List<object>> KeysAsync(ExportOptions options, IObjectStore? store = null)
    {
        var keys = new List<object>();
        await foreach (var row in (await snapshots.Open(store).OpenExportAsync(options, Token)).ReadAsync(Token)) keys.Add(row.Key);
        return keys;
    }

    async Task<string> TextAsync(ExportFormat format)
    {
        var text = new MemoryStream();
        await (await snapshots.Open().OpenExportAsync(new ExportOptions(), Token)).WriteAsync(text, format, null, Token);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    static Func<Manifest, Manifest> Values(ValueEncoding encoding) => manifest => manifest with
    {
        Required = manifest.Required with { ValueEncoding = encoding },
    };

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Read_AllRows_InKeyOrderOverShards(int shards)
    {
        snapshots.Add("one", 1, SnapshotFixture.Rows(5000), shards, options: new SstOptions { BlockSizeBytes = 512 });
        Assert.Equal(Enumerable.Range(0, 5000).Select(key => (object)(ulong)key), await KeysAsync(new ExportOptions()));
    }

    [Fact]
    public async Task Read_Range_HoldsItsBoundsAndReadsFewBlocks()
    {
        var manifest = snapshots.Add("one", 1, SnapshotFixture.Rows(50_000), 2, options: new SstOptions { BlockSizeBytes = 1024 });
        var before = snapshots.Store.Counters.BytesRead;
        Assert.Equal(Enumerable.Range(700, 101).Select(key => (object)(ulong)key),
            await KeysAsync(new ExportOptions { FirstKey = 700, LastKey = "800" }));
        Assert.InRange(snapshots.Store.Counters.BytesRead - before, 1, manifest.DbBytes!.Value / 2);
        Assert.Equal([49_999UL], await KeysAsync(new ExportOptions { FirstKey = 49_999 }));
        Assert.Equal([0UL], await KeysAsync(new ExportOptions { LastKey = 0 }));
        Assert.Empty(await KeysAsync(new ExportOptions { FirstKey = 60_000 }));
        Assert.Empty(await KeysAsync(new ExportOptions { FirstKey = 9, LastKey = 8 }));
    }

    [Fact]
    public async Task Read_RangeBesideAShard_DoesNotOpenIt()
    {
        snapshots.Add("one", 1, SnapshotFixture.Rows(2), 64);
        var store = new FaultyStore(snapshots.Store);
        Assert.Equal([1UL], await KeysAsync(new ExportOptions { FirstKey = 1 }, store));
        Assert.Single(store.Calls.Where(call => call.Key.StartsWith("shards/", StringComparison.Ordinal)).Select(call => call.Key)
            .Distinct());
    }

    [Fact]
    public async Task Read_Prefix_OfTextAndBytes()
    {
        var words = new[] { "a", "ab", "abc", "abd", "ac", "b", "ä", "ab\uFFFF" };
        snapshots.Add("one", 1, words.Select(word => ((object)word, Bytes("v"))), 3, KeyEncoding.Utf8);
        Assert.Equal(["ab", "abc", "abd", "ab\uFFFF"], await KeysAsync(new ExportOptions { KeyPrefix = "ab" }));
        Assert.Equal(8, (await KeysAsync(new ExportOptions())).Count);
        snapshots.Add("two", 2, new byte[][] { [1], [255], [255, 255], [255, 255, 3], [254] }.Select(key => ((object)key, Bytes("v"))), 3,
            KeyEncoding.Raw);
        Assert.Equal(["ffff", "ffff03"], Hex(await KeysAsync(new ExportOptions { KeyPrefix = new byte[] { 255, 255 } })));
        Assert.Equal(["fe", "ff"], Hex(await KeysAsync(new ExportOptions { FirstKey = new byte[] { 2 }, LastKey = new byte[] { 255 } })));

        static IEnumerable<string> Hex(IEnumerable<object> keys) => keys.Select(key => Convert.ToHexStringLower((byte[])key));
    }

    [Fact]
    public async Task Open_BoundsThatCannotBe_AreRefused()
    {
        snapshots.Add("one", 1);
        Assert.Equal(ErrorKind.ConfigValidation, await KindOfAsync(new ExportOptions { KeyPrefix = "1" }));
        Assert.Equal(ErrorKind.ConfigValidation, await KindOfAsync(new ExportOptions { KeyPrefix = "1", FirstKey = 1 }));
        Assert.Equal(ErrorKind.ShardAssignment, await KindOfAsync(new ExportOptions { FirstKey = "x" }));

        async Task<ErrorKind> KindOfAsync(ExportOptions options) =>
            (await Assert.ThrowsAsync<ShardyFusionException>(() => snapshots.Open().OpenExportAsync(options, Token))).Kind;
    }

    [Fact]
    public async Task Write_Csv_QuotesWhatNeedsIt()
    {
        snapshots.Add("one", 1, [("k,1", Bytes("plain")), ("k2", Bytes("say \"hi\"\r\n, twice")), ("k3", []), ("k4", Bytes(" edge"))], 2,
            KeyEncoding.Utf8);
        Assert.Equal("key,value\n\"k,1\",plain\nk2,\"say \"\"hi\"\"\r\n, twice\"\nk3,\nk4,\" edge\"\n", await TextAsync(ExportFormat.Csv));
    }

    [Fact]
    public async Task Write_ValuesThatAreNoText_AsBase64OrAnError()
    {
        snapshots.Add("one", 1, [(1UL, new byte[] { 0xff, 0 })], 1);
        Assert.Equal("{\"key\":1,\"value_base64\":\"/wA=\"}\n", await TextAsync(ExportFormat.JsonLines));
        Assert.Equal(ErrorKind.ConfigValidation, (await Assert.ThrowsAsync<ShardyFusionException>(() => TextAsync(ExportFormat.Csv))).Kind);
        snapshots.Add("two", 2, [(1UL, new byte[] { 0xff, 0 })], 1, edit: Values(ValueEncoding.Raw));
        Assert.Equal("key,value_base64\n1,/wA=\n", await TextAsync(ExportFormat.Csv));
    }

    [Fact]
    public async Task Write_JsonValues_AsDocumentsOnOneLine()
    {
        snapshots.Add("one", 1, [("a", Bytes("{\n \"x\": 1.50 }\n")), ("b", []), ("c", Bytes("{broken")), ("d", Bytes("\"é\""))], 2,
            KeyEncoding.Utf8, edit: Values(ValueEncoding.Json));
        Assert.Equal(
            "{\"key\":\"a\",\"value\":{\"x\":1.50}}\n{\"key\":\"b\",\"value_base64\":\"\"}\n"
                + "{\"key\":\"c\",\"value_base64\":\"e2Jyb2tlbg==\"}\n{\"key\":\"d\",\"value\":\"é\"}\n",
            await TextAsync(ExportFormat.JsonLines));
    }

    [Theory]
    [InlineData("rows.csv")]
    [InlineData("rows.csv.gz")]
    [InlineData("rows.jsonl")]
    [InlineData("rows.ndjson.gz")]
    public async Task WriteFile_ReadByABuild_GivesTheSameRows(string name)
    {
        snapshots.Add("one", 1, SnapshotFixture.Rows(3000, "a, \"b\"\n"), 4);
        var store = snapshots.Open();
        var written = await (await store.OpenExportAsync(new ExportOptions(), Token)).WriteFileAsync(PathOf(name), ExportFormat.Auto, false,
            null, Token);
        Assert.Equal((3000L, new FileInfo(PathOf(name)).Length), (written.Rows, written.Bytes));
        await using (var build = await store.StartBuildAsync(new BuildOptions
        {
            ShardCount = 4,
            KeyEncoding = KeyEncoding.U64BE,
            RunId = "two"
        }, null, Token))
        {
            await build.AddFileAsync(new InputFile { Path = PathOf(name), KeyField = "key", ValueFields = ["value"] }, Token);
            await build.CompleteAsync(Token);
        }
        var figures = await store.CompareAsync(new CompareOptions { From = new SnapshotSelector { RunId = "one" } }, null, null, null,
            Token);
        Assert.True(figures.RowsEqual);
    }

    [Fact]
    public async Task WriteFile_Exists_IsLeftAloneUnlessAsked()
    {
        snapshots.Add("one", 1);
        var export = await snapshots.Open().OpenExportAsync(new ExportOptions(), Token);
        await File.WriteAllTextAsync(PathOf("a.csv"), "mine", Token);
        Assert.Equal(ErrorKind.ConfigValidation,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => export.WriteFileAsync(PathOf("a.csv"), ExportFormat.Auto, false, null,
            Token))).Kind);
        Assert.Equal("mine", await File.ReadAllTextAsync(PathOf("a.csv"), Token));
        Assert.Equal(100, (await export.WriteFileAsync(PathOf("a.csv"), ExportFormat.Auto, true, null, Token)).Rows);
        Assert.Equal(ErrorKind.ConfigValidation,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => export.WriteFileAsync(PathOf("a.txt"), ExportFormat.Auto, true, null,
            Token))).Kind);
        Assert.Equal(ErrorKind.ConfigValidation,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => export.WriteFileAsync(PathOf("no/a.csv"), ExportFormat.Auto, true, null,
            Token))).Kind);
    }

    [Fact]
    public async Task WriteFile_StoreFailsHalfWay_LeavesTheOldFileAndNothingElse()
    {
        snapshots.Add("one", 1, SnapshotFixture.Rows(20_000), 4);
        await File.WriteAllTextAsync(PathOf("a.csv"), "before", Token);
        var store = new FaultyStore(snapshots.Store).Fail(StoreOperation.GetRange, nth: 7);
        var export = await snapshots.Open(store).OpenExportAsync(new ExportOptions(), Token);
        Assert.Equal(ErrorKind.StorageTransient,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => export.WriteFileAsync(PathOf("a.csv"), ExportFormat.Auto, true, null,
            Token))).Kind);
        Assert.Equal("before", await File.ReadAllTextAsync(PathOf("a.csv"), Token));
        Assert.Equal(["a.csv"], Directory.GetFiles(files.Path).Select(Path.GetFileName));
    }
}
