using ShardyFusion.Building;
using ShardyFusion.Cleaning;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Runs;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Cleaning;

/// <summary>A cleaner that believes a clock that is two days ahead: what moves between its two looks is alive all the same.</summary>
public sealed class CleanupLooksTests : IDisposable
{
    readonly TempFolder folder = new();
    readonly IObjectStore store;
    readonly SnapshotStore cleaner;

    public CleanupLooksTests()
    {
        store = ObjectStores.Open(folder["snap"]);
        cleaner = new SnapshotStore(store, new ManualClock { Now = DateTimeOffset.UtcNow.AddDays(2) });
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    string ShardOf(string runId, int dbId) => store.LocalPath($"shards/run_id={runId}/db={dbId:D5}/attempt=00/shard.sst")!;

    async Task AddShardAsync(string runId, int dbId)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(ShardOf(runId, dbId))!);
        await File.WriteAllBytesAsync(ShardOf(runId, dbId), [1, 2, 3], Token);
    }

    /// <summary>Writes an object as it is once more, as a heartbeat does.</summary>
    async Task BeatAsync(string key) =>
        await store.PutAsync(key, (await store.GetAsync(key, 1 << 16, Token))!.Content, new PutOptions(PutCondition.Always), Token);

    [Theory]
    [InlineData("nothing", false)]
    [InlineData("record", true)]
    [InlineData("lock", true)]
    [InlineData("shard", true)]
    public async Task CleanUp_SomethingOfARunChangedMeanwhile_RunIsAlive(string moved, bool isSpared)
    {
        await using var live = await BuiltSnapshots.StartAsync(store, new BuildOptions { ShardCount = 2, RunId = "live" });
        await AddShardAsync("live", 0);
        var plan = await cleaner.PlanCleanupAsync(new CleanupPolicy(), Token);
        Assert.Contains(plan.Items, static item => item is { Kind: CleanupKind.OrphanShards, Name: "live" });
        if (moved == "record")
            await BeatAsync((await BuiltSnapshots.KeysAsync(store, "runs/"))
                .Single(static key => key.EndsWith("run.yaml", StringComparison.Ordinal)));
        if (moved == "lock")
            Assert.True((await BuildLock.AcquireAsync(store, new LockOwner("live", "runs/x"), TimeSpan.FromMinutes(10),
                new ManualClock { Now = DateTimeOffset.UtcNow.AddHours(1) }, Token)).Lock is not null);
        if (moved == "shard") await AddShardAsync("live", 1);
        var saved = CleanupPlan.FromJson(plan.ToJson(), "plan");
        if (isSpared)
            Assert.Equal(ErrorKind.PlanStale,
                (await Assert.ThrowsAsync<ShardyFusionException>(() => cleaner.CleanUpAsync(saved, isSaved: true, Token))).Kind);
        var result = await cleaner.CleanUpAsync(plan, isSaved: false, Token);
        Assert.Equal(isSpared, File.Exists(ShardOf("live", 0)));
        Assert.Equal(isSpared, result.Skipped.Any(static item => item.Name == "live"));
    }
}
