using System.Text;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Publishing;

/// <summary>One pointer, many writers: every write is seen, refused or reported as unknown, never lost silently.</summary>
public sealed class PointerPublisherTests : IDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;
    readonly SnapshotFixture snapshots = new();

    public void Dispose() => snapshots.Dispose();

    CurrentPointer To(string runId, int minute = 0) => new()
    {
        ManifestRef = snapshots.RefOf(runId, minute),
        RunId = runId,
        UpdatedAt = SnapshotFixture.Start.AddMinutes(minute),
    };

    async Task<string?> CurrentRunAsync() => (await new SnapshotCatalog(snapshots.Store).ReadPointerAsync(Token)).Pointer?.RunId;

    async Task<string?> ETagAsync() => (await new SnapshotCatalog(snapshots.Store).ReadPointerAsync(Token)).ETag;

    [Fact]
    public async Task Swap_NoPointerExpectedAndNone_Written()
    {
        var swap = await new PointerPublisher(snapshots.Store).SwapAsync(null, To("a"), false, Token);
        Assert.Equal("a", await CurrentRunAsync());
        Assert.Equal(await ETagAsync(), swap.ETag);
        Assert.Null(swap.SupersededBy);
    }

    [Fact]
    public async Task Swap_ExpectedVersion_Replaced()
    {
        var publisher = new PointerPublisher(snapshots.Store);
        var first = await publisher.SwapAsync(null, To("a"), false, Token);
        await publisher.SwapAsync(first.ETag, To("b"), false, Token);
        Assert.Equal("b", await CurrentRunAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Swap_PointerMovedMeanwhile_ConflictNamesBothRunsAndWritesNothing(bool existedBefore)
    {
        var publisher = new PointerPublisher(snapshots.Store);
        var seen = existedBefore ? (await publisher.SwapAsync(null, To("a"), false, Token)).ETag : null;
        await publisher.SwapAsync(seen, To("theirs"), false, Token);
        var conflict = await Assert.ThrowsAsync<PointerConflictException>(() => publisher.SwapAsync(seen, To("ours"), false, Token));
        Assert.Equal(("ours", "theirs"), (conflict.OwnRunId, conflict.OtherRunId));
        Assert.Equal("theirs", await CurrentRunAsync());
    }

    [Fact]
    public async Task Swap_NamedPointer_OnlyThatOneMovesAndHasItsOwnVersion()
    {
        var current = await new PointerPublisher(snapshots.Store).SwapAsync(null, To("a"), false, Token);
        var canary = new PointerPublisher(snapshots.Store, SnapshotPaths.PointerKey("CANARY"));
        var first = await canary.SwapAsync(null, To("b"), false, Token);
        await canary.SwapAsync(first.ETag, To("c"), false, Token);
        var conflict = await Assert.ThrowsAsync<PointerConflictException>(() => canary.SwapAsync(current.ETag, To("d"), false, Token));
        Assert.Equal("c", conflict.OtherRunId);
        Assert.Equal("a", await CurrentRunAsync());
        Assert.Equal("c", (await new SnapshotCatalog(snapshots.Store).ReadPointerAsync("_CANARY", Token)).Pointer?.RunId);
    }

    [Fact]
    public async Task Swap_RaceLostBetweenReadAndWrite_Conflict()
    {
        snapshots.WriteObject(SnapshotPaths.CurrentKey, PointerCodec.Write(To("a")));
        var store = new FaultyStore(snapshots.Store).LoseRace(SnapshotPaths.CurrentKey, PointerCodec.Write(To("theirs")));
        var conflict = await Assert.ThrowsAsync<PointerConflictException>(async () => await new PointerPublisher(store)
            .SwapAsync(await ETagAsync(), To("ours"), false, Token));
        Assert.Equal("theirs", conflict.OtherRunId);
    }

    [Fact]
    public async Task Swap_AnswerLostButWritten_Succeeds()
    {
        var store = new FaultyStore(snapshots.Store).FailAfterwards(StoreOperation.Put);
        var swap = await new PointerPublisher(store).SwapAsync(null, To("a"), false, Token);
        Assert.Equal(await ETagAsync(), swap.ETag);
    }

    [Fact]
    public async Task Swap_RepeatedAfterLostAnswer_MeetsItselfAndSucceeds()
    {
        // The store's own retry: the first try was written, the second finds the condition broken by the first.
        var store = new FaultyStore(snapshots.Store).LoseRace(SnapshotPaths.CurrentKey, PointerCodec.Write(To("ours")));
        await new PointerPublisher(store).SwapAsync(null, To("ours"), false, Token);
        Assert.Equal("ours", await CurrentRunAsync());
    }

    [Fact]
    public async Task Swap_FailedAndNotWritten_PublishCurrentIsRetryable()
    {
        var store = new FaultyStore(snapshots.Store).Fail(StoreOperation.Put);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => new PointerPublisher(store).SwapAsync(null, To("a"), false,
            Token));
        Assert.Equal(ErrorKind.PublishCurrent, error.Kind);
        Assert.True(error.Retryable);
        Assert.Null(await CurrentRunAsync());
        await new PointerPublisher(store).SwapAsync(null, To("a"), false, Token);
        Assert.Equal("a", await CurrentRunAsync());
    }

    [Fact]
    public async Task Swap_FailedAndSomeoneElseWritten_Conflict()
    {
        var theirs = PointerCodec.Write(To("theirs"));
        var store = new FaultyStore(snapshots.Store).Before(StoreOperation.Put,
            inner => inner.PutAsync(SnapshotPaths.CurrentKey, theirs, new PutOptions(PutCondition.Always), Token)).Fail(StoreOperation.Put);
        var conflict = await Assert.ThrowsAsync<PointerConflictException>(() => new PointerPublisher(store).SwapAsync(null, To("ours"),
            false, Token));
        Assert.Equal("theirs", conflict.OtherRunId);
    }

    [Fact]
    public async Task Swap_OutcomeUnknownAndUnreadable_SaysNobodyCanTell()
    {
        var store = new FaultyStore(snapshots.Store).FailAfterwards(StoreOperation.Put, SnapshotPaths.CurrentKey).Fail(StoreOperation.Get,
            SnapshotPaths.CurrentKey);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => new PointerPublisher(store).SwapAsync(null, To("a"), false,
            Token));
        Assert.Equal(ErrorKind.PublishCurrent, error.Kind);
        Assert.Contains("may or may not", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Swap_Denied_KeepsItsKind()
    {
        var store = new FaultyStore(snapshots.Store).Fail(StoreOperation.Put, kind: ErrorKind.StorageDenied);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => new PointerPublisher(store).SwapAsync(null, To("a"), false,
            Token));
        Assert.Equal(ErrorKind.StorageDenied, error.Kind);
    }

    [Fact]
    public async Task Swap_ReplacedRightAfterwards_SaysByWhom()
    {
        var theirs = PointerCodec.Write(To("theirs"));
        var store = new FaultyStore(snapshots.Store).Before(StoreOperation.Get,
            inner => inner.PutAsync(SnapshotPaths.CurrentKey, theirs, new PutOptions(PutCondition.Always), Token),
            SnapshotPaths.CurrentKey);
        var swap = await new PointerPublisher(store).SwapAsync(null, To("ours"), false, Token);
        Assert.Equal("theirs", swap.SupersededBy);
    }

    [Theory]
    [InlineData("{\"format")]
    [InlineData(null)]
    public async Task Swap_DoesNotReadBack_PublishCurrent(string? torn)
    {
        var store = new FaultyStore(snapshots.Store).Before(StoreOperation.Get, inner => torn is null
            ? inner.DeleteAsync([SnapshotPaths.CurrentKey], Token)
            : inner.PutAsync(SnapshotPaths.CurrentKey, Encoding.ASCII.GetBytes(torn), new PutOptions(PutCondition.Always), Token),
            SnapshotPaths.CurrentKey);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => new PointerPublisher(store).SwapAsync(null, To("a"), false,
            Token));
        Assert.Equal(ErrorKind.PublishCurrent, error.Kind);
    }

    [Fact]
    public async Task Swap_StoreIgnoresConditions_RefusedUnlessAllowed()
    {
        var publisher = new PointerPublisher(new CarelessStore(snapshots.Store, probed: null));
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => publisher.SwapAsync(null, To("a"), false, Token));
        Assert.Equal(ErrorKind.StoreUnsafe, error.Kind);
        Assert.Null(await CurrentRunAsync());

        await publisher.SwapAsync(null, To("a"), true, Token);
        Assert.Equal("a", await CurrentRunAsync());
        Assert.Equal([SnapshotPaths.CurrentKey], Directory.GetFiles(snapshots.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Swap_StoreKnownToIgnoreConditions_StillComparesBeforeWriting()
    {
        var publisher = new PointerPublisher(new CarelessStore(snapshots.Store, probed: false));
        await publisher.SwapAsync(null, To("theirs"), true, Token);
        var conflict = await Assert.ThrowsAsync<PointerConflictException>(() => publisher.SwapAsync(null, To("ours"), true, Token));
        Assert.Equal("theirs", conflict.OtherRunId);
    }

    [Fact]
    public async Task Swap_NotProbedButHonest_ProbeLeavesNothingBehind()
    {
        await new PointerPublisher(new CarelessStore(snapshots.Store, probed: null, honest: true)).SwapAsync(null, To("a"), false, Token);
        Assert.Equal("a", await CurrentRunAsync());
        Assert.DoesNotContain(Directory.GetFiles(snapshots.Path, "*", SearchOption.AllDirectories),
            path => path.Contains("probe", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Swap_ManyWritersAtOnce_EverySuccessIsPartOfOneChain()
    {
        const int writers = 4, rounds = 25;
        var wins = 0;
        var conflicts = 0;
        await Parallel.ForAsync(0, writers, new ParallelOptions { MaxDegreeOfParallelism = writers, CancellationToken = Token },
            async (writer, token) =>
        {
            var catalog = new SnapshotCatalog(snapshots.Store);
            var publisher = new PointerPublisher(snapshots.Store);
            for (var round = 0; round < rounds; round++)
            {
                var seen = await catalog.ReadPointerAsync(token);
                Assert.Null(seen.Problem);
                // The minute counts the swaps that led here, so a swap that overwrote another one would repeat a number.
                var count = (int)((seen.Pointer?.UpdatedAt ?? SnapshotFixture.Start) - SnapshotFixture.Start).TotalMinutes + 1;
                try
                {
                    await publisher.SwapAsync(seen.ETag, To($"w{writer}-{round}", count), false, token);
                    Interlocked.Increment(ref wins);
                }
                catch (PointerConflictException)
                {
                    Interlocked.Increment(ref conflicts);
                }
            }
        });
        var last = await new SnapshotCatalog(snapshots.Store).ReadPointerAsync(Token);
        Assert.Equal(writers * rounds, wins + conflicts);
        Assert.Equal(wins, (int)(last.Pointer!.UpdatedAt - SnapshotFixture.Start).TotalMinutes);
    }
}
