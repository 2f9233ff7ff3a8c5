using System.Diagnostics;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Core.Tests.Remote;

/// <summary>A remote store behind a network that fails.</summary>
public abstract class NetworkFaultTests
{
    readonly IStoreServer server;

    private protected NetworkFaultTests(IStoreServer server) => this.server = server;

    static readonly PutOptions Always = new(PutCondition.Always);
    static readonly PutOptions CreateOnly = new(PutCondition.CreateOnly);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);
    static CancellationToken Token => TestContext.Current.CancellationToken;

    readonly ImpatientClock clock = new(LongestPause);

    async Task<(FaultProxy Proxy, RemoteObjectStore Store)> OpenAsync(Func<StoreConnection, StoreConnection>? change = null)
    {
        var prefix = await server.NewPrefixAsync();
        var proxy = FaultProxy.Start(server.Endpoint);
        var connection = server.Connection(proxy.Endpoint);
        return (proxy, server.Open(prefix, change?.Invoke(connection) ?? connection, clock));
    }

    static byte[] Pattern(int length)
    {
        var bytes = new byte[length];
        new Random(3).NextBytes(bytes);
        return bytes;
    }

    public static TheoryData<string> PassingFaults => ["reset", "reset afterwards", "500", "500 afterwards", "502", "503", "504", "408",
        "429"];

    static ProxyFault Named(string name) => name switch
    {
        "reset" => FaultProxy.Reset,
        "reset afterwards" => FaultProxy.ResetAfterwards,
        "500 afterwards" => FaultProxy.Status(500, "InternalError", isAfterwards: true),
        _ => FaultProxy.Status(int.Parse(name, System.Globalization.CultureInfo.InvariantCulture), "Whatever"),
    };

    [Theory]
    [MemberData(nameof(PassingFaults))]
    public Task CreateOnlyPut_TransientFaultTwice_WrittenOnceAndRetriesCounted(string fault) => AssertPassesAsync(Named(fault));

    private protected async Task AssertPassesAsync(ProxyFault fault)
    {
        var (proxy, store) = await OpenAsync();
        await using var _ = proxy;
        await using var __ = store;
        proxy.On(static r => r.IsWrite, fault, count: 2);
        var result = await store.PutAsync("p", "mine"u8.ToArray(), CreateOnly, Token);
        Assert.True(result.Written);
        Assert.Equal(2, store.Counters.Retries);
        Assert.Equal(result.ETag, (await store.HeadAsync("p", Token))!.ETag);
        Assert.False((await store.PutAsync("p", "other"u8.ToArray(), CreateOnly, Token)).Written);
        Assert.Equal("mine", await ObjectStoreContract.TextAsync(store, "p"));
    }

    [Theory]
    [MemberData(nameof(PassingFaults))]
    public async Task IfMatchPut_TransientFault_Written(string fault)
    {
        var (proxy, store) = await OpenAsync();
        await using var _ = proxy;
        await using var __ = store;
        var etag = (await store.PutAsync("p", "1"u8.ToArray(), Always, Token)).ETag!;
        proxy.On(static r => r.IsWrite, Named(fault));
        Assert.True((await store.PutAsync("p", "2"u8.ToArray(), new PutOptions(PutCondition.IfMatch(etag)), Token)).Written);
        Assert.Equal("2", await ObjectStoreContract.TextAsync(store, "p"));
    }

    [Theory]
    [InlineData("reset afterwards")]
    [InlineData("500 afterwards")]
    [InlineData("503")]
    public async Task MultipartCompletion_TransientFault_WrittenAndNothingLeft(string fault)
    {
        var (proxy, store) = await OpenAsync();
        await using var _ = proxy;
        await using var __ = store;
        proxy.On(static r => r.IsCompletion, Named(fault));
        proxy.On(static r => r.IsPart, FaultProxy.Reset);
        var content = Pattern(PartedUpload.PartBytes + 1000);
        await using var upload = await store.OpenUploadAsync("u", CreateOnly, Token);
        await upload.WriteAsync(content, Token);
        var result = await upload.CompleteAsync(Token);
        Assert.True(result.Written);
        Assert.Equal(content, (await store.GetAsync("u", content.Length, Token))!.Content.ToArray());
        Assert.Equal(0, await store.AbortUploadsAsync(static (_, _) => Task.FromResult(true), Token));
    }

    [Fact]
    public async Task LastAttemptDidTheWork_ReadBackSaysWritten()
    {
        var (proxy, store) = await OpenAsync(static c => c with { MaxRetries = 0 });
        await using var _ = proxy;
        await using var __ = store;
        proxy.On(static r => r.IsWrite, FaultProxy.ResetAfterwards);
        Assert.True((await store.PutAsync("p", "x"u8.ToArray(), CreateOnly, Token)).Written);
    }

    [Fact]
    public async Task LastAttemptDidNothing_TransientError()
    {
        var (proxy, store) = await OpenAsync(static c => c with { MaxRetries = 0 });
        await using var _ = proxy;
        await using var __ = store;
        proxy.On(static r => r.IsWrite, FaultProxy.Reset);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => store.PutAsync("p", "x"u8.ToArray(), CreateOnly, Token));
        Assert.Equal(ErrorKind.StorageTransient, error.Kind);
        Assert.True(error.Retryable);
    }

    [Fact]
    public async Task DuplicateDelivery_CreateOnlyPut_Written()
    {
        var (proxy, store) = await OpenAsync();
        await using var _ = proxy;
        await using var __ = store;
        proxy.On(static r => r.IsWrite, FaultProxy.Duplicate);
        Assert.True((await store.PutAsync("p", "x"u8.ToArray(), CreateOnly, Token)).Written);
        Assert.Equal(0, store.Counters.Retries);
    }

    [Fact]
    public async Task LostRaceBehindAnUnknownOutcome_ConditionFailed()
    {
        var (proxy, store) = await OpenAsync();
        await using var _ = proxy;
        await using var __ = store;
        await using var other = ObjectStores.Open(store.Root, server.Connection());
        proxy.On(static r => r.IsWrite, async (_, _, token) =>
        {
            await other.PutAsync("p", "theirs"u8.ToArray(), CreateOnly, token);
            return null;
        });
        Assert.False((await store.PutAsync("p", "ours"u8.ToArray(), CreateOnly, Token)).Written);
        Assert.Equal("theirs", await ObjectStoreContract.TextAsync(store, "p"));
    }

    [Fact]
    public async Task Reads_ResetAndTruncated_RetriedToTheExactBytes()
    {
        var (proxy, store) = await OpenAsync();
        await using var _ = proxy;
        await using var __ = store;
        var content = Pattern(300_000);
        await store.PutAsync("o", content, Always, Token);
        proxy.On(static r => r.IsRead, FaultProxy.Truncate, nth: 1).On(static r => r.IsRead, FaultProxy.Truncate, nth: 3)
            .On(static r => r.IsRead, FaultProxy.Truncate, nth: 5).On(static r => r.IsList, FaultProxy.Truncate)
                .On(static r => r.Method == "HEAD", FaultProxy.Status(503, "SlowDown"));
        Assert.Equal(content, (await store.GetAsync("o", 1 << 20, Token))!.Content.ToArray());
        var range = new byte[100_000];
        Assert.Equal(100_000, await store.GetRangeAsync("o", 50_000, range, Token));
        Assert.Equal(content[50_000..150_000], range);
        Assert.Equal(content[200_000..], (await store.GetTailAsync("o", 100_000, Token)).Content.ToArray());
        Assert.Equal(["o"], (await ObjectStoreContract.ListAsync(store, "", null)).Select(static e => e.Key));
        Assert.Equal(300_000, (await store.HeadAsync("o", Token))!.SizeBytes);
        Assert.Equal(5, store.Counters.Retries);
    }

    [Fact]
    public async Task RetryAfter_Honoured()
    {
        var (proxy, store) = await OpenAsync();
        await using var _ = proxy;
        await using var __ = store;
        proxy.On(static r => r.IsRead, FaultProxy.Status(429, "TooManyRequests", "Retry-After: 7"));
        Assert.Null(await store.GetAsync("none", 10, Token));
        Assert.Contains(TimeSpan.FromSeconds(7), clock.Pauses);
    }

    [Fact]
    public async Task Backoff_GrowsWithJitterAndStopsAtTheLimit()
    {
        var (proxy, store) = await OpenAsync(static c => c with { RetryDelay = TimeSpan.FromMilliseconds(100), MaxRetries = 4 });
        await using var _ = proxy;
        await using var __ = store;
        proxy.On(static _ => true, FaultProxy.Status(503, "SlowDown"), count: int.MaxValue);
        const int Operations = 20;
        for (var i = 0; i < Operations; i++)
        {
            var error = await Assert.ThrowsAsync<ShardyFusionException>(() => store.GetAsync("o", 10, Token));
            Assert.Equal(ErrorKind.StorageTransient, error.Kind);
            Assert.Contains("5 attempts", error.Message, StringComparison.Ordinal);
            Assert.Contains("SlowDown", error.Message, StringComparison.Ordinal);
        }
        Assert.Equal(4 * Operations, store.Counters.Retries);
        Assert.Equal(5 * Operations, proxy.Requests.Count);
        var pauses = clock.Pauses.Select(static p => p.TotalMilliseconds).ToList();
        Assert.Equal(4 * Operations, pauses.Count);
        // Jitter makes single pauses uneven; their means double.
        double Mean(int nth) => pauses.Where((_, i) => i % 4 == nth).Average();
        Assert.True(pauses.Distinct().Count() > Operations);
        Assert.True(Mean(3) > 3 * Mean(0), $"{Mean(0)} … {Mean(3)} ms");
    }

    [Fact]
    public async Task Budget_RetryAfterBeyondIt_FailsAtOnce()
    {
        var (proxy, store) = await OpenAsync(static c => c with { RetryBudget = TimeSpan.FromSeconds(5) });
        await using var _ = proxy;
        await using var __ = store;
        proxy.On(static _ => true, FaultProxy.Status(503, "SlowDown", "Retry-After: 6"), count: int.MaxValue);
        await Assert.ThrowsAsync<ShardyFusionException>(() => store.GetAsync("o", 10, Token));
        Assert.Single(proxy.Requests);
    }

    [Fact]
    public async Task RequestTimeout_StalledOnce_RetriedAndSucceeds()
    {
        // Real time: the attempt's limit is what is tested.
        var prefix = await server.NewPrefixAsync();
        await using var proxy = FaultProxy.Start(server.Endpoint);
        await using var store = server.Open(prefix, server.Connection(proxy.Endpoint) with { RequestTimeout = TimeSpan.FromSeconds(1.5) });
        proxy.On(static r => r.IsWrite, FaultProxy.Stall);
        Assert.True((await store.PutAsync("p", "x"u8.ToArray(), CreateOnly, Token)).Written);
        Assert.True(store.Counters.Retries >= 1);
    }

    [Theory]
    [InlineData("get")]
    [InlineData("put")]
    [InlineData("list")]
    [InlineData("upload")]
    public async Task Cancelled_StalledRequest_EndsAtOnceAndLeavesNothing(string operation)
    {
        var (proxy, store) = await OpenAsync();
        await using var _ = proxy;
        await using var __ = store;
        var stalled = new TaskCompletionSource();
        bool Matches(ProxiedRequest r) => operation switch { "get" => r.IsRead, "put" => r.IsWrite, "list" => r.IsList, _ => r.IsPart };
        proxy.On(Matches, (p, r, t) =>
        {
            stalled.TrySetResult();
            return FaultProxy.Stall(p, r, t);
        }, count: int.MaxValue);
        using var cancel = new CancellationTokenSource();
        var work = RunAsync(cancel.Token);
        await stalled.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        var watch = Stopwatch.StartNew();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
        // Well below a second when nothing else runs; a request that did not end with its token would take a minute.
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await using var direct = server.Open(store.Root, server.Connection());
        Assert.Empty(await ObjectStoreContract.ListAsync(direct, "", null));
        Assert.Equal(0, await direct.AbortUploadsAsync(static (_, _) => Task.FromResult(true), Token));

        async Task RunAsync(CancellationToken token)
        {
            switch (operation)
            {
                case "get": await store.GetAsync("o", 10, token); break;
                case "put": await store.PutAsync("o", new byte[10], Always, token); break;
                case "list":
                    await foreach (var entry in store.ListAsync("", null, token))
                        Assert.Fail(entry.Key);
                    break;
                default:
                    await using (var upload = await store.OpenUploadAsync("u", CreateOnly, token))
                    {
                        await upload.WriteAsync(new byte[PartedUpload.PartBytes + 1], token);
                        await upload.CompleteAsync(token);
                    }
                    break;
            }
        }
    }

    [Fact]
    public async Task Pool_NoSlotInTime_PoolExhausted()
    {
        var (proxy, store) = await OpenAsync(static c => c with { MaxConcurrentRequests = 1, PoolTimeout = TimeSpan.FromMilliseconds(50) });
        await using var _ = proxy;
        await using var __ = store;
        proxy.On(static r => r.IsRead, FaultProxy.Stall);
        using var cancel = new CancellationTokenSource();
        var holder = store.GetAsync("a", 10, cancel.Token);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => store.GetAsync("b", 10, Token));
        Assert.Equal(ErrorKind.PoolExhausted, error.Kind);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => holder);
        Assert.Null(await store.GetAsync("b", 10, Token));
    }

    [Fact]
    public async Task TenPercentFaults_400MixedOperations_AllSucceedWithRightBytes()
    {
        var (proxy, store) = await OpenAsync(static c => c with { MaxRetries = 8 });
        await using var _ = proxy;
        await using var __ = store;
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        proxy.Randomly(0.1, seed, FaultProxy.Reset, FaultProxy.ResetAfterwards, FaultProxy.Truncate, FaultProxy.Status(503, "SlowDown"),
            FaultProxy.Status(500, "InternalError", isAfterwards: true), FaultProxy.Duplicate);
        await Parallel.ForEachAsync(Enumerable.Range(0, 100), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token },
            async (i, token) =>
        {
            var content = Pattern(1000 + i);
            Assert.True((await store.PutAsync($"o/{i:D3}", content, CreateOnly, token)).Written);
            Assert.Equal(content, (await store.GetAsync($"o/{i:D3}", 10_000, token))!.Content.ToArray());
            var range = new byte[100];
            Assert.Equal(100, await store.GetRangeAsync($"o/{i:D3}", 900, range, token));
            Assert.Equal(content[900..1000], range);
            Assert.False((await store.PutAsync($"o/{i:D3}", "no"u8.ToArray(), CreateOnly, token)).Written);
        });
        Assert.Equal(100, (await ObjectStoreContract.ListAsync(store, "o/", null)).Count);
        Assert.True(store.Counters.Retries > 0);
    }
}
