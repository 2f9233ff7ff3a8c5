using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Golden;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;
using ShardyFusion.Reading;
using ShardyFusion.Runs;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Runs;

/// <summary>Runs as someone else sees and stops them.</summary>
public sealed class RunControlTests : IDisposable
{
    readonly TempFolder folder = new();
    readonly IObjectStore store;
    readonly ManualClock clock = new();
    readonly SnapshotStore snapshots;

    public RunControlTests()
    {
        store = ObjectStores.Open(folder["snap"]);
        Directory.CreateDirectory(folder["snap"]);
        snapshots = new SnapshotStore(store, clock);
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    async Task<List<RunInfo>> RunsAsync(string? runId = null, int? first = null)
    {
        var runs = new List<RunInfo>();
        await foreach (var run in snapshots.GetRunsAsync(runId, first, Token)) runs.Add(run);
        return runs;
    }

    Task<SnapshotBuild> StartAsync(string runId, BuildOptions? options = null) =>
        BuiltSnapshots.StartAsync(store, (options ?? new BuildOptions { ShardCount = 1 }) with { RunId = runId }, clock);

    [Fact]
    public async Task Runs_OneOfEachKind_NewestFirstWithTheirState()
    {
        await BuiltSnapshots.PublishAsync(store, [1, 2, 3], options: new BuildOptions
        {
            ShardCount = 1,
            RunId = "good",
            Message = "hello"
        });
        clock.Now = new DateTimeOffset(DateTime.UtcNow.Date.AddDays(1), TimeSpan.Zero);
        await using (var failed = await StartAsync("bad")) failed.Add(1, "a");
        clock.Now += TimeSpan.FromMinutes(1);
        await using var dead = await StartAsync("dead");
        clock.Now += TimeSpan.FromMinutes(11);
        await using var live = await StartAsync("live", new BuildOptions { ShardCount = 1, AllowConcurrentBuild = true });
        clock.Now += TimeSpan.FromMinutes(2);
        Directory.CreateDirectory(Path.Combine(folder["snap"], "runs", "not a run"));

        var runs = await RunsAsync();
        Assert.Equal([("live", RunState.Running), ("dead", RunState.Abandoned), ("bad", RunState.Failed), ("good", RunState.Succeeded)],
            runs.Select(r => (r.RunId, r.State)));
        Assert.Equal((TimeSpan.FromMinutes(2), Environment.MachineName, Environment.ProcessId),
            (runs[0].Duration, runs[0].Host, runs[0].ProcessId));
        Assert.Equal("Cancelled", runs[2].ErrorType);
        Assert.Equal((3L, "hello"), (runs[3].Rows, runs[3].Message));
        Assert.NotNull(runs[3].ManifestRef);
        Assert.Equal(["live", "dead"], (await RunsAsync(first: 2)).Select(r => r.RunId));
        Assert.Equal(["bad"], (await RunsAsync("bad")).Select(r => r.RunId));
    }

    [Fact]
    public async Task Runs_RecordThatCannotBeRead_IsListedWithTheProblem()
    {
        var key = SnapshotPaths.RunRecordKey(clock.Now, "odd", Guid.NewGuid());
        await store.PutAsync(key, "status: ["u8.ToArray(), new PutOptions(PutCondition.Always), Token);
        var run = Assert.Single(await RunsAsync());
        Assert.Equal(("odd", RunState.Unreadable), (run.RunId, run.State));
        Assert.NotNull(run.Problem);
        Assert.Equal(ErrorKind.ManifestParse,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => snapshots.StopRunAsync(run, null, false, Token))).Kind);
    }

    [Fact]
    public async Task Runs_ErrorWithASecretInAForeignRecord_IsShownWithoutItAndShort()
    {
        await using (var failed = await StartAsync("leaky")) failed.Add(1, "a");
        var key = (await BuiltSnapshots.KeysAsync(store, "runs/")).Single(k => k.EndsWith("run.yaml", StringComparison.Ordinal));
        var path = store.LocalPath(key)!;
        var text = Unsealed.TextOf(await File.ReadAllBytesAsync(path, Token));
        await File.WriteAllTextAsync(path, text.Replace("The build was cancelled.", "password=hunter2 " + new string('x', 400),
            StringComparison.Ordinal), Token);
        var run = Assert.Single(await RunsAsync());
        Assert.DoesNotContain("hunter2", run.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(300, run.ErrorMessage!.Length);
    }

    [Fact]
    public async Task Heartbeat_OfALiveBuild_TellsRowsAndBytesSoFar()
    {
        var stalled = new FaultyStore(store).Stall(StoreOperation.UploadComplete, "db=00000");
        await using var build = await BuiltSnapshots.StartAsync(stalled, new BuildOptions
        {
            ShardCount = 1,
            RunId = "slow",
            LeaseDuration = TimeSpan.FromMinutes(1),
            HeartbeatInterval = TimeSpan.FromMilliseconds(5),
            StopPollInterval = TimeSpan.FromMilliseconds(5),
        });
        for (var key = 0; key < 1000; key++) build.Add(key, "v");
        var completed = build.CompleteAsync(Token);
        RunInfo run;
        do run = await snapshots.GetRunAsync("slow", Token);
        while (run.Bytes is not > 0);
        Assert.Equal((1000L, RunState.Running), (run.Rows, run.State));
        await snapshots.StopRunAsync(run, "enough", declareDead: false, Token);
        await Assert.ThrowsAsync<ShardyFusionException>(() => completed);
    }

    [Fact]
    public async Task Runs_WhileABuildReads_TellItsRowsAndPhaseLongBeforeAHeartbeat()
    {
        await using var build = await BuiltSnapshots.StartAsync(store, new BuildOptions
        {
            ShardCount = 1,
            RunId = "reading",
            HeartbeatInterval = TimeSpan.FromMinutes(4),
            StopPollInterval = TimeSpan.FromMilliseconds(5),
        });
        for (var key = 0; key < 7; key++) build.Add(key, "v");
        RunInfo run;
        do run = await snapshots.GetRunAsync("reading", Token);
        while (run.Rows is not 7);
        Assert.Equal(("reading", RunState.Running), (run.Phase, run.State));
        await build.CompleteAsync(Token);
        run = await snapshots.GetRunAsync("reading", Token);
        Assert.Equal((null, RunState.Succeeded), (run.Phase, run.State));
    }

    [Fact]
    public async Task Build_UnderAFreeze_StopsBeforeTheWorkUnlessItDoesNotPublish()
    {
        await snapshots.FreezeAsync("stock-taking", null, Token);
        var refused = await Assert.ThrowsAsync<ShardyFusionException>(() => StartAsync("early"));
        Assert.Equal(ErrorKind.PublishingFrozen, refused.Kind);
        Assert.Contains("NoPublish", refused.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(await RunsAsync());
        Assert.Contains("would fail", (await snapshots.PlanBuildAsync(new BuildOptions { ShardCount = 1 }, Token)).Steps[0],
            StringComparison.Ordinal);
        await using var staged = await StartAsync("staged", new BuildOptions { ShardCount = 1, Publish = false });
        staged.Add(1, "v");
        Assert.False((await staged.CompleteAsync(Token)).Published);
    }

    [Fact]
    public async Task Build_FrozenOnTheWay_SaysThatItIsStagedAndHowToPublish()
    {
        await using (var build = await StartAsync("late"))
        {
            build.Add(1, "v");
            await snapshots.FreezeAsync("stock-taking", null, Token);
            var refused = await Assert.ThrowsAsync<ShardyFusionException>(() => build.CompleteAsync(Token));
            Assert.Equal((ErrorKind.PublishingFrozen, "late"), (refused.Kind, refused.Target));
            Assert.Contains("staged but not published", refused.Message, StringComparison.Ordinal);
            Assert.Contains("publish --run-id late", refused.RecommendedAction, StringComparison.Ordinal);
        }
        await snapshots.UnfreezeAsync(Token);
        var plan = await snapshots.PlanPublishAsync(new SnapshotSelector { RunId = "late" }, new PublishRules(), Token);
        Assert.True((await snapshots.PublishAsync(plan, new PublishRules(), false, Token)).Changed);
        var health = await snapshots.CheckHealthAsync(new HealthOptions { LastBuild = true }, Token);
        Assert.Equal((HealthStatus.Healthy, RunState.Succeeded), (health.Status, health.LastRunState));
    }

    [Fact]
    public async Task Stop_LiveBuild_EndsItWithWhoAndWhyAndFreesThePrefix()
    {
        await BuiltSnapshots.PublishAsync(store, [1], "old");
        var stalled = new FaultyStore(store).Stall(StoreOperation.UploadComplete, "run_id=slow");
        await using (var build = await BuiltSnapshots.StartAsync(stalled, new BuildOptions
        {
            ShardCount = 1,
            RunId = "slow",
            StopPollInterval = TimeSpan.FromMilliseconds(5)
        }))
        {
            build.Add(1, "new");
            var completed = build.CompleteAsync(Token);
            var run = await snapshots.GetRunAsync("slow", Token);
            var stopped = await snapshots.StopRunAsync(run, "wrong file, password=hunter2", declareDead: false, Token);
            Assert.Equal((RunStopOutcome.Asked, RunState.Running, "slow"), (stopped.Outcome, stopped.Before, stopped.RunId));

            var error = await Assert.ThrowsAsync<ShardyFusionException>(() => completed);
            Assert.Equal((ErrorKind.BuildStopped, "slow"), (error.Kind, error.Target));
            Assert.Contains("wrong file", error.Message, StringComparison.Ordinal);
        }
        var record = await snapshots.GetRunAsync("slow", Token);
        Assert.Equal((RunState.Failed, "BuildStopped"), (record.State, record.ErrorType));
        Assert.Contains(Environment.UserName, record.ErrorMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", record.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(BuiltSnapshots.Expected([1], "old"), await BuiltSnapshots.ReadCurrentAsync(store));
        await BuiltSnapshots.PublishAsync(store, [2]); // the lock was given back
    }

    [Fact]
    public async Task Stop_BuildThatStillTakesRows_EndsIt()
    {
        await using var build = await BuiltSnapshots.StartAsync(store, new BuildOptions
        {
            ShardCount = 1,
            RunId = "endless",
            StopPollInterval = TimeSpan.FromMilliseconds(5)
        });
        await snapshots.StopRunAsync(await snapshots.GetRunAsync("endless", Token), null, declareDead: false, Token);
        Assert.Equal(ErrorKind.BuildStopped, Assert.Throws<ShardyFusionException>(() => AddForEver(build)).Kind);
    }

    static void AddForEver(SnapshotBuild build)
    {
        for (var key = 0; ; key++)
        {
            Token.ThrowIfCancellationRequested();
            build.Add(key % 10, "v");
        }
    }

    [Fact]
    public async Task Stop_Twice_TheFirstWishStands()
    {
        await using var build = await StartAsync("r");
        var run = await snapshots.GetRunAsync("r", Token);
        Assert.Equal(RunStopOutcome.Asked, (await snapshots.StopRunAsync(run, "one", false, Token)).Outcome);
        Assert.Equal(RunStopOutcome.AskedBefore, (await snapshots.StopRunAsync(run, "two", false, Token)).Outcome);
        Assert.Equal("one", (await StopRequest.ReadAsync(store, run.RecordKey, "r", Token))!.Reason);
    }

    [Fact]
    public async Task Stop_DeadRun_IsMarkedFailedAndThePrefixIsFree()
    {
        await using var dead = await StartAsync("dead");
        clock.Now += TimeSpan.FromMinutes(11);
        var stopped = await snapshots.StopRunAsync(await snapshots.GetRunAsync("dead", Token), "cleaning up", false, Token);
        Assert.Equal((RunStopOutcome.MarkedFailed, RunState.Abandoned), (stopped.Outcome, stopped.Before));
        var run = await snapshots.GetRunAsync("dead", Token);
        Assert.Equal((RunState.Failed, RunRecord.Abandoned), (run.State, run.ErrorType));
        Assert.Contains("cleaning up", run.ErrorMessage, StringComparison.Ordinal);
        Assert.True((await BuildLock.PeekAsync(store, Token))!.Value.State.Released);
    }

    [Fact]
    public async Task Stop_LiveRunByForce_FreesThePrefixAndTheRunCannotPublish()
    {
        await using var hung = await StartAsync("hung");
        hung.Add(1, "late");
        Assert.Equal(RunStopOutcome.MarkedFailed,
            (await snapshots.StopRunAsync(await snapshots.GetRunAsync("hung", Token), null, declareDead: true, Token)).Outcome);
        await BuiltSnapshots.PublishAsync(store, [1], "next");
        Assert.Equal(ErrorKind.BuildInProgress, (await Assert.ThrowsAsync<ShardyFusionException>(() => hung.CompleteAsync(Token))).Kind);
        Assert.Equal(BuiltSnapshots.Expected([1], "next"), await BuiltSnapshots.ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Stop_RunThatWroteItsRecordMeanwhile_IsNotMarked()
    {
        await using var back = await StartAsync("back");
        clock.Now += TimeSpan.FromMinutes(11);
        var seen = await snapshots.GetRunAsync("back", Token);
        await store.PutAsync(seen.RecordKey, RunRecordCodec.Write(seen.Record! with
        {
            UpdatedAt = clock.Now,
            LeaseExpiresAt = clock.Now.AddMinutes(10)
        }), new PutOptions(PutCondition.Always), Token);
        Assert.Equal(ErrorKind.BuildInProgress,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => snapshots.StopRunAsync(seen, null, false, Token))).Kind);
        Assert.Equal(RunState.Running, (await snapshots.GetRunAsync("back", Token)).State);
    }

    [Fact]
    public async Task Stop_RunThatEnded_ChangesNothing()
    {
        await BuiltSnapshots.PublishAsync(store, [1], options: new BuildOptions { ShardCount = 1, RunId = "done" });
        var run = await snapshots.GetRunAsync("done", Token);
        Assert.Equal(RunStopOutcome.AlreadyEnded, (await snapshots.StopRunAsync(run, null, true, Token)).Outcome);
        Assert.Equal(run.ETag, (await snapshots.GetRunAsync("done", Token)).ETag);
    }

    [Fact]
    public async Task GetRun_Unknown_RunNotFound() =>
        Assert.Equal(ErrorKind.RunNotFound,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => snapshots.GetRunAsync("nobody", Token))).Kind);
}
