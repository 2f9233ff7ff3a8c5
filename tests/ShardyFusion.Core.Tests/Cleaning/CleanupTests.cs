using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Cleaning;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Publishing;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Cleaning;

/// <summary>Cleanup of snapshots that were really built.</summary>
public sealed class CleanupTests : IDisposable
{
    static readonly CleanupPolicy Policy = new()
    {
        KeepLast = 1,
        Grace = TimeSpan.FromHours(1),
        StagedGrace = TimeSpan.FromHours(1),
        RunRecordAge = TimeSpan.FromHours(1),
    };

    readonly TempFolder folder = new();
    readonly IObjectStore store;
    readonly ManualClock clock = new();
    readonly SnapshotStore snapshots;

    public CleanupTests()
    {
        store = ObjectStores.Open(folder["snap"]);
        Directory.CreateDirectory(folder["snap"]);
        snapshots = new SnapshotStore(store, clock);
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    async Task BuildAsync(string runId, bool complete = true)
    {
        clock.Now += TimeSpan.FromHours(2);
        await using var build = await BuiltSnapshots.StartAsync(store, new BuildOptions { ShardCount = 2, RunId = runId }, clock);
        for (var key = 0; key < 10; key++) build.Add(key, runId);
        if (complete) await build.CompleteAsync(Token);
    }

    async Task<CleanupResult> CleanAsync(CleanupPolicy? policy = null, IObjectStore? through = null)
    {
        var cleaner = through is null ? snapshots : new SnapshotStore(through, clock);
        return await cleaner.CleanUpAsync(await cleaner.PlanCleanupAsync(policy ?? Policy, Token), isSaved: false, Token);
    }

    async Task<List<string>> HistoryAsync()
    {
        var runs = new List<string>();
        await foreach (var entry in snapshots.GetHistoryAsync(null, Token)) runs.Add(entry.RunId);
        return runs;
    }

    async Task<bool> HasShardsAsync(string runId) => (await BuiltSnapshots.KeysAsync(store, $"shards/run_id={runId}/")).Count > 0;

    async Task RollBackAsync(string runId)
    {
        clock.Now += TimeSpan.FromMinutes(1);
        await snapshots.RollbackAsync(await snapshots.PlanRollbackAsync(new SnapshotSelector { RunId = runId }, Token),
            new PointerChangeOptions(), Token);
    }

    [Fact]
    public async Task CleanUp_OldSnapshots_GoWithTheirShardsAndTheCurrentOneReads()
    {
        foreach (var runId in new[] { "a", "b", "c" }) await BuildAsync(runId);
        clock.Now += TimeSpan.FromDays(1);
        var result = await CleanAsync();
        Assert.Empty(result.Failures);
        Assert.Equal(["c"], await HistoryAsync());
        Assert.False(await HasShardsAsync("a"));
        Assert.Equal(10, (await BuiltSnapshots.ReadCurrentAsync(store))!.Count);
        Assert.Empty(await BuiltSnapshots.KeysAsync(store, "removals/"));
        // The records went in the same plan; nothing is left for another one.
        Assert.Empty((await snapshots.PlanCleanupAsync(Policy, Token)).Items);
        Assert.Single(await BuiltSnapshots.RunsAsync(store));
    }

    [Fact]
    public async Task CleanUp_RightAfterARollback_KeepsBothAndWhatTheyNeed()
    {
        foreach (var runId in new[] { "a", "b", "c", "d" }) await BuildAsync(runId);
        clock.Now += TimeSpan.FromDays(1);
        await RollBackAsync("b");
        await CleanAsync();
        Assert.Equal(["d", "b"], await HistoryAsync());
        Assert.True(await HasShardsAsync("d"));
        Assert.Equal(10, (await BuiltSnapshots.ReadCurrentAsync(store))!.Count);
    }

    [Fact]
    public async Task CleanUp_TaggedSnapshot_StaysUntilTheTagHasExpired()
    {
        foreach (var runId in new[] { "a", "b" }) await BuildAsync(runId);
        await snapshots.AddTagAsync("t", new SnapshotSelector { RunId = "a" }, clock.Now.AddDays(2), null, Token);
        clock.Now += TimeSpan.FromDays(1);
        await CleanAsync();
        Assert.Equal(["b", "a"], await HistoryAsync());
        clock.Now += TimeSpan.FromDays(2);
        await CleanAsync();
        Assert.Equal(["b"], await HistoryAsync());
        Assert.Empty(await BuiltSnapshots.KeysAsync(store, "tags/"));
    }

    [Fact]
    public async Task CleanUp_LiveAndDeadRuns_OnlyWhatTheDeadOneLeftGoes()
    {
        await BuildAsync("good");
        foreach (var runId in new[] { "dead", "live" })
        {
            var path = store.LocalPath($"shards/run_id={runId}/db=00000/attempt=00/shard.sst")!;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, [1, 2, 3], Token);
        }
        clock.Now += TimeSpan.FromDays(2);
        var record = BuiltSnapshots.StartAsync(store, new BuildOptions { ShardCount = 1, AllowConcurrentBuild = true }, clock);
        await using var live = await record;
        var liveShard = store.LocalPath($"shards/run_id={live.RunId}/db=00000/attempt=00/shard.sst")!;
        Directory.CreateDirectory(Path.GetDirectoryName(liveShard)!);
        await File.WriteAllBytesAsync(liveShard, [1, 2, 3], Token);
        await CleanAsync();
        Assert.False(await HasShardsAsync("dead"));
        Assert.True(File.Exists(liveShard));
        Assert.True(await HasShardsAsync("good"));
    }

    [Fact]
    public async Task CleanUp_Frozen_IsRefused()
    {
        foreach (var runId in new[] { "a", "b" }) await BuildAsync(runId);
        clock.Now += TimeSpan.FromDays(1);
        await snapshots.FreezeAsync("audit", null, Token);
        Assert.Equal(ErrorKind.PublishingFrozen, (await Assert.ThrowsAsync<ShardyFusionException>(() => CleanAsync())).Kind);
        Assert.Equal(["b", "a"], await HistoryAsync());
    }

    [Fact]
    public async Task CleanUp_SnapshotThatWasTaggedOrMadeCurrentSinceThePlan_IsLeftAlone()
    {
        foreach (var runId in new[] { "a", "b", "c", "d" }) await BuildAsync(runId);
        clock.Now += TimeSpan.FromDays(1);
        var plan = await snapshots.PlanCleanupAsync(Policy, Token);
        await snapshots.AddTagAsync("t", new SnapshotSelector { RunId = "a" }, null, null, Token);
        await RollBackAsync("b");
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => snapshots.CleanUpAsync(plan, isSaved: true, Token));
        Assert.Equal(ErrorKind.PlanStale, error.Kind);
        Assert.Equal(4, (await HistoryAsync()).Count);
        Assert.Empty(await BuiltSnapshots.KeysAsync(store, "removals/"));
        var result = await snapshots.CleanUpAsync(plan, isSaved: false, Token);
        Assert.Equal(["d", "b", "a"], await HistoryAsync());
        Assert.Equal(["a", "b"], result.Skipped.Where(item => item.Kind == CleanupKind.Snapshot).Select(item => item.Name).Order());
    }

    [Fact]
    public async Task CleanUp_RollbackBetweenAnnouncementAndDeletion_OneGivesWay()
    {
        foreach (var runId in new[] { "a", "b", "c" }) await BuildAsync(runId);
        clock.Now += TimeSpan.FromDays(1);
        Exception? refused = null;
        // The announcement is written; the rollback comes right before the manifests go.
        var between = new FaultyStore(store).Before(StoreOperation.Delete,
            async _ => refused = await Record.ExceptionAsync(() => RollBackAsync("a")));
        await CleanAsync(through: between);
        Assert.Equal(ErrorKind.SnapshotNotFound, Assert.IsType<ShardyFusionException>(refused).Kind);
        Assert.Equal(["c"], await HistoryAsync());
        Assert.Equal(10, (await BuiltSnapshots.ReadCurrentAsync(store))!.Count);
    }

    [Fact]
    public async Task CleanUp_RunThatIsResumedBetweenAnnouncementAndDeletion_OneGivesWay()
    {
        await BuildAsync("good");
        await BuildAsync("dead", complete: false);
        var path = store.LocalPath("shards/run_id=dead/db=00000/attempt=00/shard.sst")!;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, [1, 2, 3], Token);
        clock.Now += TimeSpan.FromDays(2);
        Task ResumeAsync() => BuiltSnapshots.StartAsync(store, new BuildOptions { ShardCount = 2, ResumeRunId = "dead" }, clock);
        Exception? refused = null;
        var between = new FaultyStore(store).Before(StoreOperation.Delete, async _ => refused = await Record.ExceptionAsync(ResumeAsync));
        Assert.Contains((await CleanAsync(through: between)).Deleted, item => item is { Kind: CleanupKind.OrphanShards, Name: "dead" });
        Assert.Equal(ErrorKind.RunNotFound, Assert.IsType<ShardyFusionException>(refused).Kind);
        Assert.False(await HasShardsAsync("dead"));
        Assert.Empty(await BuiltSnapshots.KeysAsync(store, "removals/"));
    }

    [Fact]
    public async Task CleanUp_RunThatWasResumedSinceThePlan_IsLeftAlone()
    {
        await BuildAsync("good");
        await BuildAsync("dead", complete: false);
        var path = store.LocalPath("shards/run_id=dead/db=00000/attempt=00/shard.sst")!;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, [1, 2, 3], Token);
        clock.Now += TimeSpan.FromDays(2);
        var plan = await snapshots.PlanCleanupAsync(Policy, Token);
        await using var resumed = await BuiltSnapshots.StartAsync(store, new BuildOptions { ShardCount = 2, ResumeRunId = "dead" }, clock);
        var result = await snapshots.CleanUpAsync(plan, isSaved: false, Token);
        Assert.Contains(result.Skipped, item => item is { Kind: CleanupKind.OrphanShards, Name: "dead" });
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task CleanUp_ThatDiesAfterTheManifests_IsFinishedByTheNextOne()
    {
        foreach (var runId in new[] { "a", "b" }) await BuildAsync(runId);
        clock.Now += TimeSpan.FromDays(1);
        await Assert.ThrowsAsync<ShardyFusionException>(() => CleanAsync(through: new FaultyStore(store).Fail(StoreOperation.Delete, nth: 2,
            count: 100)));
        Assert.Equal(["b"], await HistoryAsync());
        Assert.True(await HasShardsAsync("a"));
        clock.Now += TimeSpan.FromHours(2);
        await CleanAsync();
        Assert.False(await HasShardsAsync("a"));
        Assert.Empty(await BuiltSnapshots.KeysAsync(store, "removals/"));
    }

    [Fact]
    public async Task CleanUp_ObjectThatCannotBeDeleted_IsReportedAndTheNextOneTakesIt()
    {
        foreach (var runId in new[] { "a", "b" }) await BuildAsync(runId);
        clock.Now += TimeSpan.FromDays(1);
        var stubborn = (await BuiltSnapshots.KeysAsync(store, "shards/run_id=a/"))[0];
        var result = await CleanAsync(through: new StubbornStore(store, stubborn));
        Assert.Equal([stubborn], result.Failures.Select(failure => failure.Key));
        Assert.DoesNotContain(result.Deleted, item => item.Objects.Any(found => found.Key == stubborn));
        Assert.Equal([stubborn], await BuiltSnapshots.KeysAsync(store, "shards/run_id=a/"));
        Assert.Empty((await CleanAsync()).Failures);
        Assert.False(await HasShardsAsync("a"));
    }

    [Fact]
    public async Task CleanUp_ManifestThatCannotBeDeleted_KeepsItsShards()
    {
        foreach (var runId in new[] { "a", "b" }) await BuildAsync(runId);
        clock.Now += TimeSpan.FromDays(1);
        var manifest = (await BuiltSnapshots.KeysAsync(store, "manifests/"))
            .Single(key => key.Contains("run_id=a/", StringComparison.Ordinal));
        Assert.Equal([manifest], (await CleanAsync(through: new StubbornStore(store, manifest))).Failures.Select(failure => failure.Key));
        Assert.Equal(2, (await BuiltSnapshots.KeysAsync(store, "shards/run_id=a/")).Count);
        Assert.Equal("a", (await snapshots.GetInfoAsync(new SnapshotSelector { RunId = "a" }, Token)).RunId);
    }

    [Fact]
    public async Task CleanUp_FolderThatADeadBuildSpilledInto_Goes()
    {
        await BuildAsync("a");
        var left = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(),
            $"shardyfusion-spill-dead-{Guid.NewGuid().ToString("N")[..8]}"));
        await File.WriteAllTextAsync(Path.Combine(left.FullName, "lock"), "", Token);
        await File.WriteAllTextAsync(Path.Combine(left.FullName, "rows-0001"), "rows", Token);
        await CleanAsync();
        Assert.False(Directory.Exists(left.FullName));
    }

    [Fact]
    public async Task PlanCleanup_PointerThatCannotBeRead_ReleasesNothing()
    {
        foreach (var runId in new[] { "a", "b" }) await BuildAsync(runId);
        clock.Now += TimeSpan.FromDays(1);
        await File.WriteAllTextAsync(store.LocalPath("_CANARY")!, "{", Token);
        Assert.Empty((await snapshots.PlanCleanupAsync(Policy, Token)).Items);
    }

    [Fact]
    public async Task CleanUp_PlanOfAnotherPrefix_ConfigValidation()
    {
        await BuildAsync("a");
        var plan = await snapshots.PlanCleanupAsync(Policy, Token);
        Assert.Equal(ErrorKind.ConfigValidation,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => snapshots.CleanUpAsync(plan with { Prefix = "file:///elsewhere" }, false,
            Token))).Kind);
    }
}
