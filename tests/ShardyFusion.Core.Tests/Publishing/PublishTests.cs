using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;
using ShardyFusion.Publishing.Guards;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.Building.BuiltSnapshots;

namespace ShardyFusion.Core.Tests.Publishing;

/// <summary>Snapshots that are staged first and published later, to one pointer or from one to the other.</summary>
public sealed class PublishTests : IDisposable
{
    static readonly long[] Keys = [.. Enumerable.Range(0, 200).Select(k => (long)k)];

    readonly TempFolder folder = new();
    readonly IObjectStore store;
    readonly SnapshotStore snapshots;

    public PublishTests()
    {
        store = ObjectStores.Open(folder["snap"]);
        snapshots = new SnapshotStore(store);
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    Task<BuildResult> StageAsync(string runId, int rows = 200, PublishRules? rules = null) =>
        PublishAsync(store, Keys[..rows], runId, new BuildOptions
        {
            ShardCount = 2,
            RunId = runId,
            Publish = false,
            Rules = rules
            ?? new PublishRules()
        });

    Task<BuildResult> CurrentAsync() => PublishAsync(store, Keys, "old", new BuildOptions { ShardCount = 2, RunId = "old" });

    async Task<PublishResult> PromoteAsync(SnapshotSelector target, PublishRules? rules = null, SnapshotStore? through = null)
    {
        rules ??= new PublishRules();
        var opened = through ?? snapshots;
        return await opened.PublishAsync(await opened.PlanPublishAsync(target, rules, Token), rules, false, Token);
    }

    async Task<string?> RunAtAsync(string pointerKey) =>
        (await new SnapshotCatalog(store).ReadPointerAsync(pointerKey, Token)).Pointer?.RunId;

    static SnapshotSelector Run(string runId) => new() { RunId = runId };

    [Fact]
    public async Task Publish_StagedSnapshot_IsCurrent()
    {
        await CurrentAsync();
        var staged = await StageAsync("new");
        var result = await PromoteAsync(new SnapshotSelector { Ref = staged.ManifestRef });
        Assert.Equal(("CURRENT", "old", "new", true, 200L), (result.Pointer, result.From, result.RunId, result.Changed, result.RowCount));
        Assert.Equal(Expected(Keys, "new"), await ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Publish_FirstOfAPrefix_CreatesThePointer()
    {
        await StageAsync("new");
        Assert.Null((await PromoteAsync(Run("new"))).From);
        Assert.Equal("new", await RunAtAsync("_CURRENT"));
    }

    [Fact]
    public async Task Publish_ToACanaryThenFromIt_MovesOneAfterTheOther()
    {
        await CurrentAsync();
        await StageAsync("new");
        await PromoteAsync(Run("new"), new PublishRules { Pointer = "CANARY" });
        Assert.Equal(("old", "new"), (await RunAtAsync("_CURRENT"), await RunAtAsync("_CANARY")));
        Assert.Equal("new", (await PromoteAsync(new SnapshotSelector { Pointer = "CANARY" })).RunId);
        Assert.Equal(("new", "new"), (await RunAtAsync("_CURRENT"), await RunAtAsync("_CANARY")));
    }

    [Fact]
    public async Task Publish_WhatThePointerNamesAlready_ChangesNothing()
    {
        await CurrentAsync();
        var before = (await new SnapshotCatalog(store).ReadPointerAsync(Token)).ETag;
        Assert.False((await PromoteAsync(Run("old"))).Changed);
        Assert.Equal(before, (await new SnapshotCatalog(store).ReadPointerAsync(Token)).ETag);
    }

    [Fact]
    public async Task Publish_ShardMissing_SnapshotIncompleteBeforeAnything()
    {
        await CurrentAsync();
        await StageAsync("new");
        File.Delete(store.LocalPath(SnapshotPaths.ShardKey(SnapshotPaths.AttemptKey("new", 1, 0)))!);
        Assert.Equal(ErrorKind.SnapshotIncomplete, (await Assert.ThrowsAsync<ShardyFusionException>(() => PromoteAsync(Run("new")))).Kind);
        Assert.Equal("old", await RunAtAsync("_CURRENT"));
    }

    [Fact]
    public async Task Publish_GuardsGivenNow_AreChecked()
    {
        await CurrentAsync();
        await StageAsync("small", rows: 100);
        var rules = new PublishRules { Limits = new GuardLimits { MaxDrop = RowLimit.OfPercent(10), MaxValueBytes = 100 } };
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => PromoteAsync(Run("small"), rules));
        Assert.Equal(ErrorKind.GuardFailed, error.Kind);
        Assert.Equal("old", await RunAtAsync("_CURRENT"));
        var forced = await PromoteAsync(Run("small"), rules with { PublishFailedChecks = true, Reason = "it is right" });
        Assert.Equal([("MaxDrop", false), ("MaxValueSize", true)], forced.Guards.Select(g => (g.Name, g.Passed)));
        Assert.Equal("small", await RunAtAsync("_CURRENT"));
    }

    [Fact]
    public async Task Publish_SnapshotThatFailedAGuardWhenBuilt_NeedsForceOrAPassNow()
    {
        await CurrentAsync();
        await StageAsync("small", rows: 100, new PublishRules { Limits = new GuardLimits { MaxDrop = RowLimit.OfPercent(10) } });
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => PromoteAsync(Run("small")));
        Assert.Equal(ErrorKind.GuardFailed, error.Kind);
        Assert.Contains("When it was built: 100 rows after 200", error.Message, StringComparison.Ordinal);
        Assert.Equal("small",
            (await PromoteAsync(Run("small"), new PublishRules { Limits = new GuardLimits { MaxDrop = RowLimit.OfPercent(60) } })).RunId);
        Assert.Equal("small", await RunAtAsync("_CURRENT"));
    }

    [Fact]
    public async Task Publish_PointerMovedSinceThePlan_Conflict()
    {
        await CurrentAsync();
        await StageAsync("new");
        var rules = new PublishRules();
        var plan = await snapshots.PlanPublishAsync(Run("new"), rules, Token);
        await PublishAsync(store, Keys, "theirs", new BuildOptions { ShardCount = 1, RunId = "theirs" });
        var conflict = await Assert.ThrowsAsync<PointerConflictException>(() => snapshots.PublishAsync(plan, rules, false, Token));
        Assert.Equal(("new", "theirs"), (conflict.OwnRunId, conflict.OtherRunId));
        Assert.Equal("theirs", await RunAtAsync("_CURRENT"));
    }

    [Fact]
    public async Task Publish_ProbeFails_PointerGoesBack()
    {
        await CurrentAsync();
        await StageAsync("new");
        Assert.Equal(ErrorKind.ProbeFailed,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => PromoteAsync(Run("new"),
            new PublishRules { ProbeKeys = [9999] }))).Kind);
        Assert.Equal("old", await RunAtAsync("_CURRENT"));
        Assert.True((await PromoteAsync(Run("new"), new PublishRules { ProbeKeys = [7], Canaries = [new Canary(8, "new8")] })).Changed);
    }

    [Fact]
    public async Task Plan_OfAPublish_WritesNothing()
    {
        await CurrentAsync();
        await StageAsync("new");
        var seen = new FaultyStore(store);
        var plan = await new SnapshotStore(seen).PlanPublishAsync(Run("new"), new PublishRules { Pointer = "CANARY" }, Token);
        Assert.Equal(("CANARY", null, "new", false), (plan.Pointer, plan.From, plan.To, plan.IsNoOp));
        Assert.DoesNotContain(seen.Calls, call => call.Operation is StoreOperation.Put or StoreOperation.Delete
            or StoreOperation.OpenUpload);
    }

    [Fact]
    public async Task Plan_WithoutATarget_ConfigValidation() => Assert.Equal(ErrorKind.ConfigValidation,
        (await Assert.ThrowsAsync<ShardyFusionException>(() => snapshots.PlanPublishAsync(SnapshotSelector.Current, new PublishRules(),
        Token))).Kind);
}
