using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Reading;
using ShardyFusion.Stores.Remote;
using ShardyFusion.Stores.S3;
using static ShardyFusion.Core.Tests.Remote.RemotePrefix;

namespace ShardyFusion.Core.Tests.Remote;

/// <summary>The server does the work and answers 500, or not at all: a build must recognise its own writes.</summary>
public abstract class LostAnswerTests
{
    readonly IStoreServer server;

    private protected LostAnswerTests(IStoreServer server) => this.server = server;

    static readonly int[] Keys = [.. Enumerable.Range(0, 40)];

    public static TheoryData<string, bool> Writes => new MatrixTheoryData<string, bool>(["lock", "record", "shard", "manifest", "pointer"],
        [false, true]);

    static bool Names(string write, ProxiedRequest r) => r.IsWrite && write switch
    {
        "lock" => r.Target.EndsWith("/runs/_LOCK", StringComparison.Ordinal),
        "record" => r.Target.EndsWith("/run.yaml", StringComparison.Ordinal),
        "shard" => r.Target.Contains("/shards/", StringComparison.Ordinal),
        "manifest" => r.Target.EndsWith("/manifest", StringComparison.Ordinal),
        _ => r.Target.EndsWith("/_CURRENT", StringComparison.Ordinal),
    };

    static ProxyFault Lost(bool isReset) => isReset ? FaultProxy.ResetAfterwards
        : FaultProxy.Status(500, "InternalError", isAfterwards: true);

    /// <summary>One run, current, with exactly its own objects on the store.</summary>
    static async Task AssertOnceAsync(RemotePrefix prefix, BuildResult result, IEnumerable<int> keys)
    {
        Assert.True(result.Published);
        Assert.Empty(result.Warnings);
        Assert.Equal(Rows(keys), await prefix.ReadAllAsync());
        Assert.Equal(result.RunId, (await prefix.Direct.GetInfoAsync(SnapshotSelector.Current, Token)).RunId);
        var history = new List<HistoryEntry>();
        await foreach (var entry in prefix.Direct.GetHistoryAsync(null, Token)) history.Add(entry);
        Assert.Equal([result.RunId], history.Select(static h => h.RunId));
        var run = Assert.Single(await BuiltSnapshots.RunsAsync(prefix.Objects));
        Assert.Equal((result.RunId, RunStatus.Succeeded), (run.RunId, run.Status));
        Assert.Equal(result.Shards.Select(static s => s.Url).Order(StringComparer.Ordinal),
            (await prefix.KeysAsync("shards/")).Select(key => $"{prefix.Path}/{key}").Order(StringComparer.Ordinal));
        // Pointer, event, manifest, record, lock, and the shards: nothing else.
        Assert.Equal(5 + result.Shards.Count, (await prefix.KeysAsync()).Count);
        Assert.Empty(await prefix.UploadsAsync());
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task Build_AnswerOfEveryFirstWriteLost_SucceedsOnce(string write, bool isReset)
    {
        await using var prefix = await CreateAsync(server);
        var store = prefix.OpenProxied();
        prefix.Proxy.On(r => Names(write, r), Lost(isReset));
        var result = await PublishAsync(store, Keys);
        Assert.True(result.Requests.Retries >= 1);
        Assert.Equal(0, result.LostAttempts);
        await AssertOnceAsync(prefix, result, Keys);
    }

    [Theory]
    [InlineData("pointer")]
    [InlineData("manifest")]
    [InlineData("lock")]
    [InlineData("shard")]
    public async Task Build_NoAnswerEverArrives_ReadsBackAndSucceedsOnce(string write)
    {
        await using var prefix = await CreateAsync(server);
        var store = prefix.OpenProxied(static c => c with { MaxRetries = 2 });
        prefix.Proxy.On(r => Names(write, r), Lost(isReset: false), count: int.MaxValue);
        await AssertOnceAsync(prefix, await PublishAsync(store, Keys), Keys);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public async Task Build_AnswerOfTheMultipartCompletionLost_SucceedsOnce(int times)
    {
        await using var prefix = await CreateAsync(server);
        var store = prefix.OpenProxied(static c => c with { MaxRetries = 2 });
        prefix.Proxy.On(static r => r.IsCompletion, Lost(isReset: false),
            count: times);
        await using var build = await store.StartBuildAsync(new BuildOptions { ShardCount = 1 }, null, Token);
        AddLargeRows(build);
        var result = await build.CompleteAsync(Token);
        Assert.True(result.Requests.Retries >= 1);
        Assert.Contains(prefix.Proxy.Requests, static r => r.IsPart);
        Assert.Equal(0, result.LostAttempts);
        var shard = Assert.Single(result.Shards);
        Assert.Equal([shard.Url], (await prefix.KeysAsync("shards/")).Select(key => $"{prefix.Path}/{key}"));
        Assert.Empty(await prefix.UploadsAsync());
        await using var reader = await prefix.Direct.OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range }, Token);
        Assert.Equal(LargeValue(2), (await reader.GetAsync(2, Token)).Value);
    }

    [Fact]
    public async Task Rollback_AnswerLost_SucceedsOnce()
    {
        await using var prefix = await CreateAsync(server);
        var old = await PublishAsync(prefix.Direct, Keys);
        await PublishAsync(prefix.Direct, [1]);
        var store = prefix.OpenProxied(static c => c with { MaxRetries = 2 });
        prefix.Proxy.On(static r => Names("pointer", r), Lost(isReset: false), count: int.MaxValue);
        var done = await store.RollbackAsync(await store.PlanRollbackAsync(new SnapshotSelector { Offset = 1 }, Token), false, Token);
        Assert.Equal((true, old.RunId), (done.Changed, done.To));
        Assert.Equal(Rows(Keys), await prefix.ReadAllAsync());
    }

    [Fact]
    public async Task Build_PointerMovedByAnotherWhileTheAnswerIsLost_Conflict()
    {
        await using var prefix = await CreateAsync(server);
        var old = await PublishAsync(prefix.Direct, Keys);
        await PublishAsync(prefix.Direct, [1]);
        var store = prefix.OpenProxied(static c => c with { MaxRetries = 2 });
        // The rollback gets in between the base that the build saw and its write, whose answer is lost as well.
        prefix.Proxy.On(static r => Names("pointer", r), async (proxy, request, token) =>
        {
            await prefix.Direct.RollbackAsync(await prefix.Direct.PlanRollbackAsync(new SnapshotSelector { Offset = 1 }, token), false,
                token);
            return await Lost(isReset: false)(proxy, request, token);
        });
        var error = await Assert.ThrowsAsync<PointerConflictException>(() => PublishAsync(store, [2]));
        Assert.Equal(ErrorKind.PointerConflict, error.Kind);
        Assert.Equal(old.RunId, (await prefix.Direct.GetInfoAsync(SnapshotSelector.Current, Token)).RunId);
    }

    /// <summary>Enough for one full part and a bit.</summary>
    internal static void AddLargeRows(SnapshotBuild build)
    {
        for (var key = 0; key < (PartedUpload.PartBytes >> 20) + 2; key++) build.Add(key, LargeValue(key));
    }

    internal static byte[] LargeValue(int key)
    {
        var value = new byte[1 << 20];
        new Random(key).NextBytes(value);
        return value;
    }
}
