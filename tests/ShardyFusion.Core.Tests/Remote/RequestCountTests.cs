using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.Remote.RemotePrefix;

namespace ShardyFusion.Core.Tests.Remote;

/// <summary>How many requests things cost, by the store's own counters and by what really passes the wire.</summary>
public abstract class RequestCountTests
{
    readonly IStoreServer server;

    private protected RequestCountTests(IStoreServer server) => this.server = server;

    const int Keys = 5_000;

    // Only even keys are stored, so that an odd one lies between two that are.
    static readonly string Padding = new('x', 80);

    static Task<BuildResult> PublishAsync(SnapshotStore store, int shards) =>
        RemotePrefix.PublishAsync(store, Enumerable.Range(0, Keys).Select(static n => 2 * n), Padding,
            new BuildOptions { ShardCount = shards, Parallelism = 4 });

    /// <summary>Requests that <paramref name="action"/> caused: the counter's GETs and all that passed the proxy, which must
    /// agree.</summary>
    static async Task<int> RequestsOfAsync(RemotePrefix prefix, SnapshotStore store, Func<Task> action)
    {
        var (gets, others, sent) = (store.Counters.Gets, store.Counters.Heads + store.Counters.Lists + store.Counters.Puts,
            prefix.Proxy.Requests.Count);
        await action();
        Assert.Equal(others, store.Counters.Heads + store.Counters.Lists + store.Counters.Puts);
        Assert.Equal(store.Counters.Gets - gets, prefix.Proxy.Requests.Count - sent);
        return prefix.Proxy.Requests.Count - sent;
    }

    [Fact]
    public async Task Lookup_ColdWarmCachedAndMissing_CostsFourOneNoneNone()
    {
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, shards: 2);
        var store = prefix.OpenProxied();
        SnapshotReader? opened = null;
        LookupResult? found = null;

        // Cold: pointer, manifest, the shard's tail, one data block.
        Assert.Equal(4, await RequestsOfAsync(prefix, store, async () =>
        {
            opened = await store.OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range }, Token);
            found = await opened.GetAsync(0, Token);
        }));
        await using var reader = opened!;
        Assert.Equal((true, LookupSource.Store), (found!.Found, found.Source));

        // Warm shard: a block that was not read yet is one request.
        var far = Enumerable.Range(Keys / 2, Keys).Select(static n => 2 * n).First(key => reader.ResolveShard(key) == found.ShardId);
        Assert.Equal(1, await RequestsOfAsync(prefix, store, async () => found = await reader.GetAsync(far, Token)));
        Assert.Equal((true, LookupSource.Store), (found.Found, found.Source));

        // The same block again is none.
        Assert.Equal(0, await RequestsOfAsync(prefix, store, async () => found = await reader.GetAsync(far, Token)));
        Assert.Equal((true, LookupSource.Cache), (found.Found, found.Source));

        // A key that the Bloom filter excludes is none; the filter errs for one key in a hundred.
        var excluded = 0;
        foreach (var missing in Enumerable.Range(0, 1000).Select(static n => (2 * n) + 1)
            .Where(key => reader.ResolveShard(key) == found.ShardId).Take(300))
        {
            var requests = await RequestsOfAsync(prefix, store, async () => found = await reader.GetAsync(missing, Token));
            Assert.False(found.Found);
            Assert.InRange(requests, 0, found.Source == LookupSource.Filter ? 0 : 1);
            excluded += found.Source == LookupSource.Filter ? 1 : 0;
        }
        Assert.InRange(excluded, 285, 300);
    }

    [Fact]
    public async Task GetMany_KeysOfOneBlock_OneRequest()
    {
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, shards: 1);
        var store = prefix.OpenProxied();
        await using var reader = await store.OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range }, Token);
        await reader.GetAsync(2 * Keys - 2, Token);
        Assert.Equal(1, await RequestsOfAsync(prefix, store, async () => Assert.All(await reader.GetManyAsync([0, 2, 4, 6, 8], Token),
            static r => Assert.True(r.Found))));
    }

    [Fact]
    public async Task Build_SmallShards_OnePutEachAndReportsExactlyWhatPassedTheWire()
    {
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, shards: 2);
        var store = prefix.OpenProxied();
        var before = prefix.Proxy.Requests.Count;
        var result = await PublishAsync(store, shards: 8);

        var requests = prefix.Proxy.Requests.Skip(before).ToList();
        int Count(Func<ProxiedRequest, bool> match) => requests.Count(match);
        var shardPuts = requests.Where(static r => r.Method is "PUT" or "POST" && r.Target.Contains("/shards/", StringComparison.Ordinal))
            .GroupBy(static r => r.Target).ToList();
        Assert.Equal(8, shardPuts.Count);
        Assert.All(shardPuts, static puts => Assert.InRange(puts.Count(), 1, 2));
        Assert.Equal(result.Requests, new StoreUsage(
            Gets: Count(static r => r.IsRead && !r.Target.Contains("uploads", StringComparison.Ordinal)),
            Puts: Count(static r => r.IsWrite || r.IsPart),
            Heads: Count(static r => r.Method == "HEAD"),
            Lists: Count(static r => r.Method == "GET" && (r.IsList || r.Target.Contains("uploads", StringComparison.Ordinal))),
            Deletes: Count(static r => r.Method == "DELETE"
            || (r.Method == "POST" && r.Target.Contains("delete", StringComparison.Ordinal))),
            Retries: 0,
            BytesRead: result.Requests.BytesRead,
            BytesWritten: requests.Where(static r => r.IsWrite || r.IsPart).Sum(static r => (long)r.Body.Length)));
        // Lock, record, 8 shards, lock renewal, manifest, pointer, event, record, lock: what a build of 8 small shards writes.
        Assert.Equal(8 + 8, result.Requests.Puts);
        // One asks for a freeze before the work; two are the last look at shards and removal marks before the pointer moves; two, at the
        // start and before the pointer moves, ask whether the manifests are in a database that was not named.
        Assert.InRange(result.Requests.Gets + result.Requests.Heads + result.Requests.Lists, 1, 13);
        Assert.True(result.ShardBytes < result.Requests.BytesWritten);
    }
}
