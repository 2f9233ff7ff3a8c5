using System.IO.Compression;
using System.Text;
using ShardyFusion.Building.Input;
using ShardyFusion.Core.Tests.Building.Input;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Parquet;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Values;
using ShardyFusion.Parquet.Rows;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Remote;

/// <summary>Rows from objects are those of the same files.</summary>
public abstract class RemoteInputTests
{
    readonly IStoreServer server;

    private protected RemoteInputTests(IStoreServer server) => this.server = server;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_TextInObjects_IsThatOfTheFiles()
    {
        var prefix = await server.NewPrefixAsync();
        await using var store = ObjectStores.Open(prefix, server.Connection());
        // Three ranges.
        var text = Encoding.UTF8.GetBytes("id,v\n" + string.Concat(Enumerable.Range(0, 1_200_000).Select(i => $"{i},value {i}\n")));
        Assert.InRange(text.Length, 17 << 20, 24 << 20);
        await PutAsync(store, "in/rows.csv", text);
        await PutAsync(store, "in/rows.csv.gz", Pack(text[..1_000_005]));
        await PutAsync(store, "in/people.jsonl", File.ReadAllBytes(Path.Combine(ParquetCase.Root, "equal", "people-int.jsonl")));
        await PutAsync(store, "in/empty.jsonl", []);

        var rows = await ReadAsync(prefix + "/in/rows.csv");
        Assert.Equal(1_200_000, rows.Count);
        Assert.Equal(("1199999", """{"v":"value 1199999"}"""), (rows[^1].Key, rows[^1].Value));
        Assert.InRange((await ReadAsync(prefix + "/in/rows.csv.gz")).Count, 40_000, 80_000);
        var people = await ReadAsync(Path.Combine(ParquetCase.Root, "equal", "people-int.jsonl"));
        Assert.Equal(people, await ReadAsync(prefix + "/in/people.jsonl"));
        Assert.Empty(await ReadAsync(prefix + "/in/empty.jsonl"));
        foreach (var missing in new[] { "/in/none.csv", "/in/none.parquet", "/in/none/" })
            Assert.Contains("does not exist", (await Assert.ThrowsAsync<ShardyFusionException>(() => ReadAsync(prefix + missing))).Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_ParquetInObjects_IsThatOfTheFiles()
    {
        var prefix = await server.NewPrefixAsync();
        await using var store = ObjectStores.Open(prefix, server.Connection());
        foreach (var name in new[] { "spark40-two-levels", "fastparquet-hive" })
        {
            var folder = Path.Combine(ParquetCase.Root, name);
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
                await PutAsync(store, $"lake/{name}/{Path.GetRelativePath(folder, file).Replace('\\', '/')}", File.ReadAllBytes(file));
            Assert.Equal(await ReadAsync(folder), await ReadAsync($"{prefix}/lake/{name}/"));
            Assert.Equal(await ReadAsync(folder), await ReadAsync($"{prefix}/lake/{name}", InputFormat.Parquet));
        }
        await PutAsync(store, "duck.parquet", File.ReadAllBytes(ParquetCase.All["duckdb-export-20000.parquet"].FullPath));
        Assert.Equal(await ReadAsync(ParquetCase.All["duckdb-export-20000.parquet"].FullPath), await ReadAsync(prefix + "/duck.parquet"));
    }

    [Fact]
    public async Task Read_ParquetThatChanges_IsRefused()
    {
        var prefix = await server.NewPrefixAsync();
        await using var store = ObjectStores.Open(prefix, server.Connection());
        await PutAsync(store, "people.parquet", File.ReadAllBytes(ParquetCase.All["people.zstd.parquet"].FullPath));
        await using var folder = PartFinder.FolderOf(new InputFile
        {
            Path = prefix + "/people.parquet",
            KeyField = "id",
            Connection = server.Connection(),
        });
        var part = Assert.Single(await PartFinder.FindAsync(folder, Token));
        part.Open().Dispose();
        await PutAsync(store, "people.parquet", File.ReadAllBytes(ParquetCase.All["people.gzip.parquet"].FullPath));
        Assert.Contains("changed while it was read", Assert.Throws<ShardyFusionException>(part.Open).Message, StringComparison.Ordinal);
    }

    async Task<List<RowRecorder.Row>> ReadAsync(string path, InputFormat format = InputFormat.Auto)
    {
        var recorder = new RowRecorder();
        var file = new InputFile { Path = path, Format = format, KeyField = "id", Connection = server.Connection() };
        await RowSources.Of(file, new ValueEncoder(null), 2).ReadAsync(recorder, 0, Token);
        return recorder.Rows;
    }

    static async Task PutAsync(IObjectStore store, string key, byte[] content) =>
        Assert.True((await store.PutAsync(key, content, new PutOptions(PutCondition.Always), Token)).Written);

    static byte[] Pack(byte[] content)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        return packed.ToArray();
    }
}
