using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Publishing;
using ShardyFusion.Publishing.Guards;
using ShardyFusion.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Formats;

/// <summary>Tags, blocks, events, undo and freeze on snapshots that were really built.</summary>
public sealed class AnnotationTests : IDisposable
{
    readonly TempFolder folder = new();
    readonly IObjectStore store;
    readonly ManualClock clock = new();
    readonly SnapshotStore snapshots;

    public AnnotationTests()
    {
        store = ObjectStores.Open(folder["snap"]);
        Directory.CreateDirectory(folder["snap"]);
        snapshots = new SnapshotStore(store, clock);
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    async Task BuildAsync(string runId, bool publish = true)
    {
        clock.Now += TimeSpan.FromMinutes(1);
        await using var build = await BuiltSnapshots.StartAsync(store,
            new BuildOptions { ShardCount = 2, RunId = runId, Publish = publish }, clock);
        for (var key = 0; key < 10; key++) build.Add(key, runId);
        await build.CompleteAsync(Token);
    }

    async Task<string> CurrentAsync() => (await snapshots.GetInfoAsync(SnapshotSelector.Current, Token)).RunId;

    async Task<RollbackResult> RollBackAsync(SnapshotSelector target, PointerChangeOptions? options = null)
    {
        clock.Now += TimeSpan.FromMinutes(1);
        return await snapshots.RollbackAsync(await snapshots.PlanRollbackAsync(target, Token), options ?? new PointerChangeOptions(),
            Token);
    }

    async Task<RollbackResult> UndoAsync()
    {
        clock.Now += TimeSpan.FromMinutes(1);
        return await snapshots.RollbackAsync(await snapshots.PlanUndoAsync(null, Token), new PointerChangeOptions(), Token);
    }

    async Task<List<PointerEvent>> EventsAsync()
    {
        var events = new List<PointerEvent>();
        await foreach (var change in snapshots.GetEventsAsync(null, null, Token)) events.Add(change);
        return events;
    }

    static async Task<ShardyFusionException> FailsAsync(Func<Task> act) => await Assert.ThrowsAnyAsync<ShardyFusionException>(act);

    static SnapshotSelector Run(string runId) => new() { RunId = runId };

    [Fact]
    public async Task Tag_OfAnOlderSnapshot_SelectsItAndIsListed()
    {
        await BuildAsync("a");
        await BuildAsync("b");
        var tag = await snapshots.AddTagAsync("gold-1.0", Run("a"), clock.Now.AddDays(1), "for audit, password=hunter2", Token);
        Assert.Equal(("gold-1.0", "a"), (tag.Tag, tag.RunId));
        Assert.DoesNotContain("hunter2", tag.Note, StringComparison.Ordinal);
        Assert.Equal("a", (await snapshots.GetInfoAsync(new SnapshotSelector { Tag = "gold-1.0" }, Token)).RunId);
        var listed = new List<SnapshotTag>();
        await foreach (var found in snapshots.GetTagsAsync(Token)) listed.Add(found);
        Assert.Equal(tag, Assert.Single(listed));
        Assert.Empty(await BuiltSnapshots.KeysAsync(store, "pins/"));
        Assert.True(await snapshots.RemoveTagAsync("gold-1.0", Token));
        Assert.False(await snapshots.RemoveTagAsync("gold-1.0", Token));
        Assert.Equal(ErrorKind.SnapshotNotFound,
            (await FailsAsync(() => snapshots.GetInfoAsync(new SnapshotSelector { Tag = "gold-1.0" }, Token))).Kind);
    }

    [Fact]
    public async Task Tag_NameThatIsTaken_IsRefusedUntilItHasExpired()
    {
        await BuildAsync("a");
        await BuildAsync("b");
        var first = await snapshots.AddTagAsync("t", Run("a"), clock.Now.AddHours(1), null, Token);
        Assert.Equal(first, await snapshots.AddTagAsync("t", Run("a"), first.ExpiresAt, "again", Token));
        var error = await FailsAsync(() => snapshots.AddTagAsync("t", Run("b"), null, null, Token));
        Assert.Equal((ErrorKind.TagExists, "t"), (error.Kind, error.Target));
        clock.Now += TimeSpan.FromHours(2);
        Assert.Equal("b", (await snapshots.AddTagAsync("t", Run("b"), null, null, Token)).RunId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("ä")]
    public async Task Tag_NameThatIsNotValid_ConfigValidation(string tag)
    {
        await BuildAsync("a");
        Assert.Equal(ErrorKind.ConfigValidation, (await FailsAsync(() => snapshots.AddTagAsync(tag, Run("a"), null, null, Token))).Kind);
    }

    [Fact]
    public async Task Tag_SnapshotThatACleanupIsDeleting_IsRefusedAndLeavesNothing()
    {
        await BuildAsync("a");
        var key = (await snapshots.GetInfoAsync(Run("a"), Token)).ManifestRef[(store.Root.Length + 1)..];
        await AnnotationCodec.PutAsync(store, AnnotationPaths.RemovalKey(key), new RemovalMark("x", clock.Now, clock.Now.AddHours(1), "h",
            1), PutCondition.CreateOnly, Token);
        Assert.Equal(ErrorKind.SnapshotNotFound, (await FailsAsync(() => snapshots.AddTagAsync("t", Run("a"), null, null, Token))).Kind);
        Assert.Empty(await BuiltSnapshots.KeysAsync(store, "tags/"));
        Assert.Empty(await BuiltSnapshots.KeysAsync(store, "pins/"));
    }

    [Fact]
    public async Task Rollback_ToASnapshotThatACleanupIsDeleting_IsRefused()
    {
        await BuildAsync("a");
        await BuildAsync("b");
        var key = (await snapshots.GetInfoAsync(Run("a"), Token)).ManifestRef[(store.Root.Length + 1)..];
        await AnnotationCodec.PutAsync(store, AnnotationPaths.RemovalKey(key), new RemovalMark("x", clock.Now, clock.Now.AddHours(1), "h",
            1), PutCondition.CreateOnly, Token);
        Assert.Equal(ErrorKind.SnapshotNotFound, (await FailsAsync(() => RollBackAsync(Run("a")))).Kind);
        Assert.Equal("b", await CurrentAsync());
        clock.Now += TimeSpan.FromHours(2); // Whoever wrote it is dead.
        Assert.True((await RollBackAsync(Run("a"))).Changed);
    }

    [Fact]
    public async Task Block_OffsetsAndHistory_PassOverIt()
    {
        foreach (var runId in new[] { "a", "b", "c" }) await BuildAsync(runId);
        var block = await snapshots.BlockAsync(Run("b"), "wrong prices", Token);
        Assert.Equal(block, await snapshots.BlockAsync(Run("b"), "other words", Token));
        Assert.Equal("a", (await snapshots.GetInfoAsync(new SnapshotSelector { Offset = 1 }, Token)).RunId);
        var history = new List<HistoryEntry>();
        await foreach (var entry in snapshots.GetHistoryAsync(null, Token)) history.Add(entry);
        Assert.Equal([("c", 0, false), ("b", null, true), ("a", 1, false)], history.Select(e => (e.RunId, e.Offset, e.IsBlocked)));
        Assert.True(await snapshots.UnblockAsync(Run("b"), Token));
        Assert.False(await snapshots.UnblockAsync(Run("b"), Token));
        Assert.Equal("b", (await snapshots.GetInfoAsync(new SnapshotSelector { Offset = 1 }, Token)).RunId);
    }

    [Fact]
    public async Task Block_FallbackOfAReader_PassesOverIt()
    {
        foreach (var runId in new[] { "a", "b", "c" }) await BuildAsync(runId);
        await snapshots.BlockAsync(Run("b"), "wrong prices", Token);
        var current = (await snapshots.GetInfoAsync(SnapshotSelector.Current, Token)).ManifestRef;
        await File.WriteAllTextAsync(store.LocalPath(current[(store.Root.Length + 1)..])!, "broken: [", Token);
        await using var reader = await snapshots.OpenReaderAsync(new ReaderOptions(), Token);
        Assert.Equal("a", reader.Info.RunId);
        Assert.Contains("'b' (it is blocked)", reader.FallbackReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rollback_OntoABlockedSnapshot_IsRefusedUnlessForced()
    {
        await BuildAsync("a");
        await BuildAsync("b");
        await snapshots.BlockAsync(Run("a"), "wrong prices", Token);
        Assert.Equal("wrong prices", (await snapshots.PlanRollbackAsync(Run("a"), Token)).BlockReason);
        var error = await FailsAsync(() => RollBackAsync(Run("a")));
        Assert.Equal((ErrorKind.SnapshotBlocked, "a"), (error.Kind, error.Target));
        Assert.Equal("b", await CurrentAsync());
        Assert.True((await RollBackAsync(Run("a"), new PointerChangeOptions { IgnoreBlock = true, Reason = "less wrong than b" })).Changed);
        Assert.Equal("a", await CurrentAsync());
        var events = await EventsAsync();
        Assert.Equal([(PointerOutcome.Moved, null), (PointerOutcome.Refused, "SnapshotBlocked")],
            events.Take(2).Select(e => (e.Outcome, e.ErrorId)));
        Assert.Equal("less wrong than b", events[0].Reason);
    }

    [Fact]
    public async Task Rollback_OntoATaggedAndAStagedSnapshot_Moves()
    {
        await BuildAsync("a");
        await BuildAsync("b");
        await BuildAsync("staged", publish: false);
        await snapshots.AddTagAsync("t", Run("a"), null, null, Token);
        Assert.True((await RollBackAsync(new SnapshotSelector { Tag = "t" })).Changed);
        Assert.Equal("a", await CurrentAsync());
        Assert.True((await RollBackAsync(Run("staged"))).Changed);
        Assert.Equal("staged", await CurrentAsync());
    }

    [Fact]
    public async Task Events_EveryChange_TellWhoFromAndTo()
    {
        await BuildAsync("a");
        await BuildAsync("b");
        await RollBackAsync(Run("a"), new PointerChangeOptions { Reason = "b is slow" });
        var events = await EventsAsync();
        string[] refs =
            [.. await Task.WhenAll(new[] { "a", "b" }.Select(async run => (await snapshots.GetInfoAsync(Run(run), Token)).ManifestRef))];
        Assert.Equal([(PointerChange.Rollback, refs[1], refs[0]), (PointerChange.Publish, refs[0], refs[1]),
            (PointerChange.Publish, null, refs[0])], events.Select(e => (e.Kind, e.From, e.To)));
        Assert.All(events, e => Assert.Equal((Environment.UserName, Environment.MachineName, Environment.ProcessId, "CURRENT",
            PointerOutcome.Moved),
            (e.Author, e.Host, e.ProcessId, e.Pointer, e.Outcome)));
        Assert.Equal("b is slow", events[0].Reason);
    }

    async Task<PublishResult> PromoteAsync(string runId, PublishRules rules)
    {
        clock.Now += TimeSpan.FromMinutes(1);
        return await snapshots.PublishAsync(await snapshots.PlanPublishAsync(Run(runId), rules, Token), rules, false, Token);
    }

    [Fact]
    public async Task Events_PromotionRefusedByAGuardByABlockAndByAFreeze_EachLeavesOne()
    {
        await BuildAsync("a");
        await BuildAsync("staged", publish: false);
        await PromoteAsync("staged", new PublishRules { Pointer = "CANARY" });
        var guarded = new PublishRules { Limits = new GuardLimits { MinRows = 11 } };
        var insisting = guarded with { PublishFailedChecks = true, IgnoreBlock = true, Reason = "let it through" };
        await FailsAsync(() => PromoteAsync("staged", guarded));
        await snapshots.BlockAsync(Run("staged"), "wrong prices", Token);
        await FailsAsync(() => PromoteAsync("staged", new PublishRules()));
        await snapshots.FreezeAsync("migration", null, Token);
        await FailsAsync(() => PromoteAsync("staged", insisting));
        await snapshots.UnfreezeAsync(Token);
        await PromoteAsync("staged", insisting);
        Assert.Equal("staged", await CurrentAsync());
        var events = await EventsAsync();
        Assert.Equal([
            (PointerChange.Promote, "CURRENT", PointerOutcome.Moved, null, "let it through"),
            (PointerChange.Promote, "CURRENT", PointerOutcome.Refused, "PublishingFrozen", "let it through"),
            (PointerChange.Promote, "CURRENT", PointerOutcome.Refused, "SnapshotBlocked", null),
            (PointerChange.Promote, "CURRENT", PointerOutcome.Refused, "GuardFailed", null),
            (PointerChange.Promote, "CANARY", PointerOutcome.Moved, null, null),
            (PointerChange.Publish, "CURRENT", PointerOutcome.Moved, null, (string?)null),
        ], events.Select(e => (e.Kind, e.Pointer, e.Outcome, e.ErrorId, e.Reason)));
        Assert.Equal(["failed checks, block", "failed checks", null, null, null, null], events.Select(e => e.InsistedOn));
        Assert.Equal("a", (await UndoAsync()).To);
    }

    [Fact]
    public async Task Promotion_OfASnapshotThatACleanupIsDeleting_IsRefused()
    {
        await BuildAsync("a");
        await BuildAsync("staged", publish: false);
        var key = (await snapshots.GetInfoAsync(Run("staged"), Token)).ManifestRef[(store.Root.Length + 1)..];
        await AnnotationCodec.PutAsync(store, AnnotationPaths.RemovalKey(key), new RemovalMark("x", clock.Now, clock.Now.AddHours(1), "h",
            1), PutCondition.CreateOnly, Token);
        Assert.Equal(ErrorKind.SnapshotNotFound, (await FailsAsync(() => PromoteAsync("staged", new PublishRules()))).Kind);
        Assert.Equal("a", await CurrentAsync());
    }

    [Fact]
    public async Task Events_ThatCannotBeWritten_AreAWarningAndThePointerMoves()
    {
        await BuildAsync("a");
        await BuildAsync("b");
        var failing = new SnapshotStore(new FaultyStore(store).Fail(StoreOperation.Put, "events/", kind: ErrorKind.StorageDenied), clock);
        clock.Now += TimeSpan.FromMinutes(1);
        var result = await failing.RollbackAsync(await failing.PlanRollbackAsync(Run("a"), Token), new PointerChangeOptions(), Token);
        Assert.True(result.Changed);
        Assert.NotNull(result.Warning);
        Assert.Equal("a", await CurrentAsync());
        // Nobody knows where it was before.
        Assert.Equal(ErrorKind.SnapshotNotFound, (await FailsAsync(UndoAsync)).Kind);
    }

    [Fact]
    public async Task Undo_AfterRollbackAfterPublish_GoesBackAndForth()
    {
        await BuildAsync("a");
        await BuildAsync("b");
        await RollBackAsync(Run("a"));
        Assert.Equal("b", (await UndoAsync()).To);
        Assert.Equal("b", await CurrentAsync());
        Assert.Equal("a", (await UndoAsync()).To);
        Assert.Equal(PointerChange.Undo, (await EventsAsync())[0].Kind);
        await BuildAsync("c");
        Assert.Equal("a", (await UndoAsync()).To);
    }

    [Fact]
    public async Task Undo_OfTheFirstPublish_IsRefused()
    {
        await BuildAsync("a");
        Assert.Equal(ErrorKind.SnapshotNotFound, (await FailsAsync(UndoAsync)).Kind);
    }

    [Fact]
    public async Task Undo_ToASnapshotWithoutItsData_SnapshotIncomplete()
    {
        await BuildAsync("a");
        await BuildAsync("b");
        Directory.Delete(Path.GetDirectoryName(store.LocalPath("shards/run_id=a/x"))!, recursive: true);
        Assert.Equal(ErrorKind.SnapshotIncomplete, (await FailsAsync(UndoAsync)).Kind);
        var history = new List<HistoryEntry>();
        await foreach (var entry in snapshots.GetHistoryAsync(null, Token)) history.Add(entry);
        Assert.Equal([false, true], history.Select(e => e.IsDataMissing));
    }

    [Fact]
    public async Task Undo_WhenThePointerMovedMeanwhile_Conflict()
    {
        await BuildAsync("a");
        await BuildAsync("b");
        var plan = await snapshots.PlanUndoAsync(null, Token);
        await BuildAsync("c");
        await Assert.ThrowsAsync<PointerConflictException>(() => snapshots.RollbackAsync(plan, new PointerChangeOptions(), Token));
        Assert.Equal("c", await CurrentAsync());
    }

    [Fact]
    public async Task Freeze_UntilItIsLifted_RefusesPublishAndRollback()
    {
        await BuildAsync("a");
        await BuildAsync("b");
        await snapshots.FreezeAsync("migration", null, Token);
        Assert.Equal("migration", (await snapshots.GetFreezeAsync(Token))!.Reason);
        Assert.Equal(ErrorKind.PublishingFrozen, (await FailsAsync(() => BuildAsync("c"))).Kind);
        Assert.Equal(ErrorKind.PublishingFrozen, (await FailsAsync(() => RollBackAsync(Run("a")))).Kind);
        Assert.Equal("b", await CurrentAsync());
        Assert.Equal("migration", (await snapshots.UnfreezeAsync(Token))!.Reason);
        Assert.Null(await snapshots.UnfreezeAsync(Token));
        Assert.True((await RollBackAsync(Run("a"))).Changed);
    }

    [Fact]
    public async Task Freeze_ThatHasExpired_RefusesNothing()
    {
        await BuildAsync("a");
        await snapshots.FreezeAsync("migration", clock.Now.AddHours(1), Token);
        clock.Now += TimeSpan.FromHours(1);
        await BuildAsync("b");
        Assert.Equal("b", await CurrentAsync());
    }

    [Fact]
    public async Task History_Flags_TellPointersTagsAndStaged()
    {
        await BuildAsync("a");
        await BuildAsync("b");
        await BuildAsync("staged", publish: false);
        await snapshots.AddTagAsync("t2", Run("a"), null, null, Token);
        await snapshots.AddTagAsync("t1", Run("a"), null, null, Token);
        await snapshots.AddTagAsync("old", Run("a"), clock.Now.AddSeconds(1), null, Token);
        await RollBackAsync(Run("a"));
        var history = new List<HistoryEntry>();
        await foreach (var entry in snapshots.GetHistoryAsync(null, Token)) history.Add(entry);
        Assert.Equal([("staged", true, ""), ("b", false, ""), ("a", false, "CURRENT")],
            history.Select(e => (e.RunId, e.IsStaged, string.Join(',', e.Pointers))));
        Assert.Equal(["t1", "t2"], history[2].Tags);
        Assert.Equal([-2, -1, 0], history.Select(e => e.Offset!.Value));
    }

    [Fact]
    public async Task History_BeforeATime_BeginsWithWhatWasTheNewestThen()
    {
        await BuildAsync("a");
        var between = clock.Now.AddSeconds(30);
        await BuildAsync("b");
        var entries = new List<string>();
        await foreach (var entry in snapshots.GetHistoryAsync(null, between, Token)) entries.Add(entry.RunId);
        Assert.Equal(["a"], entries);
    }

    [Fact]
    public async Task History_AtATime_TellsWhatWasCurrentNotWhatWasNewest()
    {
        await BuildAsync("a");
        var first = clock.Now;
        await BuildAsync("b");
        await RollBackAsync(Run("a"));
        var rolledBack = clock.Now;
        await BuildAsync("c");
        async Task<string> AtAsync(DateTimeOffset at) => (await snapshots.GetCurrentAtAsync(at, Token)).RunId;
        Assert.Equal(["a", "a", "b", "a", "a", "c"], [await AtAsync(first), await AtAsync(first.AddSeconds(59)),
            await AtAsync(first.AddSeconds(60)), await AtAsync(rolledBack),
            await AtAsync(rolledBack.AddSeconds(59)), await AtAsync(clock.Now.AddYears(1))]);
        Assert.Equal(ErrorKind.SnapshotNotFound, (await FailsAsync(() => AtAsync(first.AddTicks(-10)))).Kind);
        foreach (var key in await BuiltSnapshots.KeysAsync(store, "events/")) File.Delete(store.LocalPath(key)!);
        Assert.Equal("c", await AtAsync(clock.Now));
        Assert.Equal(ErrorKind.SnapshotNotFound, (await FailsAsync(() => AtAsync(rolledBack))).Kind);
    }

    [Fact]
    public async Task History_OfABuild_TellsAuthorAndDuration()
    {
        await using (var build = await BuiltSnapshots.StartAsync(store, new BuildOptions { ShardCount = 2, RunId = "a" }, clock))
        {
            build.Add(1, "one");
            clock.Now += TimeSpan.FromSeconds(90);
            await build.CompleteAsync(Token);
        }
        var entry = await snapshots.GetCurrentAtAsync(clock.Now, Token);
        Assert.Equal((Environment.UserName, TimeSpan.FromSeconds(90)), (entry.Author, entry.Duration));
        Directory.Delete(store.LocalPath("runs")!, recursive: true);
        Assert.Null((await snapshots.GetCurrentAtAsync(clock.Now, Token)).Duration);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData(
        "{\"format_version\":2,\"reason\":\"r\",\"author\":null,\"host\":null,\"created_at\":\"2026-01-01T00:00:00Z\","
            + "\"expires_at\":null,\"released\":false}")]
    public async Task Freeze_ThatIsMalformed_StopsChangesWithItsName(string content)
    {
        await BuildAsync("a");
        await File.WriteAllTextAsync(store.LocalPath("_FREEZE")!, content, Token);
        var error = await FailsAsync(() => BuildAsync("b"));
        Assert.Equal(ErrorKind.ManifestParse, error.Kind);
        Assert.Contains("_FREEZE", error.Message, StringComparison.Ordinal);
    }
}
