using System.Buffers.Binary;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.S3;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Maintenance;
using ShardyFusion.Reading;
using ShardyFusion.Shards.Sqlite.Reading;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Core.Tests.Shards.Sqlite;

/// <summary>SQLite shards on a real object store, read by page.</summary>
public sealed class SqliteOnS3Tests(S3Server server, SqliteGolden golden, ITestOutputHelper output)
{
    const int Rows = 20_000, LongValueBytes = 20_000;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("hash-u64be", ReadMode.Range)]
    [InlineData("hash-utf8", ReadMode.Download)]
    [InlineData("cel-range-key", ReadMode.Auto)]
    public async Task EveryVerb_OnABucket_Works(string name, ReadMode mode)
    {
        await using var prefix = await S3Prefix.CreateAsync(server);
        await golden[name].CopyToAsync(prefix.Objects);
        using var folder = new TempFolder();
        await using var store = prefix.OpenProxied();
        await using var reader = await store.OpenReaderAsync(new ReaderOptions
        {
            Mode = mode,
            CacheDirectory = folder.Path,
            Memory = new BlockCache(64 << 20),
        }, Token);
        var rows = golden[name].Rows;
        Assert.Equal(2, prefix.Proxy.Requests.Count);
        foreach (var row in rows)
            Assert.Equal(row.Value, (await reader.GetAsync(row.Key, Token)).Value?.ToArray());
        output.WriteLine($"counts: {name}: {prefix.Proxy.Requests.Count} requests for {rows.Count} keys, one after the other");
        Assert.Empty(Directory.GetFiles(folder.Path, "*.db", SearchOption.AllDirectories));
        Assert.Empty((await store.VerifyAsync(new VerifyOptions { Level = VerifyLevel.Deep }, null, Token)).Findings);
        Assert.Equal(HealthStatus.Healthy, (await store.CheckHealthAsync(new HealthOptions { Deep = true }, Token)).Status);
    }

    // A tree of three levels, whose first pages alone are read when it is opened.
    [Fact]
    public async Task Get_UpperPagesCached_CostsAtMostTwoRequests()
    {
        using var folder = new TempFolder();
        SqliteMaker.MakeShard(folder["shard.db"], 4096, Enumerable.Range(0, Rows).Select(i => (KeyOf(i), ValueOf(i))));
        await using var prefix = await S3Prefix.CreateAsync(server);
        await prefix.Objects.PutAsync("s/shard.db", await File.ReadAllBytesAsync(folder["shard.db"], Token),
            new PutOptions(PutCondition.Always), Token);
        await using var proxied = ObjectStores.Open(prefix.Path, server.Connection(prefix.Proxy.Endpoint));
        var file = new StoreShardFiles(proxied).Open("s/shard.db", new FileInfo(folder["shard.db"]).Length, SqliteFile.Missing);
        using var shard = await new SqliteFile(file).OpenAsync(new BlockCache(64 << 20), Token);
        Assert.Single(prefix.Proxy.Requests);
        async Task<int> RequestsOfAsync(int row)
        {
            var before = prefix.Proxy.Requests.Count;
            Assert.Equal(ValueOf(row), (await shard.GetAsync(KeyOf(row), Token))?.ToArray());
            return prefix.Proxy.Requests.Count - before;
        }
        var cold = await RequestsOfAsync(Rows / 2 + 1);
        var again = await RequestsOfAsync(Rows / 2 + 1);
        // Every 400th row leads over nearly every page of the middle level.
        for (var row = 0; row < Rows; row += 400)
            await RequestsOfAsync(row + 1);
        var (plain, split) = (0, 0);
        for (var row = 200; row < Rows; row += 400)
        {
            plain = Math.Max(plain, await RequestsOfAsync(row + 1));
            split = Math.Max(split, await RequestsOfAsync(row / 1000 * 1000));
        }
        output.WriteLine($"counts: a get from {Rows} rows on S3: {cold} requests cold, {again} again; upper pages cached {plain}, "
            + $"and {split} for a value of {LongValueBytes} bytes");
        Assert.Equal((0, 1), (again, plain));
        Assert.InRange(cold, 1, 3);
        Assert.InRange(split, 1, 2);
        var before = prefix.Proxy.Requests.Count;
        Assert.Equal(Rows, await shard.ScanAsync(Token).CountAsync(Token));
        Assert.InRange(prefix.Proxy.Requests.Count - before, 1, 20);
    }

    // A lookup reads one page: what leads to it came with the sidecar, or, where that is of another file, is read once.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_WithASidecar_OneRequestUnlessItIsOfAnotherFile(bool isItsOwn)
    {
        const string name = "head-hash";
        await using var prefix = await S3Prefix.CreateAsync(server);
        await golden[name].CopyToAsync(prefix.Objects);
        if (!isItsOwn)
            await SpoilTagsAsync(prefix.Objects);
        await using var store = prefix.OpenProxied();
        await using var reader = await store.OpenReaderAsync(new ReaderOptions { Memory = new BlockCache(64 << 20) }, Token);
        var most = 0;
        foreach (var group in golden[name].Rows.GroupBy(row => row.DbId))
        {
            var opening = prefix.Proxy.Requests.Count;
            await reader.GetAsync(group.First().Key, Token);
            output.WriteLine($"counts: shard {group.Key}, {(isItsOwn ? "with" : "without")} its sidecar: "
                + $"{prefix.Proxy.Requests.Count - opening} requests for the first get");
            foreach (var row in group)
            {
                var before = prefix.Proxy.Requests.Count;
                Assert.Equal(row.Value, (await reader.GetAsync(row.Key, Token)).Value?.ToArray());
                if (row.Value is null or { Length: < 900 })
                    most = Math.Max(most, prefix.Proxy.Requests.Count - before);
            }
        }
        Assert.InRange(most, 0, isItsOwn ? 1 : 3);
        var fronts = prefix.Proxy.Requests.Count(request => request.Header("Range") == "bytes=0-65535");
        Assert.Equal(isItsOwn, fronts == 0);
    }

    static async Task SpoilTagsAsync(RemoteObjectStore objects)
    {
        await foreach (var entry in objects.ListAsync("shards/", null, Token))
        {
            if (!entry.Key.EndsWith(".sidecar", StringComparison.Ordinal))
                continue;
            var content = (await objects.GetAsync(entry.Key, 1 << 20, Token))!.Content.ToArray();
            content[20] ^= 1;
            await objects.PutAsync(entry.Key, content, new PutOptions(PutCondition.Always), Token);
        }
    }

    static byte[] KeyOf(int i)
    {
        var key = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(key, i);
        return key;
    }

    static byte[] ValueOf(int i)
    {
        var value = new byte[i % 1000 == 0 ? LongValueBytes : 100];
        BinaryPrimitives.WriteInt32LittleEndian(value, i);
        return value;
    }
}
