using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Cleaning;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Publishing;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>Tags, blocks, events, undo, freeze and cleanup on S3.</summary>
public sealed class LifeStoryTests(S3Server server)
{
    [Fact]
    public async Task Snapshots_TaggedBlockedUndoneFrozenAndCleanedUp_AreWhatTheMarksSay()
    {
        await using var prefix = await CreateAsync(server);
        var store = prefix.Direct;
        foreach (var runId in new[] { "a", "b", "c" })
            await PublishAsync(store, Enumerable.Range(0, 10), runId, new BuildOptions { ShardCount = 2, RunId = runId });
        await store.AddTagAsync("gold", new SnapshotSelector { RunId = "a" }, null, null, Token);
        Assert.Equal(ErrorKind.TagExists,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => store.AddTagAsync("gold", new SnapshotSelector { RunId = "b" }, null,
            null, Token))).Kind);
        await store.BlockAsync(new SnapshotSelector { RunId = "b" }, "wrong prices", Token);
        async Task<string> MoveAsync(Task<RollbackPlan> plan) =>
            (await store.RollbackAsync(await plan, new PointerChangeOptions(), Token)).To;
        await store.FreezeAsync("audit", DateTimeOffset.UtcNow.AddDays(1), Token);
        Assert.Equal(ErrorKind.PublishingFrozen,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => MoveAsync(store.PlanRollbackAsync(new SnapshotSelector { Offset = 1 },
            Token)))).Kind);
        await store.UnfreezeAsync(Token);
        Assert.Equal("a", await MoveAsync(store.PlanRollbackAsync(new SnapshotSelector { Offset = 1 }, Token)));
        Assert.Equal("c", await MoveAsync(store.PlanUndoAsync(null, Token)));
        var events = new List<(PointerChange, PointerOutcome)>();
        await foreach (var change in store.GetEventsAsync(null, null, Token)) events.Add((change.Kind, change.Outcome));
        Assert.Equal([
            (PointerChange.Undo, PointerOutcome.Moved), (PointerChange.Rollback, PointerOutcome.Moved),
                (PointerChange.Rollback, PointerOutcome.Refused),
            (PointerChange.Publish, PointerOutcome.Moved), (PointerChange.Publish, PointerOutcome.Moved),
            (PointerChange.Publish, PointerOutcome.Moved),
        ], events);

        // A build that died in the middle of an upload, and two days later a cleanup.
        await prefix.StartUploadAsync("shards/run_id=dead/db=00000/attempt=00/shard.sst");
        Assert.Single(await prefix.UploadsAsync());
        var later = prefix.Open(server.Connection(), new LaterClock(TimeSpan.FromDays(2)));
        var plan = await later.PlanCleanupAsync(new CleanupPolicy { KeepLast = 1 }, Token);
        Assert.Equal([CleanupKind.Snapshot, CleanupKind.Upload], plan.Items.Select(item => item.Kind)
            .Where(kind => kind is CleanupKind.Snapshot or CleanupKind.Upload));
        Assert.Empty((await later.CleanUpAsync(plan, isSaved: true, Token)).Failures);
        var left = new List<string>();
        await foreach (var entry in store.GetHistoryAsync(null, Token)) left.Add(entry.RunId);
        Assert.Equal(["c", "a"], left);
        Assert.Empty(await prefix.UploadsAsync());
        Assert.Empty(await prefix.KeysAsync("shards/run_id=b/"));
        Assert.Equal(Rows(Enumerable.Range(0, 10), "c"), await prefix.ReadAllAsync());
    }
}
