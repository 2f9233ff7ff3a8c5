using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.S3;
using ShardyFusion.Shards.SlateDb.Reading;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Shards.SlateDb;

/// <summary>Golden databases on a real object store, read by ranges.</summary>
public class S3ReadTests(S3Server server, SlateGolden golden, ITestOutputHelper output)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    // A listing, the manifest, the end of the one table, the last log file that is in it; one block.
    [InlineData("l0-0.17.0", 4, 1)]
    // A listing, the manifest, the log files; their rows are in memory then.
    [InlineData("walclose-0.12.1", 5, 0)]
    public async Task Get_FromABucket_CostsWhatIsSaid(string name, int toOpen, int toGet)
    {
        await using var prefix = await S3Prefix.CreateAsync(server);
        var database = golden[name];
        var local = new FileObjectStore(database.StoreFolder);
        await foreach (var entry in local.ListAsync("", null, Token))
            await prefix.Objects.PutAsync(entry.Key,
                (await local.GetAsync(entry.Key, 1 << 20, Token))!.Content, new PutOptions(PutCondition.Always), Token);
        await using var proxied = ObjectStores.Open(prefix.Path, server.Connection(prefix.Proxy.Endpoint));

        using var shard = await database.OpenAsync(proxied);
        Assert.Equal(toOpen, prefix.Proxy.Requests.Count);
        var present = database.Rows.First(row => row.IsPresent);
        Assert.True(present.Is(await shard.GetAsync(present.Key, Token)));
        Assert.Equal(toOpen + toGet, prefix.Proxy.Requests.Count);
        Assert.Equal(BlockPlace.Cache, shard.WhereIs(present.Key));
        Assert.True(present.Is(await shard.GetAsync(present.Key, Token)));
        Assert.Equal(toOpen + toGet, prefix.Proxy.Requests.Count);

        foreach (var row in database.Rows)
            Assert.True(row.Is(await shard.GetAsync(row.Key, Token)));
        var gets = prefix.Proxy.Requests.Count;
        using var other = await database.OpenAsync(proxied);
        var opened = prefix.Proxy.Requests.Count;
        Assert.Equal(database.Rows.Count(row => row.IsPresent), await other.ScanAsync(Token).CountAsync(Token));
        output.WriteLine(
            $"counts: {name} on S3: {toOpen} requests to open, {toGet} for the first get, {gets - toOpen} for all "
                + $"{database.Rows.Count} keys, "
            + $"{prefix.Proxy.Requests.Count - opened} for a scan");
    }
}
