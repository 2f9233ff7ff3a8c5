using System.Diagnostics;
using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using static ShardyFusion.Core.Tests.Remote.RemotePrefix;

namespace ShardyFusion.Core.Tests.Remote;

/// <summary>A network that spoils requests at random, or all of them.</summary>
public abstract class RandomFaultTests
{
    readonly IStoreServer server;

    private protected RandomFaultTests(IStoreServer server) => this.server = server;

    static readonly string Padding = new('p', 150);

    /// <summary>How many builds; SHARDYFUSION_FAULT_BUILDS says otherwise.</summary>
    private protected virtual int Builds => BuildsOr(20);

    private protected static int BuildsOr(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable("SHARDYFUSION_FAULT_BUILDS"), out var builds) ? builds : usual;

    [Fact]
    public async Task TenPercentOfAllRequestsFail_ManyBuildsAndLookups_AllSucceedWithoutAWrongValue()
    {
        const int Rows = 3_000, Lookups = 500;
        var builds = Builds;
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        await using var prefix = await CreateAsync(server);
        prefix.Proxy.Randomly(0.1, seed, FaultProxy.Reset, FaultProxy.ResetAfterwards, FaultProxy.Truncate,
            FaultProxy.Status(503, "SlowDown"),
            FaultProxy.Status(500, "InternalError", isAfterwards: true), FaultProxy.Status(429, "TooManyRequests", "Retry-After: 0"),
            FaultProxy.Duplicate,
            FaultProxy.Delay(TimeSpan.FromMilliseconds(40)));
        // Nine failures in a row are one in a thousand million; six, the default, would be one run of this test in three hundred.
        var store = prefix.OpenProxied(static c => c with { MaxRetries = 8 });
        var (found, missed) = (0, 0);
        for (var number = 0; number < builds; number++)
        {
            var result = await PublishAsync(store, Enumerable.Range(0, Rows), $"b{number}{Padding}",
                new BuildOptions { ShardCount = 8, Parallelism = 8 });
            Assert.True(result.Published);
            Assert.Equal((Rows, 8), (result.RowsWritten, result.Shards.Count));
            await using var reader = await store.OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range, MaxFallbacks = 0 }, Token);
            Assert.Equal(result.RunId, reader.Info.RunId);
            var random = new Random(seed + number);
            var keys = Enumerable.Range(0, Lookups).Select(_ => random.Next(Rows + (Rows / 10))).ToList();
            await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token },
                async (key, token) =>
            {
                var answer = await reader.GetAsync(key, token);
                Assert.Equal(key < Rows ? $"b{number}{Padding}{key}" : null, answer.Value is null ? null
                    : Encoding.UTF8.GetString(answer.Value));
                Interlocked.Increment(ref answer.Found ? ref found : ref missed);
            });
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{prefix.Proxy.Requests.Count} requests, {store.Counters.Retries} retries; {found} keys found, {missed} missing");
        Assert.Equal(builds * Lookups, found + missed);
        Assert.True(store.Counters.Retries > builds * 2);
        // Nothing but what the twenty runs own: 8 shards, a manifest, a record and an event each; pointer and lock.
        Assert.Equal((builds * 11) + 2, (await prefix.KeysAsync()).Count);
    }

    public static TheoryData<string> Total => ["503", "reset", "truncate"];

    static ProxyFault Fault(string name) => name switch
    {
        "503" => FaultProxy.Status(503, "SlowDown"),
        "reset" => FaultProxy.Reset,
        _ => FaultProxy.Truncate,
    };

    /// <summary>One typed, retryable error that names what was tried, not much later than the budget allows.</summary>
    static async Task FailsWithinAsync(TimeSpan budget, Func<Task> action)
    {
        var watch = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<ShardyFusionException>(action);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, budget + TimeSpan.FromSeconds(10));
        Assert.True(error.Retryable, error.ToString());
        Assert.Matches("(s3|az)://", error.Message);
        Assert.Matches("failed after [0-9]+ attempts in ", error.Message);
        Assert.NotEmpty(error.RecommendedAction!);
    }

    [Theory]
    [MemberData(nameof(Total))]
    public async Task EveryRequestFails_OneErrorWithinTheBudget(string fault)
    {
        var budget = TimeSpan.FromSeconds(1);
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, Enumerable.Range(0, 100));
        var isDown = false;
        prefix.Proxy.On(_ => isDown, Fault(fault), count: int.MaxValue);
        var store = prefix.OpenProxied(c => c with
        {
            MaxRetries = 100_000,
            RetryDelay = TimeSpan.FromMilliseconds(20),
            RetryBudget = budget
        });
        await using var reader = await store.OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range }, Token);
        var plan = await store.PlanRollbackAsync(new SnapshotSelector { RunId = reader.Info.RunId }, Token);
        await using var build = await store.StartBuildAsync(new BuildOptions
        {
            ShardCount = 2,
            MaxShardAttempts = 1,
            AllowConcurrentBuild = true
        }, null, Token);
        build.Add(1, "x");
        isDown = true;

        await Task.WhenAll(
            FailsWithinAsync(budget, async () => await store.OpenReaderAsync(new ReaderOptions(), Token)),
            FailsWithinAsync(budget, async () => await reader.GetAsync(1, Token)),
            FailsWithinAsync(budget, () => reader.RefreshAsync(Token)),
            FailsWithinAsync(budget, () => store.RollbackAsync(plan, false, Token)),
            FailsWithinAsync(budget, async () => await store.StartBuildAsync(new BuildOptions(), null, Token)),
            FailsWithinAsync(budget + TimeSpan.FromSeconds(2), async () =>
            {
                await using (build)
                    await build.CompleteAsync(Token);
            }),
            FailsWithinAsync(budget, async () =>
            {
                await foreach (var _ in store.GetHistoryAsync(null, Token)) { }
            }));
        var health = await store.CheckHealthAsync(new HealthOptions(), Token);
        Assert.Equal((HealthStatus.Unhealthy, ErrorKind.StorageTransient), (health.Status, health.ErrorKind));

        // It comes back: the same objects work on.
        isDown = false;
        Assert.True((await reader.GetAsync(1, Token)).Found);
    }
}
