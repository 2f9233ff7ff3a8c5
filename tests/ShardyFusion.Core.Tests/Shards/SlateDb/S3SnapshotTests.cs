using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.S3;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Maintenance;
using ShardyFusion.Reading;
using ShardyFusion.Routing;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Core.Tests.Shards.SlateDb;

/// <summary>Snapshots of shardyfusion with SlateDB shards on a real object store.</summary>
public class S3SnapshotTests(S3Server server, SlateGolden golden, ITestOutputHelper output)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    // Opening: pointer, manifest. First get: a listing, the database's manifest, the end of its table, a log file that is in it; a block.
    [InlineData("snapshot-hash-u64", ReadMode.Range, 2, 5)]
    [InlineData("snapshot-hash-utf8", ReadMode.Download, 2, 5)]
    // All rows are in log files: a listing, the manifest, three such files.
    [InlineData("snapshot-hash-wal", ReadMode.Download, 2, 5)]
    public async Task EveryVerb_OnABucket_WorksAndCostsWhatIsSaid(string name, ReadMode mode, int toOpen, int toGet)
    {
        await using var prefix = await S3Prefix.CreateAsync(server);
        var database = golden[name];
        await database.CopyToAsync(prefix.Objects);
        using var folder = new TempFolder();
        await using var store = prefix.OpenProxied();
        var codec = KeyCodec.For(SlateSnapshot.KeyEncodingOf(database));
        var rows = database.Rows.Where(row => row.IsPresent).ToArray();
        int Requests() => prefix.Proxy.Requests.Count;

        await using var reader = await store.OpenReaderAsync(new ReaderOptions
        {
            Mode = mode,
            CacheDirectory = folder.Path,
            Memory = new BlockCache(64 << 20),
        }, Token);
        var opened = Requests();
        var key = codec.Decode(rows[0].Key);
        Assert.True(rows[0].Is((await reader.GetAsync(key, Token)).Value));
        var first = Requests();
        Assert.True(rows[0].Is((await reader.GetAsync(key, Token)).Value));
        output.WriteLine(
            $"counts: {name}: {opened} requests to open, {first - opened} for the first get, {Requests() - first} for it again");
        Assert.Equal((toOpen, toGet, 0), (opened, first - opened, Requests() - first));

        var found = await reader.GetManyAsync(Array.ConvertAll(rows, row => codec.Decode(row.Key)), Token);
        Assert.All(rows.Zip(found), pair => Assert.True(pair.First.Is(pair.Second.Value)));
        Assert.Empty(Directory.GetFiles(folder.Path, "*.sst", SearchOption.AllDirectories));
        Assert.Empty((await store.VerifyAsync(new VerifyOptions { Level = VerifyLevel.Deep }, null, Token)).Findings);
        Assert.Equal(rows.Length, await reader.ScanAsync(null, Token).CountAsync(Token));
        await using var destination = SnapshotStore.Open(folder["copy"]);
        var copied = await store.CopyToAsync(destination, new CopyOptions { Reshard = new BuildOptions { ShardCount = 2 }, Publish = true },
            null, Token);
        Assert.Equal(rows.Length, copied.RowCount);
        var info = await store.GetInfoAsync(SnapshotSelector.Current, 1, Token);
        Assert.StartsWith("SlateDB (manifest 1", info.Engine, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Healthy, (await store.CheckHealthAsync(new HealthOptions { Deep = true }, Token)).Status);
    }
}
