using System.Diagnostics;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Cleaning;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Formats;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Core.Tests.Remote;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>A server that takes requests and does not answer: whoever is waiting can leave within a second.</summary>
public sealed class StalledServerTests(S3Server server)
{
    static readonly int[] Keys = [.. Enumerable.Range(0, 40)];

    /// <summary>Stalls what a predicate names from the moment it is armed, and tells when the first such request has come.</summary>
    sealed class Stall
    {
        readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        volatile bool isArmed = true;

        /// <param name="proxy">Where.</param>
        /// <param name="match">The first request to stall.</param>
        /// <param name="isWholeServer">True stalls everything after it, too.</param>
        public Stall(FaultProxy proxy, Func<ProxiedRequest, bool> match, bool isWholeServer) => proxy.On(
            r => isArmed && (match(r) || (isWholeServer && reached.Task.IsCompleted)), (p, r, t) =>
            {
                reached.TrySetResult();
                return FaultProxy.Stall(p, r, t);
            }, count: int.MaxValue);

        public Task Reached => reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);

        public void End() => isArmed = false;
    }

    /// <summary>Runs until the stall, cancels, and returns how long the work took to end after that.</summary>
    static async Task<TimeSpan> CancelAsync(Stall stall, Func<CancellationToken, Task> work)
    {
        using var cancel = new CancellationTokenSource();
        var running = Task.Run(() => work(cancel.Token), Token);
        await stall.Reached;
        var watch = Stopwatch.StartNew();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        return watch.Elapsed;
    }

    /// <summary>A busy machine can delay anything once, but hardly three times.</summary>
    static async Task WithinASecondAsync(Func<Task<TimeSpan>> attempt)
    {
        var took = new List<TimeSpan>();
        do
        {
            took.Add(await attempt());
            Assert.InRange(took[^1], TimeSpan.Zero, TimeSpan.FromSeconds(8));
        }
        while (took[^1] > TimeSpan.FromSeconds(1) && took.Count < 3);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", took.Select(static t => $"{t.TotalMilliseconds:0} ms")));
        Assert.True(took[^1] <= TimeSpan.FromSeconds(1), string.Join(", ", took));
    }

    static bool At(string step, ProxiedRequest r) => step switch
    {
        "lock read" => r.IsRead && r.Target.EndsWith("/runs/_LOCK", StringComparison.Ordinal),
        "lock" => r.IsWrite && r.Target.EndsWith("/runs/_LOCK", StringComparison.Ordinal),
        "record" => r.IsWrite && r.Target.EndsWith("/run.yaml", StringComparison.Ordinal),
        "uploads" => r.Method == "GET" && r.Target.Contains("uploads", StringComparison.Ordinal),
        "shard" => r.IsWrite && r.Target.Contains("/shards/", StringComparison.Ordinal),
        "upload start" => r.Method == "POST" && r.Target.EndsWith("uploads", StringComparison.Ordinal),
        "part" => r.IsPart,
        "completion" => r.Method == "POST" && r.Target.Contains("uploadId", StringComparison.Ordinal),
        "manifest" => r.IsWrite && r.Target.EndsWith("/manifest", StringComparison.Ordinal),
        "pointer" => r.IsWrite && r.Target.EndsWith("/_CURRENT", StringComparison.Ordinal),
        "pointer read" => r.IsRead && r.Target.EndsWith("/_CURRENT", StringComparison.Ordinal),
        "manifest read" => r.IsRead && r.Target.EndsWith("/manifest", StringComparison.Ordinal),
        "shard read" => r.IsRead && r.Target.Contains("/shards/", StringComparison.Ordinal),
        "shard head" => r.Method == "HEAD" && r.Target.Contains("/shards/", StringComparison.Ordinal),
        _ => r.IsList,
    };

    static async Task BuildAsync(SnapshotStore store, bool isLarge, CancellationToken token)
    {
        await using var build = await store.StartBuildAsync(new BuildOptions { ShardCount = isLarge ? 1 : 4 }, null, token);
        if (isLarge) LostAnswerTests.AddLargeRows(build);
        else foreach (var key in Keys) build.Add(key, "new");
        await build.CompleteAsync(token);
    }

    [Theory]
    [InlineData("lock read")]
    [InlineData("lock")]
    [InlineData("record")]
    [InlineData("uploads")]
    [InlineData("pointer read")]
    [InlineData("shard")]
    [InlineData("upload start")]
    [InlineData("part")]
    [InlineData("completion")]
    [InlineData("manifest")]
    [InlineData("pointer")]
    public async Task Build_WholeServerStalls_CancelReturnsWithinASecondAndTheNextBuildCleansUp(string step)
    {
        await using var prefix = await CreateAsync(server);
        var old = await PublishAsync(prefix.Direct, Keys, "old");
        await WithinASecondAsync(async () =>
        {
            var stall = new Stall(prefix.Proxy, r => At(step, r), isWholeServer: true);
            // Without a lease in the way of the next attempt.
            var store = prefix.OpenProxied(clock: new LaterClock(TimeSpan.FromHours(-1)));
            var took = await CancelAsync(stall, token => BuildAsync(store, step is "upload start" or "part" or "completion", token));
            stall.End();
            return took;
        });
        // The pointer's write may not have reached the server, or it has: either is complete.
        Assert.Equal(Rows(Keys, "old"), await prefix.ReadAllAsync());
        Assert.Equal(old.RunId, (await prefix.Direct.GetInfoAsync(SnapshotSelector.Current, Token)).RunId);
        await PublishAsync(prefix.Direct, Keys, "next");
        Assert.Equal(Rows(Keys, "next"), await prefix.ReadAllAsync());
        Assert.Empty(await prefix.UploadsAsync());
    }

    [Theory]
    [InlineData("upload start")]
    [InlineData("part")]
    [InlineData("completion")]
    [InlineData("shard")]
    public async Task Build_OneRequestStalls_CancelLeavesNothingButTheRecord(string step)
    {
        await using var prefix = await CreateAsync(server);
        await WithinASecondAsync(async () =>
        {
            var stall = new Stall(prefix.Proxy, r => At(step, r), isWholeServer: false);
            var took = await CancelAsync(stall, token => BuildAsync(prefix.OpenProxied(), step != "shard", token));
            stall.End();
            return took;
        });
        Assert.Empty(await prefix.UploadsAsync());
        Assert.Empty(await prefix.KeysAsync("shards/"));
        Assert.Empty(await prefix.KeysAsync("manifests/"));
        Assert.All(await BuiltSnapshots.RunsAsync(prefix.Objects), static run => Assert.Equal((RunStatus.Failed, "Cancelled"),
            (run.Status, run.ErrorType)));
        // The lock is free at once.
        await PublishAsync(prefix.Direct, Keys, "next");
    }

    [Fact]
    public async Task Build_StallsAfterThePointerMoved_CancelReturnsSuccess()
    {
        await using var prefix = await CreateAsync(server);
        await WithinASecondAsync(async () =>
        {
            var pointerMoved = false;
            // The record's second write comes after the pointer's.
            var stall = new Stall(prefix.Proxy, r =>
            {
                pointerMoved |= At("pointer", r);
                return pointerMoved && At("record", r);
            }, isWholeServer: true);
            var store = prefix.OpenProxied(clock: new LaterClock(TimeSpan.FromHours(-1)));
            using var cancel = new CancellationTokenSource();
            var running = Task.Run(async () =>
            {
                await using var build = await store.StartBuildAsync(new BuildOptions { ShardCount = 2 }, null, cancel.Token);
                foreach (var key in Keys) build.Add(key, $"v{key}");
                return await build.CompleteAsync(cancel.Token);
            }, Token);
            await stall.Reached;
            var watch = Stopwatch.StartNew();
            await cancel.CancelAsync();
            var result = await running;
            var took = watch.Elapsed;
            stall.End();
            Assert.True(result.Published);
            Assert.Single(result.Warnings);
            Assert.Equal(Rows(Keys), await prefix.ReadAllAsync());
            return took;
        });
    }

    [Fact]
    public async Task Build_CancelledWhileTheManifestIsUnderWay_ItsShardsStay()
    {
        await using var prefix = await CreateAsync(server);
        var sent = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var delivered = new TaskCompletionSource();
        prefix.Proxy.On(static r => At("manifest", r), async (proxy, request, token) =>
        {
            sent.TrySetResult();
            await goOn.Task;
            var answer = await proxy.ForwardAsync(request, CancellationToken.None);
            delivered.TrySetResult();
            return answer;
        });
        using var cancel = new CancellationTokenSource();
        var running = Task.Run(() => BuildAsync(prefix.OpenProxied(), isLarge: false, cancel.Token), Token);
        await sent.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        // The network delivers the write only now: the history names a snapshot, and it is whole.
        goOn.SetResult();
        await delivered.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        var entries = new List<HistoryEntry>();
        await foreach (var entry in prefix.Direct.GetHistoryAsync(null, Token)) entries.Add(entry);
        var plan = await prefix.Direct.PlanRollbackAsync(new SnapshotSelector { RunId = Assert.Single(entries).RunId }, Token);
        Assert.Equal(Keys.Length, plan.RowCount);
    }

    /// <summary>With the limits that users have, a tenth of them: what is tested is how many attempts there are and that each is cut
    /// short.</summary>
    [Theory]
    [InlineData("get", 3)]
    [InlineData("head", 3)]
    [InlineData("history", 6)]
    public async Task Read_ServerAcceptsAndNeverAnswers_GivenUpAfterTwoAttempts(string operation, int limits)
    {
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, Keys, "old");
        prefix.Proxy.On(r => operation != "history" || r.IsList, FaultProxy.Stall, count: int.MaxValue);
        var limit = new StoreConnection().RequestTimeout / 10;
        var store = prefix.OpenProxied(c => c with { RequestTimeout = limit, RetryDelay = TimeSpan.FromMilliseconds(1) });
        var watch = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<ShardyFusion.Errors.ShardyFusionException>(async () =>
        {
            if (operation == "get") await using (await store.OpenReaderAsync(new ReaderOptions(), Token)) { }
            else if (operation == "head") await store.CheckAccessAsync(Token);
            else await foreach (var _ in store.GetHistoryAsync(null, Token)) { }
        });
        Assert.Equal(ShardyFusion.Errors.ErrorKind.StorageTransient, error.Kind);
        Assert.Contains("2 attempts", error.Message, StringComparison.Ordinal);
        Assert.Contains("no answer within", error.Message, StringComparison.Ordinal);
        Assert.Contains(prefix.Proxy.Endpoint, error.RecommendedAction, StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed, limit * (limits - 0.1), limit * (limits + 8));
    }

    public static TheoryData<string, string> Reads => new()
    {
        { "open", "pointer read" }, { "open", "manifest read" }, { "get", "shard read" }, { "get many", "shard read" },
            { "scan", "shard read" },
        { "download", "shard read" }, { "refresh", "pointer read" }, { "refresh", "manifest read" },
        { "history", "pointer read" }, { "history", "list" }, { "history", "manifest read" },
        { "plan", "pointer read" }, { "plan", "manifest read" }, { "plan", "shard head" }, { "rollback", "pointer" }, { "cleanup", "list" },
        { "health", "pointer read" }, { "health", "manifest read" }, { "health", "shard read" }, { "reader health", "pointer read" },
        { "info", "manifest read" },
    };

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task Reading_WholeServerStalls_CancelReturnsWithinASecond(string operation, string step)
    {
        await using var prefix = await CreateAsync(server);
        var first = await PublishAsync(prefix.Direct, Keys, "old");
        await PublishAsync(prefix.Direct, Keys, "new");
        using var cache = new Core.Tests.Stores.TempFolder();
        await WithinASecondAsync(async () =>
        {
            // A cleanup finds something to do: the first snapshot is old by then.
            await using var store = operation == "cleanup" ? prefix.OpenProxied(clock: new LaterClock(TimeSpan.FromDays(2)))
                : prefix.OpenProxied();
            var target = new SnapshotSelector { RunId = first.RunId };
            await using var reader = operation is "refresh" or "get" or "get many" or "scan" or "reader health"
                ? await store.OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range }, Token)
                : operation == "download" ? await store.OpenReaderAsync(new ReaderOptions
                {
                    Mode = ReadMode.Download,
                    CacheDirectory = cache.Path
                }, Token) : null;
            if (operation == "refresh") await PublishAsync(prefix.Direct, Keys, "newer");
            var planned = operation == "rollback" ? await store.PlanRollbackAsync(target, Token) : null;
            var doomed = operation == "cleanup" ? await store.PlanCleanupAsync(new CleanupPolicy { KeepLast = 1 }, Token) : null;
            Assert.True(doomed is null || doomed.Items.Any(item => item.Kind == CleanupKind.Snapshot));
            var stall = new Stall(prefix.Proxy, r => At(step, r), isWholeServer: true);
            var took = await CancelAsync(stall, async token =>
            {
                switch (operation)
                {
                    case "open": await using (await store.OpenReaderAsync(new ReaderOptions(), token)) { } break;
                    case "get" or "download": await reader!.GetAsync(1, token); break;
                    case "get many": await reader!.GetManyAsync([.. Keys.Select(static k => (object)k)], token); break;
                    case "scan": await foreach (var _ in reader!.ScanAsync(null, token)) { } break;
                    case "refresh": await reader!.RefreshAsync(token); break;
                    case "history": await foreach (var _ in store.GetHistoryAsync(null, token)) { } break;
                    case "plan": await store.PlanRollbackAsync(target, token); break;
                    case "rollback": await store.RollbackAsync(planned!, false, token); break;
                    case "cleanup": await store.CleanUpAsync(doomed!, false, token); break;
                    case "health": await store.CheckHealthAsync(new HealthOptions { Deep = true }, token); break;
                    case "reader health": await reader!.CheckHealthAsync(new HealthOptions(), token); break;
                    default: await store.GetInfoAsync(SnapshotSelector.Current, token); break;
                }
            });
            stall.End();
            return took;
        });
        if (Directory.Exists(cache.Path))
            Assert.Empty(Directory.EnumerateFiles(cache.Path, "*.tmp"));
    }
}
