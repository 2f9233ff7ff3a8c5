using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Sessions;

namespace ShardyFusion.Core.Tests.Sessions;

/// <summary>Readers that are kept between uses.</summary>
public sealed class ReaderCacheTests : IAsyncDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;
    readonly SnapshotFixture snapshots = new();
    readonly SteppedClock clock = new();
    readonly ReaderCache cache;

    public ReaderCacheTests() => cache = new ReaderCache(1, TimeSpan.FromMinutes(5), clock);

    public async ValueTask DisposeAsync()
    {
        await cache.DisposeAsync();
        snapshots.Dispose();
    }

    Task<ReaderLease> RentAsync(SnapshotSelector? selector = null) =>
        cache.RentAsync(snapshots.Path, null, selector ?? SnapshotSelector.Current, null, Token);

    async Task<SnapshotReader> UseAsync(SnapshotSelector? selector = null)
    {
        await using var lease = await RentAsync(selector);
        Assert.NotNull((await lease.Reader.GetAsync(1, Token)).Value);
        return lease.Reader;
    }

    [Fact]
    public async Task Rent_Again_SameReaderOnWhatThePointerNamesNow()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Readers of local prefixes are not kept on Windows.");
        snapshots.Add("a", 1);
        var first = await UseAsync();
        Assert.Same(first, await UseAsync());
        snapshots.Add("b", 2);
        Assert.Same(first, await UseAsync());
        Assert.Equal("b", first.Info.RunId);
    }

    [Fact]
    public async Task Rent_FileOfAShardChanged_NewReader()
    {
        var manifest = snapshots.Add("a", 1, numDbs: 1);
        var first = await UseAsync();
        var path = snapshots.Store.LocalPath(manifest.Shards[0].ObjectKey)!;
        File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(1));
        Assert.NotSame(first, await UseAsync());
        Assert.True(first.IsClosed);
    }

    [Fact]
    public async Task Rent_FileOfAShardGone_SameErrorAsAnOpening()
    {
        var manifest = snapshots.Add("a", 1, numDbs: 1);
        await UseAsync();
        snapshots.DeleteObject(manifest.Shards[0].ObjectKey);
        Assert.Equal(ErrorKind.SnapshotIncomplete, (await Assert.ThrowsAsync<ShardyFusionException>(() => UseAsync())).Kind);
    }

    [Fact]
    public async Task Rent_PointerGone_SameErrorAsAnOpening()
    {
        snapshots.Add("a", 1);
        await UseAsync();
        snapshots.DeleteObject("_CURRENT");
        Assert.Equal(ErrorKind.NoSnapshot, (await Assert.ThrowsAsync<ShardyFusionException>(() => RentAsync())).Kind);
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public async Task Rent_ThatFails_HasToldBeforeHowTheStoreIsReached()
    {
        var reached = new List<string>();
        await Assert.ThrowsAsync<ShardyFusionException>(() => cache.RentAsync(snapshots.Path, null, SnapshotSelector.Current, reached.Add,
            Token));
        Assert.Contains(snapshots.Path, Assert.Single(reached), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Return_MoreThanItsCapacity_ClosesTheOneUsedLongestAgo()
    {
        snapshots.Add("a", 1);
        snapshots.Add("b", 2);
        var first = await UseAsync(new SnapshotSelector { RunId = "a" });
        clock.Run(TimeSpan.FromSeconds(1));
        var second = await UseAsync(new SnapshotSelector { RunId = "b" });
        Assert.True(first.IsClosed);
        Assert.Equal(OperatingSystem.IsWindows(), second.IsClosed);
    }

    [Fact]
    public async Task Rent_Offset_IsNotKept()
    {
        snapshots.Add("a", 1);
        snapshots.Add("b", 2);
        Assert.True((await UseAsync(new SnapshotSelector { Offset = 1 })).IsClosed);
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public async Task Timer_NobodyUsedItForLong_ClosesItButNeverOneInUse()
    {
        snapshots.Add("a", 1);
        await using (var lease = await RentAsync())
        {
            clock.Run(TimeSpan.FromHours(1));
            Assert.False(lease.Reader.IsClosed);
        }
        clock.Run(TimeSpan.FromMinutes(5));
        Assert.Equal(0, cache.Count);
        Assert.Equal(0, OpenFiles.Mapped(snapshots.Path) ?? 0);
    }

    [Fact]
    public async Task Rent_ManyAtOnce_EachGetsAnswersAndOneStaysAtMost()
    {
        snapshots.Add("a", 1);
        await Parallel.ForAsync(0, 64, Token, async (_, _) => await UseAsync());
        Assert.InRange(cache.Count, 0, 1);
    }
}
