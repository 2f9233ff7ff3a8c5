using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Publishing;

/// <summary>Moving the pointer back: to something that works, against nobody else, and never silently.</summary>
public sealed class RollbackTests : IDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;
    readonly SnapshotFixture snapshots = new();

    public void Dispose() => snapshots.Dispose();

    void AddThree()
    {
        snapshots.Add("one", 1);
        snapshots.Add("two", 2);
        snapshots.Add("three", 3);
    }

    async Task<string?> CurrentRunAsync() => (await new SnapshotCatalog(snapshots.Store).ReadPointerAsync(Token)).Pointer?.RunId;

    static async Task<RollbackResult> RollBackAsync(SnapshotStore store, SnapshotSelector target) =>
        await store.RollbackAsync(await store.PlanRollbackAsync(target, Token), false, Token);

    static async Task<ShardyFusionException> PlanFailureAsync(SnapshotStore store, SnapshotSelector target) =>
        await Assert.ThrowsAsync<ShardyFusionException>(() => store.PlanRollbackAsync(target, Token));

    [Fact]
    public async Task Rollback_OneBack_PointerMovedAndReported()
    {
        AddThree();
        var result = await RollBackAsync(snapshots.Open(), new SnapshotSelector { Offset = 1 });
        Assert.Equal(("three", "two", true), (result.From, result.To, result.Changed));
        Assert.Equal((snapshots.RefOf("three", 3), snapshots.RefOf("two", 2)), (result.FromRef, result.ToRef));
        Assert.Equal((100L, SnapshotFixture.Start.AddMinutes(2)), (result.RowCount, result.PublishedAt));
        var pointer = (await new SnapshotCatalog(snapshots.Store).ReadPointerAsync(Token)).Pointer!;
        Assert.Equal(("two", snapshots.RefOf("two", 2), snapshots.Clock.Now), (pointer.RunId, pointer.ManifestRef, pointer.UpdatedAt));
    }

    [Fact]
    public async Task Rollback_TwiceByOffsetOne_GoesFurtherBackEachTime()
    {
        AddThree();
        await RollBackAsync(snapshots.Open(), new SnapshotSelector { Offset = 1 });
        var second = await RollBackAsync(snapshots.Open(), new SnapshotSelector { Offset = 1 });
        Assert.Equal(("two", "one", true), (second.From, second.To, second.Changed));
    }

    [Fact]
    public async Task Rollback_ForwardAgainByRunId_Works()
    {
        AddThree();
        await RollBackAsync(snapshots.Open(), new SnapshotSelector { Offset = 2 });
        await RollBackAsync(snapshots.Open(), new SnapshotSelector { RunId = "three" });
        Assert.Equal("three", await CurrentRunAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    public async Task Rollback_ToCurrent_NoOpWritesNothing(int? offset)
    {
        AddThree();
        var store = new FaultyStore(snapshots.Store);
        var result = await RollBackAsync(snapshots.Open(store), offset is null ? new SnapshotSelector { RunId = "three" }
            : new SnapshotSelector { Offset = offset });
        Assert.Equal(("three", "three", false), (result.From, result.To, result.Changed));
        Assert.DoesNotContain(store.Calls, call => call.Operation == StoreOperation.Put);
    }

    [Fact]
    public async Task Plan_Only_WritesNothing()
    {
        AddThree();
        var store = new FaultyStore(snapshots.Store);
        var plan = await snapshots.Open(store).PlanRollbackAsync(new SnapshotSelector { Ref = snapshots.RefOf("one", 1) }, Token);
        Assert.Equal(("three", "one", false), (plan.From, plan.To, plan.IsNoOp));
        Assert.DoesNotContain(store.Calls, call => call.Operation is StoreOperation.Put or StoreOperation.OpenUpload
            or StoreOperation.Delete);
    }

    [Fact]
    public async Task Plan_ShardsGone_SnapshotIncompleteNamesThem()
    {
        AddThree();
        var one = (await new SnapshotCatalog(snapshots.Store).LoadManifestAsync(SnapshotFixture.KeyOf("one", 1), Token)).Manifest;
        snapshots.DeleteObject(one.FindShard(1)!.ObjectKey);
        snapshots.DeleteObject(one.FindShard(3)!.ObjectKey);
        var error = await PlanFailureAsync(snapshots.Open(), new SnapshotSelector { RunId = "one" });
        Assert.Equal(ErrorKind.SnapshotIncomplete, error.Kind);
        Assert.Contains("2 of its 4 shards", error.Message, StringComparison.Ordinal);
        Assert.Contains("shard 1 is missing", error.Message, StringComparison.Ordinal);
        Assert.Contains("shard 3 is missing", error.Message, StringComparison.Ordinal);
        Assert.Equal("three", await CurrentRunAsync());
    }

    [Fact]
    public async Task Plan_ShardTruncated_SnapshotIncomplete()
    {
        AddThree();
        var one = (await new SnapshotCatalog(snapshots.Store).LoadManifestAsync(SnapshotFixture.KeyOf("one", 1), Token)).Manifest;
        snapshots.WriteObject(one.FindShard(2)!.ObjectKey, [1, 2, 3]);
        var error = await PlanFailureAsync(snapshots.Open(), new SnapshotSelector { RunId = "one" });
        Assert.Contains("shard 2 has 3 bytes instead of", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_TargetUnreadable_ManifestParse()
    {
        AddThree();
        snapshots.WriteObject(SnapshotFixture.KeyOf("two", 2), "required: 3"u8.ToArray());
        Assert.Equal(ErrorKind.ManifestParse, (await PlanFailureAsync(snapshots.Open(), new SnapshotSelector { Offset = 1 })).Kind);
    }

    [Fact]
    public async Task Plan_RefThatDoesNotExist_SnapshotNotFound()
    {
        AddThree();
        Assert.Equal(ErrorKind.SnapshotNotFound,
            (await PlanFailureAsync(snapshots.Open(), new SnapshotSelector { Ref = snapshots.RefOf("two", 1) })).Kind);
    }

    [Fact]
    public async Task Plan_NoTarget_ConfigValidation() =>
        Assert.Equal(ErrorKind.ConfigValidation, (await PlanFailureAsync(snapshots.Open(), SnapshotSelector.Current)).Kind);

    [Fact]
    public async Task Rollback_PointerMovedAfterPlan_ConflictNamesBoth()
    {
        AddThree();
        var store = snapshots.Open();
        var plan = await store.PlanRollbackAsync(new SnapshotSelector { RunId = "one" }, Token);
        snapshots.Add("four", 4);
        var conflict = await Assert.ThrowsAsync<PointerConflictException>(() => store.RollbackAsync(plan, false, Token));
        Assert.Equal(("one", "four"), (conflict.OwnRunId, conflict.OtherRunId));
        Assert.Equal("four", await CurrentRunAsync());
    }

    [Fact]
    public async Task Rollback_NoOpPlanButPointerMoved_Conflict()
    {
        AddThree();
        var store = snapshots.Open();
        var plan = await store.PlanRollbackAsync(new SnapshotSelector { RunId = "three" }, Token);
        snapshots.Add("four", 4);
        var conflict = await Assert.ThrowsAsync<PointerConflictException>(() => store.RollbackAsync(plan, false, Token));
        Assert.Equal("four", conflict.OtherRunId);
    }

    [Fact]
    public async Task Rollback_PublisherOvertakesRightAfterwards_ConflictInsteadOfClaimingSuccess()
    {
        AddThree();
        var four = snapshots.PointerBytes(SnapshotFixture.KeyOf("four", 4), "four");
        var faulty = new FaultyStore(snapshots.Store);
        var store = snapshots.Open(faulty);
        var plan = await store.PlanRollbackAsync(new SnapshotSelector { RunId = "one" }, Token);
        faulty.Before(StoreOperation.Get, inner => inner.PutAsync(SnapshotPaths.CurrentKey, four, new PutOptions(PutCondition.Always),
            Token));
        Assert.Equal("four",
            (await Assert.ThrowsAsync<PointerConflictException>(() => store.RollbackAsync(plan, false, Token))).OtherRunId);
    }

    [Fact]
    public async Task Rollback_NoPointerButManifests_CreatesPointer()
    {
        snapshots.Add("one", 1, publish: false);
        var result = await RollBackAsync(snapshots.Open(), new SnapshotSelector { RunId = "one" });
        Assert.Equal((null, "one", true), (result.From, result.To, result.Changed));
        Assert.Equal("one", await CurrentRunAsync());
    }

    [Fact]
    public async Task Plan_OffsetWithoutPointer_SaysWhy()
    {
        snapshots.Add("one", 1, publish: false);
        var error = await PlanFailureAsync(snapshots.Open(), new SnapshotSelector { Offset = 1 });
        Assert.Equal(ErrorKind.SnapshotNotFound, error.Kind);
        Assert.Contains("run id", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rollback_TornPointer_Repaired()
    {
        AddThree();
        snapshots.WriteObject(SnapshotPaths.CurrentKey, "{\"format_ver"u8.ToArray());
        var result = await RollBackAsync(snapshots.Open(), new SnapshotSelector { RunId = "two" });
        Assert.Equal((null, "two", true), (result.From, result.To, result.Changed));
        Assert.Equal("two", await CurrentRunAsync());
    }

    [Fact]
    public async Task Rollback_ForeignShardFormat_ChecksThatSomethingIsThere()
    {
        snapshots.Add("theirs", 1, edit: Foreign);
        snapshots.Add("ours", 2);
        Assert.Equal("theirs", (await RollBackAsync(snapshots.Open(), new SnapshotSelector { RunId = "theirs" })).To);
        await RollBackAsync(snapshots.Open(), new SnapshotSelector { RunId = "ours" });
        Directory.Delete(snapshots.Store.LocalPath("shards/run_id=theirs/db=00001")!, recursive: true);
        var error = await PlanFailureAsync(snapshots.Open(), new SnapshotSelector { RunId = "theirs" });
        Assert.Contains("shard 1 is missing", error.Message, StringComparison.Ordinal);

        static Manifest Foreign(Manifest manifest) => manifest with { Required = manifest.Required with { ShardFormat = null } };
    }
}
