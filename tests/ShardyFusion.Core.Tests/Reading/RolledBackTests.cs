using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Cleaning;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Publishing;
using ShardyFusion.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Reading;

/// <summary>A snapshot that someone rolled back from is named as such, and nothing goes back to it by counting.</summary>
public sealed class RolledBackTests : IDisposable
{
    readonly TempFolder folder = new();
    readonly ManualClock clock = new();
    readonly IObjectStore store;

    public RolledBackTests() => store = ObjectStores.Open(folder.Path);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    SnapshotStore Open(IObjectStore? through = null) => new(through ?? store, clock);

    async Task PublishAsync(params string[] runIds)
    {
        foreach (var runId in runIds)
        {
            clock.Now += TimeSpan.FromMinutes(1);
            await using var build = await BuiltSnapshots.StartAsync(store, new BuildOptions { ShardCount = 1, RunId = runId }, clock);
            build.Add(1L, runId);
            await build.CompleteAsync(Token);
        }
    }

    async Task<RollbackResult> RollBackAsync(SnapshotSelector target, PointerChangeOptions? options = null, IObjectStore? through = null)
    {
        clock.Now += TimeSpan.FromMinutes(1);
        return await Open(through).RollbackAsync(await Open(through).PlanRollbackAsync(target, Token), options
            ?? new PointerChangeOptions(), Token);
    }

    async Task<RollbackResult> UndoAsync(PointerChangeOptions? options = null)
    {
        clock.Now += TimeSpan.FromMinutes(1);
        var plan = await Open().PlanUndoAsync(null, Token);
        Assert.Null(plan.Warning);
        return await Open().RollbackAsync(plan, options ?? new PointerChangeOptions(), Token);
    }

    async Task<List<(string RunId, int? Offset, bool IsRolledBack, bool IsBlocked)>> HistoryAsync()
    {
        var entries = new List<(string, int?, bool, bool)>();
        await foreach (var entry in Open().GetHistoryAsync(null, Token))
            entries.Add((entry.RunId, entry.Offset, entry.IsRolledBack, entry.IsBlocked));
        return entries;
    }

    static SnapshotSelector Offset(int offset) => new() { Offset = offset };

    static SnapshotSelector Run(string runId) => new() { RunId = runId };

    [Fact]
    public async Task Rollback_TwiceAfterTwoBadVersions_LandsOnTheGoodOne()
    {
        await PublishAsync("v1", "v2");
        Assert.Equal("v1", (await RollBackAsync(Offset(1), new PointerChangeOptions { Reason = "v2 is bad" })).To);
        Assert.Equal([("v2", -1, true, false), ("v1", 0, false, false)], await HistoryAsync());
        await PublishAsync("v3");
        Assert.Equal([("v3", 0, false, false), ("v2", null, true, false), ("v1", 1, false, false)], await HistoryAsync());
        Assert.Equal("v1", (await RollBackAsync(Offset(1))).To);
        Assert.Equal([("v3", -2, true, false), ("v2", -1, true, false), ("v1", 0, false, false)], await HistoryAsync());
        Assert.Equal(ErrorKind.SnapshotNotFound, (await Assert.ThrowsAsync<ShardyFusionException>(() => RollBackAsync(Offset(1)))).Kind);
    }

    [Fact]
    public async Task Plan_ToASnapshotThatWasRolledBackFrom_SaysWhoWhenAndWhyUntilItIsCurrentAgain()
    {
        await PublishAsync("v1", "v2");
        await RollBackAsync(Offset(1), new PointerChangeOptions { Reason = "prices of 0, password=hunter2" });
        await PublishAsync("v3");
        // As the second line of the history, piped.
        var plan = await Open().PlanRollbackAsync(new SnapshotSelector { Ref = (await Open().GetInfoAsync(Run("v2"), Token)).ManifestRef },
            Token);
        Assert.Contains("Run 'v2' was rolled back from at ", plan.Warning, StringComparison.Ordinal);
        Assert.Contains("prices of 0", plan.Warning, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", plan.Warning, StringComparison.Ordinal);
        Assert.Null((await Open().PlanRollbackAsync(Run("v1"), Token)).Warning);

        await Open().RollbackAsync(plan, new PointerChangeOptions(), Token);
        // Wanted again; back from v3 is a rollback like others.
        Assert.Equal([("v3", -1, true, false), ("v2", 0, false, false), ("v1", 1, false, false)], await HistoryAsync());
        await PublishAsync("v4");
        Assert.Equal("v2", (await RollBackAsync(Offset(1))).To);
    }

    [Fact]
    public async Task Undo_OfARollbackAndOfAPublish_MarksOnlyWhatWasMovedBackFrom()
    {
        await PublishAsync("v1", "v2");
        await RollBackAsync(Offset(1));
        Assert.Equal("v2", (await UndoAsync()).To);
        Assert.Equal([("v2", 0, false, false), ("v1", 1, false, false)], await HistoryAsync());
        await PublishAsync("v3");
        Assert.Equal("v2", (await UndoAsync()).To);
        Assert.Equal([("v3", -1, true, false), ("v2", 0, false, false), ("v1", 1, false, false)], await HistoryAsync());
    }

    [Fact]
    public async Task Promote_OfASnapshotThatWasRolledBackFrom_TakesTheMarkAway()
    {
        await PublishAsync("v1", "v2");
        await RollBackAsync(Offset(1));
        clock.Now += TimeSpan.FromMinutes(1);
        var rules = new PublishRules();
        await Open().PublishAsync(await Open().PlanPublishAsync(Run("v2"), rules, Token), rules, false, Token);
        Assert.Equal([("v2", 0, false, false), ("v1", 1, false, false)], await HistoryAsync());
    }

    [Fact]
    public async Task Open_CurrentUnreadable_FallbackPassesOverWhatWasRolledBackFrom()
    {
        await PublishAsync("v1", "v2");
        await RollBackAsync(Offset(1));
        await PublishAsync("v3");
        var current = (await new SnapshotCatalog(store).ReadPointerAsync(Token)).ManifestKey!;
        await File.WriteAllTextAsync(store.LocalPath(current)!, "broken: [", Token);
        await using var reader = await Open().OpenReaderAsync(new ReaderOptions(), Token);
        Assert.Equal("v1", Encoding.UTF8.GetString((await reader.GetAsync(1, Token)).Value!));
        Assert.Contains("run 'v2' (it was rolled back from)", reader.FallbackReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rollback_WithBlock_BlocksWhatWasCurrentInTheSameStep()
    {
        await PublishAsync("v1", "v2");
        var result = await RollBackAsync(Offset(1), new PointerChangeOptions { BlockPrevious = true, Reason = "bad prices" });
        Assert.Equal(("v2", (string?)null), (result.BlockedRunId, result.Warning));
        Assert.Equal([("v2", null, true, true), ("v1", 0, false, false)], await HistoryAsync());
        Assert.Equal("bad prices", (await Open().PlanRollbackAsync(Run("v2"), Token)).BlockReason);
        Assert.Equal(ErrorKind.SnapshotBlocked, (await Assert.ThrowsAsync<ShardyFusionException>(() => RollBackAsync(Run("v2")))).Kind);
        await PublishAsync("v3");
        var undone = await UndoAsync(new PointerChangeOptions { BlockPrevious = true });
        Assert.Equal(("v1", "v3"), (undone.To, undone.BlockedRunId));
    }

    [Fact]
    public async Task Rollback_WithBlockButNothingReadableToBlock_IsRefusedBeforeAnythingMoves()
    {
        await PublishAsync("v1", "v2");
        await File.WriteAllTextAsync(store.LocalPath(SnapshotPaths.CurrentKey)!, "{", Token);
        Assert.Equal(ErrorKind.ConfigValidation,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => RollBackAsync(Run("v1"),
            new PointerChangeOptions { BlockPrevious = true }))).Kind);
        Assert.Equal("{", await File.ReadAllTextAsync(store.LocalPath(SnapshotPaths.CurrentKey)!, Token));
    }

    [Fact]
    public async Task Rollback_MarkThatCannotBeWritten_IsAWarning()
    {
        await PublishAsync("v1", "v2");
        var result = await RollBackAsync(Offset(1), through: new FaultyStore(store).Fail(StoreOperation.Put, "rolled-back", count: 100));
        Assert.Equal(("v1", true), (result.To, result.Changed));
        Assert.Contains("could not be noted down", result.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CleanUp_SnapshotThatWasRolledBackFromIsGone_ItsMarkGoesToo()
    {
        await PublishAsync("v1", "v2");
        await RollBackAsync(Offset(1));
        await PublishAsync("v3", "v4");
        clock.Now += TimeSpan.FromDays(200);
        var policy = new CleanupPolicy { KeepLast = 1, Grace = TimeSpan.FromHours(1), StagedGrace = TimeSpan.Zero };
        await Open().CleanUpAsync(await Open().PlanCleanupAsync(policy, Token), isSaved: false, Token);
        Assert.Equal(["v4"], (await HistoryAsync()).Select(entry => entry.RunId));
        await Open().CleanUpAsync(await Open().PlanCleanupAsync(policy, Token), isSaved: false, Token);
        Assert.Empty(await BuiltSnapshots.KeysAsync(store, AnnotationPaths.RolledBackPrefix));
    }
}
