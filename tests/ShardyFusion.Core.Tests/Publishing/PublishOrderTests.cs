using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Publishing;

/// <summary>Clocks of two machines agree to within seconds; what was done later is later in every list all the same.</summary>
public sealed class PublishOrderTests : IDisposable
{
    readonly TempFolder folder = new();
    readonly ManualClock clock = new();
    readonly IObjectStore store;

    public PublishOrderTests() => store = ObjectStores.Open(folder.Path);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(-900)]
    [InlineData(-4_999)]
    public async Task Publish_ByAClockBehindTheLastPublisher_IsLaterInHistoryAndEvents(int milliseconds)
    {
        await PublishAsync("first");
        clock.Now += TimeSpan.FromMilliseconds(milliseconds);
        await PublishAsync("second");
        var snapshots = new SnapshotStore(store, clock);
        await snapshots.RollbackAsync(await snapshots.PlanRollbackAsync(new SnapshotSelector { RunId = "first" }, Token),
            new PointerChangeOptions(), Token);
        var history = new List<(string, int?)>();
        await foreach (var entry in snapshots.GetHistoryAsync(null, Token)) history.Add((entry.RunId!, entry.Offset));
        Assert.Equal([("second", -1), ("first", 0)], history);
        var kinds = new List<string>();
        await foreach (var change in snapshots.GetEventsAsync(null, null, Token)) kinds.Add($"{change.Kind}");
        Assert.Equal(["Rollback", "Publish", "Publish"], kinds);
    }

    [Fact]
    public void After_ATimeFarAhead_IsTheClocksOwn()
    {
        var now = SnapshotTime.ToMicroseconds(clock.Now);
        Assert.Equal(now, SnapshotTime.After(clock, null));
        Assert.Equal(now, SnapshotTime.After(clock, now.AddDays(-1)));
        Assert.Equal(now.AddMicroseconds(1), SnapshotTime.After(clock, now));
        // What a wrong clock wrote is no reason to write wrong times for ever.
        Assert.Equal(now, SnapshotTime.After(clock, now.AddHours(1)));
    }

    async Task PublishAsync(string runId)
    {
        await using var build = await BuiltSnapshots.StartAsync(store, new BuildOptions { ShardCount = 1, RunId = runId }, clock);
        build.Add(1L, runId);
        await build.CompleteAsync(Token);
    }
}
