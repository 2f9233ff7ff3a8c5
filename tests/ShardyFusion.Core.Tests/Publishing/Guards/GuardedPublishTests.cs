using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;
using ShardyFusion.Publishing.Guards;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.Building.BuiltSnapshots;

namespace ShardyFusion.Core.Tests.Publishing.Guards;

/// <summary>Builds whose publish is guarded and probed.</summary>
public sealed class GuardedPublishTests : IDisposable
{
    static readonly long[] Keys = [.. Enumerable.Range(0, 1000).Select(k => (long)k)];

    readonly TempFolder folder = new();
    readonly IObjectStore store;

    public GuardedPublishTests() => store = ObjectStores.Open(folder["snap"]);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    static BuildOptions Guarded(string runId, PublishRules rules) => new() { ShardCount = 2, RunId = runId, Rules = rules };

    async Task<List<HistoryEntry>> HistoryAsync()
    {
        var entries = new List<HistoryEntry>();
        await foreach (var entry in new SnapshotStore(store).GetHistoryAsync(null, Token)) entries.Add(entry);
        return entries;
    }

    static PublishRules RowDrop => new() { Limits = new GuardLimits { MinRows = 1, MaxDrop = RowLimit.OfPercent(10) } };

    [Fact]
    public async Task Publish_RowsDropped_StaysStagedAndHistoryTellsEveryResult()
    {
        await PublishAsync(store, Keys, "old", Guarded("old", new PublishRules()));
        await using var reader = await new SnapshotStore(store).OpenReaderAsync(new ReaderOptions(), Token);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(store, Keys[..500], "new", Guarded("new", RowDrop)));

        Assert.Equal((ErrorKind.GuardFailed, "new"), (error.Kind, error.Target));
        Assert.Contains("500 rows after 1,000", error.Message, StringComparison.Ordinal);
        Assert.False((await reader.RefreshAsync(Token)).Changed);
        Assert.Equal(Expected(Keys, "old"), await ReadCurrentAsync(store));
        var staged = (await HistoryAsync())[0];
        Assert.Equal(("new", false), (staged.RunId, staged.IsCurrent));
        Assert.Equal([("MinRows", true), ("MaxDrop", false)], staged.Guards.Select(g => (g.Name, g.Passed)));
        Assert.Null(staged.Forced);
        Assert.Contains(await RunsAsync(store), r => r is
        {
            RunId: "new", Status: RunStatus.Failed, ErrorType: "GuardFailed",
            ManifestRef: not null
        });
    }

    [Fact]
    public async Task Publish_RowsDroppedButForced_IsCurrentAndHistoryTellsWhoAndWhy()
    {
        await PublishAsync(store, Keys, "old", Guarded("old", new PublishRules()));
        var result = await PublishAsync(store, Keys[..500], "new",
            Guarded("new", RowDrop with { PublishFailedChecks = true, Reason = "half the users moved, token=hunter2" }));

        Assert.True(result.Published);
        Assert.Equal([true, false], result.Guards.Select(g => g.Passed));
        Assert.Equal(Expected(Keys[..500], "new"), await ReadCurrentAsync(store));
        var entry = (await HistoryAsync())[0];
        Assert.True(entry.IsCurrent);
        Assert.Equal((Environment.UserName, Environment.MachineName), (entry.Forced!.Author, entry.Forced.Host));
        Assert.StartsWith("half the users moved", entry.Forced.Reason, StringComparison.Ordinal);
        Assert.Equal("MaxDrop", Assert.Single(entry.Guards, g => !g.Passed).Name);
    }

    [Fact]
    public async Task Publish_ForceWhereNothingFailed_RecordsNoForce()
    {
        await PublishAsync(store, Keys, options: Guarded("a", RowDrop with { PublishFailedChecks = true, Reason = "just in case" }));
        Assert.Null((await HistoryAsync())[0].Forced);
    }

    [Fact]
    public async Task Publish_ForceWithoutAReason_ConfigValidation() => Assert.Equal(ErrorKind.ConfigValidation,
        (await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(store, Keys,
        options: Guarded("a", new PublishRules { PublishFailedChecks = true })))).Kind);

    [Fact]
    public async Task Publish_WithoutGuards_ManifestHasNoTraceOfThem()
    {
        await PublishAsync(store, Keys, options: Guarded("a", new PublishRules()));
        Assert.Equal(["author"], (await new SnapshotCatalog(store).LoadManifestAsync(Assert.Single(await KeysAsync(store, "manifests/")),
            Token)).Manifest.Custom.Keys);
    }

    [Fact]
    public async Task Publish_GuardThatThrows_CountsAsFailedAndTheOthersRun()
    {
        var rules = new PublishRules
        {
            Guards = [new Guard("Broken", _ => throw new InvalidOperationException("no database")), new Guard("Fine", _ => true)],
        };
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(store, Keys, options: Guarded("a", rules)));
        Assert.Contains("no database", error.Message, StringComparison.Ordinal);
        Assert.Equal([("Broken", false), ("Fine", true)], (await HistoryAsync())[0].Guards.Select(g => (g.Name, g.Passed)));
    }

    [Fact]
    public async Task Publish_GuardReadsTheStagedSnapshot_BeforeAnyoneElseCan()
    {
        await PublishAsync(store, Keys, "old");
        string? seen = null, current = null;
        var guard = new Guard("Reads", context =>
        {
            seen = System.Text.Encoding.UTF8.GetString(context.Reader.Get(7UL)!);
            current = context.Current!.RunId;
            Assert.Equal((1000, 1003, 3), (context.Staged.RowCount, context.Tally!.RowsRead, context.Tally.DuplicateRows));
            return true;
        });
        await using var build = await StartAsync(store, Guarded("new", new PublishRules { Guards = [guard] }));
        foreach (var key in Keys.Concat(Keys[..3])) build.Add(key, "new" + key);
        await build.CompleteAsync(Token);
        Assert.Equal("new7", seen);
        Assert.NotEqual("new", current);
    }

    [Fact]
    public async Task Publish_WrongCanary_StaysStagedAndRightOnePublishes()
    {
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(store, Keys,
            options: Guarded("bad", new PublishRules { Canaries = [new(7, "v7"), new(8, "x")] })));
        Assert.Equal(ErrorKind.GuardFailed, error.Kind);
        Assert.Contains("key '8' has another value", error.Message, StringComparison.Ordinal);
        Assert.True((await PublishAsync(store, Keys,
            options: Guarded("good", new PublishRules { Canaries = [new(7, "v7")], ProbeKeys = ["8", 9] }))).Published);
    }

    [Fact]
    public async Task Publish_NoPublishWithAFailedGuard_IsStagedWithoutAnError()
    {
        var result = await PublishAsync(store, Keys,
            options: Guarded("a", new PublishRules { Limits = new GuardLimits { MinRows = 5000 } }) with { Publish = false });
        Assert.False(result.Published);
        Assert.False(Assert.Single(result.Guards).Passed);
        Assert.False(Assert.Single((await HistoryAsync())[0].Guards).Passed);
    }

    [Fact]
    public async Task Publish_ToANamedPointer_LeavesTheCurrentOne()
    {
        await PublishAsync(store, Keys, "old");
        var result = await PublishAsync(store, Keys[..900], "new", Guarded("new", RowDrop with { Pointer = "CANARY" }));
        Assert.Equal((true, "CANARY", null), (result.Published, result.Pointer, result.PreviousRunId));
        Assert.Equal(Expected(Keys, "old"), await ReadCurrentAsync(store));
        await using var canary = await new SnapshotStore(store)
            .OpenReaderAsync(new ReaderOptions { Selector = new SnapshotSelector { Pointer = "CANARY" } }, Token);
        Assert.Equal("new", canary.Info.RunId);
    }

    [Fact]
    public async Task Probe_KeyMissing_PointerGoesBackAndTheRunSaysSo()
    {
        await PublishAsync(store, Keys, "old", Guarded("old", new PublishRules()));
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(store, Keys, "new",
            Guarded("new", new PublishRules { ProbeKeys = [7, 5000] })));
        Assert.Equal((ErrorKind.ProbeFailed, "new"), (error.Kind, error.Target));
        Assert.Contains("key '5000' is not there", error.Message, StringComparison.Ordinal);
        Assert.Contains("moved back to run 'old'", error.Message, StringComparison.Ordinal);
        Assert.Equal(Expected(Keys, "old"), await ReadCurrentAsync(store));
        Assert.Contains(await RunsAsync(store), r => r is { RunId: "new", Status: RunStatus.Failed, ErrorType: "ProbeFailed" });
        await PublishAsync(store, Keys, "next"); // the lock was given back
    }

    [Fact]
    public async Task Probe_StoreThatReadersCannotRead_PointerGoesBack()
    {
        await PublishAsync(store, Keys, "old");
        // The manifest reads back for nobody: what a wrong permission does.
        var faulty = new FaultyStore(store).Fail(StoreOperation.Get, "run_id=new/manifest", kind: ErrorKind.StorageDenied);
        Assert.Equal(ErrorKind.ProbeFailed, (await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(faulty, Keys, "new",
            Guarded("new", new PublishRules { ProbeKeys = [7] })))).Kind);
        Assert.Equal(Expected(Keys, "old"), await ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Probe_SomeoneElsePublishedMeanwhile_TheirPointerStays()
    {
        await PublishAsync(store, Keys, "old");
        var reads = 0;
        var error = await Assert.ThrowsAsync<ShardyFusionException>(async () =>
        {
            // The probe has read the pointer; before it reads the manifest someone else publishes.
            var faulty = new FaultyStore(store).Before(StoreOperation.Get, async inner =>
            {
                reads++;
                await PublishAsync(inner, Keys, "theirs", new BuildOptions
                {
                    ShardCount = 1,
                    RunId = "theirs",
                    AllowConcurrentBuild = true
                });
            }, "run_id=new/manifest");
            await PublishAsync(faulty, Keys, "new", Guarded("new", new PublishRules { ProbeKeys = [5000] }));
        });
        Assert.Equal((1, ErrorKind.ProbeFailed), (reads, error.Kind));
        Assert.Contains("'theirs'", error.Message, StringComparison.Ordinal);
        Assert.Equal(Expected(Keys, "theirs"), await ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Probe_FirstSnapshotOfAPrefix_StaysAndSaysSo()
    {
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(store, Keys, "new",
            Guarded("new", new PublishRules { ProbeKeys = [5000] })));
        Assert.Contains("still names it", error.Message, StringComparison.Ordinal);
        Assert.Equal(Expected(Keys, "new"), await ReadCurrentAsync(store));
    }

    sealed class Guard(string name, Func<GuardContext, bool> check) : IPublishGuard
    {
        public string Name => name;
        public Task<GuardResult> CheckAsync(GuardContext context, CancellationToken cancellationToken) =>
            Task.FromResult(new GuardResult(name, check(context), "as told"));
    }
}
