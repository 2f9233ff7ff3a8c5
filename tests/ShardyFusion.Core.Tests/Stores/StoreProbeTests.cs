using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Stores;

public sealed class StoreProbeTests(S3Server server) : IDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    static readonly string[] Checks =
        [
        "create-only", "create-only conflict", "if-match", "if-match stale", "if-match missing", "create-only race", "if-match race",
            "read", "ranges", "list", "list paging",
        "uploads in parts", "list uploads", "copy", "clock", "delete", "permissions",
    ];

    static async Task AssertAllPassAsync(IObjectStore store)
    {
        var results = await StoreProbe.RunAsync(store, Token);
        Assert.Equal(Checks, results.Select(static r => r.Check));
        Assert.All(results, static r => Assert.True(r.Passed, $"{r.Check}: {r.Detail}"));
        Assert.Equal(StoreFitness.Fit, StoreProbe.Judge(results));
        Assert.Empty(await BuiltSnapshots.KeysAsync(store, ""));
    }

    [Fact]
    public Task Run_DiskStore_EveryCheckPassesAndNothingStays() => AssertAllPassAsync(new FileObjectStore(folder.Path));

    [Fact]
    public async Task Run_S3Server_EveryCheckPassesAndNothingStays()
    {
        await using var store = ObjectStores.Open(await server.NewPrefixAsync(), server.Connection());
        await AssertAllPassAsync(store);
        Assert.True(store.Capabilities.ConditionalWrites);
    }

    [Fact]
    public async Task Run_StoreThatIgnoresConditions_TheConditionChecksFail()
    {
        var prefix = await server.NewPrefixAsync();
        await using var proxy = FaultProxy.Start(server.Endpoint).On(static r => r.IsWrite, FaultProxy.IgnoreCondition(server.SecretKey),
            count: int.MaxValue);
        await using var store = ObjectStores.Open(prefix, server.Connection(proxy.Endpoint));
        Assert.Null(store.Capabilities.ConditionalWrites);
        var results = await StoreProbe.RunAsync(store, Token);
        Assert.Equal(["create-only conflict", "if-match stale", "if-match missing"], results.Where(static r => r.Passed != true)
            .Select(static r => r.Check).Intersect(["create-only conflict", "if-match stale", "if-match missing"]));
        Assert.False(store.Capabilities.ConditionalWrites);
        // A later store on the same endpoint and bucket knows.
        await using var again = ObjectStores.Open(prefix + "-again", server.Connection(proxy.Endpoint));
        Assert.False(again.Capabilities.ConditionalWrites);
    }

    [Fact]
    public async Task RequireConditionalWrites_StoreThatComparesAndWritesInTwoSteps_StoreUnsafe()
    {
        await using var store = new TwoStepStore(new FileObjectStore(folder.Path));
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => StoreProbe.RequireConditionalWritesAsync(store, Token));
        Assert.Equal(ErrorKind.StoreUnsafe, error.Kind);
        Assert.Contains("race", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_S3BucketThatKeepsVersions_SaysWhatTheServerDoes()
    {
        await using var prefix = await S3.S3Prefix.CreateVersionedAsync(server);
        var race = (await StoreProbe.RunAsync(prefix.Objects, Token)).Single(static r => r.Check == "if-match race");
        // Twenty more rounds tell what is true of this server; Ceph 20.2 lets several win.
        var (key, most) = ("raced", 0);
        var etag = (await prefix.Objects.PutAsync(key, "0"u8.ToArray(), new PutOptions(PutCondition.Always), Token)).ETag!;
        for (var round = 0; round < 20; round++)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, 4)
                .Select(n => prefix.Objects.PutAsync(key, new byte[] { (byte)n }, new PutOptions(PutCondition.IfMatch(etag)), Token)));
            most = Math.Max(most, results.Count(static r => r.Written));
            etag = (await prefix.Objects.HeadAsync(key, Token))!.ETag;
        }
        if (most == 1)
        {
            Assert.True(race.Passed, race.Detail);
            return;
        }
        // A race is found by luck: what one probe misses, the next one sees.
        for (var probe = 0; probe < 20 && race.Passed != false; probe++)
            race = (await StoreProbe.RunAsync(prefix.Objects, Token)).Single(static r => r.Check == "if-match race");
        Assert.False(race.Passed, race.Detail);
    }

    /// <summary>Waits between comparing and writing until the others have compared as well.</summary>
    sealed class TwoStepStore(IObjectStore inner) : DelegatingStore(inner)
    {
        public override StoreCapabilities Capabilities => Inner.Capabilities with { ConditionalWrites = null };

        public override async Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> content, PutOptions options,
            CancellationToken cancellationToken)
        {
            if (options.Condition.Kind != PutConditionKind.IfMatch)
                return await Inner.PutAsync(key, content, options, cancellationToken);
            if ((await Inner.HeadAsync(key, cancellationToken))?.ETag != options.Condition.ETag)
                return PutResult.ConditionFailed;
            await Task.Delay(20, cancellationToken);
            return await Inner.PutAsync(key, content, options with { Condition = PutCondition.Always }, cancellationToken);
        }
    }

    [Fact]
    public async Task RequireConditionalWrites_StoreThatIgnoresThem_StoreUnsafe()
    {
        var prefix = await server.NewPrefixAsync();
        await using var proxy = FaultProxy.Start(server.Endpoint).On(static r => r.IsWrite, FaultProxy.IgnoreCondition(server.SecretKey),
            count: int.MaxValue);
        await using var store = ObjectStores.Open(prefix, server.Connection(proxy.Endpoint));
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => StoreProbe.RequireConditionalWritesAsync(store, Token));
        Assert.Equal(ErrorKind.StoreUnsafe, error.Kind);
        Assert.Empty(await BuiltSnapshots.KeysAsync(store, ""));
    }

    [Fact]
    public async Task RequireConditionalWrites_S3Server_ProbesOnceOnly()
    {
        var prefix = await server.NewPrefixAsync();
        await using var proxy = FaultProxy.Start(server.Endpoint);
        await using var store = ObjectStores.Open(prefix, server.Connection(proxy.Endpoint));
        await StoreProbe.RequireConditionalWritesAsync(store, Token);
        Assert.True(store.Capabilities.ConditionalWrites);
        var requests = proxy.Requests.Count;
        Assert.InRange(requests, 1, 250);
        await StoreProbe.RequireConditionalWritesAsync(store, Token);
        Assert.Equal(requests, proxy.Requests.Count);
    }

    [Fact]
    public async Task Run_DeniedDelete_FailsThatCheckAndPermissions()
    {
        var prefix = await server.NewPrefixAsync();
        await using var proxy = FaultProxy.Start(server.Endpoint)
            .On(static r => r.Method == "DELETE" || (r.Method == "POST" && r.Target.Contains("delete", StringComparison.Ordinal)),
                FaultProxy.Status(403, "AccessDenied"), count: int.MaxValue);
        await using var store = ObjectStores.Open(prefix, server.Connection(proxy.Endpoint));
        var failed = (await StoreProbe.RunAsync(store, Token)).Where(static r => r.Passed != true).ToList();
        Assert.Equal(["delete", "permissions"], failed.Select(static r => r.Check));
        Assert.All(failed, static r => Assert.False(r.IsRequired));
        Assert.Contains("delete", failed[1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NothingMayBeWritten_ChecksAreNotMade()
    {
        var prefix = await server.NewPrefixAsync();
        await using var proxy = FaultProxy.Start(server.Endpoint).On(static r => r.IsWrite, FaultProxy.Status(403, "AccessDenied"),
            count: int.MaxValue);
        await using var store = ObjectStores.Open(prefix, server.Connection(proxy.Endpoint));
        var results = await StoreProbe.RunAsync(store, Token);
        Assert.All(results, static r => Assert.NotEqual(true, r.Passed));
        Assert.Null(store.Capabilities.ConditionalWrites);
        Assert.Equal(ErrorKind.StorageDenied,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => StoreProbe.RequireConditionalWritesAsync(store, Token))).Kind);
    }

    [Fact]
    public async Task Run_ClockAnHourAhead_ClockCheckFails()
    {
        await using var store = new FileObjectStore(folder.Path);
        var results = await StoreProbe.RunAsync(store, new ShiftedClock(TimeSpan.FromHours(1)), Token);
        var failed = Assert.Single(results, static r => r.Passed != true);
        Assert.Equal("clock", failed.Check);
        Assert.Contains("3600", failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RemoveLeftovers_OfAnInterruptedProbe_GoneAfterAnHour()
    {
        await using var store = new FileObjectStore(folder.Path);
        await store.PutAsync($".probe/{Guid.NewGuid():N}/cas", new byte[1], new PutOptions(PutCondition.Always), Token);
        Assert.Equal(0, await StoreProbe.RemoveLeftoversAsync(store, TimeProvider.System, Token));
        Assert.Equal(1, await StoreProbe.RemoveLeftoversAsync(store, new ShiftedClock(TimeSpan.FromHours(2)), Token));
        Assert.Empty(await ObjectStoreContract.ListAsync(store, "", null));
    }

    sealed class ShiftedClock(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;
    }
}
