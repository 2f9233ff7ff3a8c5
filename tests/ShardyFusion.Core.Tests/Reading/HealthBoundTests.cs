using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.LocalFiles;
using ShardyFusion.Reading;
using ShardyFusion.Runs;

namespace ShardyFusion.Core.Tests.Reading;

/// <summary>What a health check says beyond the pointer, and that nothing slow holds it up.</summary>
public sealed class HealthBoundTests : IDisposable
{
    static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(50);
    static CancellationToken Token => TestContext.Current.CancellationToken;
    readonly SnapshotFixture snapshots = new();
    readonly FaultyStore store;

    public HealthBoundTests() => store = new FaultyStore(snapshots.Store);

    public void Dispose() => snapshots.Dispose();

    Task<HealthReport> CheckAsync(HealthOptions options) => snapshots.Open(store).CheckHealthAsync(options, Token);

    [Fact]
    public async Task CheckHealth_PointerAnswersLate_UnhealthyWithTheFiguresKnownBefore()
    {
        snapshots.Add("a", 1);
        await using var reader = await snapshots.Open(store).OpenReaderAsync(new ReaderOptions(), Token);
        store.Stall(StoreOperation.Get, "_CURRENT");
        var report = await reader.CheckHealthAsync(new HealthOptions { Timeout = Brief }, Token);
        Assert.Equal((HealthStatus.Unhealthy, ErrorKind.StorageTransient, true), (report.Status, report.ErrorKind, report.TimedOut));
        Assert.Equal(("a", "a", TimeSpan.FromHours(1)), (report.RunId, report.PointerRunId, report.PointerAge));
        Assert.Contains("did not answer within 0.05 s", Assert.Single(report.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckHealth_StoreHangsAndIgnoresCancellation_ReportsTheLastCheck()
    {
        snapshots.Add("a", 1);
        var never = new TaskCompletionSource();
        var open = snapshots.Open(store);
        Assert.Equal(HealthStatus.Healthy, (await open.CheckHealthAsync(new HealthOptions(), Token)).Status);
        store.Before(StoreOperation.Get, _ => never.Task);
        snapshots.Clock.Now += TimeSpan.FromMinutes(5);
        var report = await open.CheckHealthAsync(new HealthOptions { Timeout = Brief }, Token);
        Assert.Equal((HealthStatus.Unhealthy, true, "a", TimeSpan.FromMinutes(64)),
            (report.Status, report.TimedOut, report.RunId, report.ManifestAge));
        Assert.Contains("the figures are those of 2026-03-14 11:30:00Z", Assert.Single(report.Reasons), StringComparison.Ordinal);
        never.SetResult();
    }

    [Fact]
    public async Task CheckHealth_StoreHangsAtTheFirstCheck_SaysThatNothingIsKnown()
    {
        snapshots.Add("a", 1);
        store.Stall(StoreOperation.Get);
        var report = await CheckAsync(new HealthOptions { Timeout = Brief });
        Assert.Equal((HealthStatus.Unhealthy, true, null), (report.Status, report.TimedOut, report.RunId));
        Assert.Contains("nothing was known before", Assert.Single(report.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckHealth_DeepOneShardHangs_NamesItAndCountsTheOthers()
    {
        var manifest = snapshots.Add("a", 1);
        await using var reader = await snapshots.Open(store).OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range }, Token);
        store.Stall(StoreOperation.GetRange, manifest.Shards[1].ObjectKey);
        var report = await reader.CheckHealthAsync(new HealthOptions { Deep = true, Timeout = TimeSpan.FromSeconds(2) }, Token);
        Assert.Equal((HealthStatus.Unhealthy, 3, true), (report.Status, report.ShardsProbed, report.TimedOut));
        Assert.Contains("Shard 1 did not answer", Assert.Single(report.Reasons), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ReadMode.Auto)]
    [InlineData(ReadMode.Range)]
    public async Task CheckHealth_DeepShardRemovedWhileItIsOpen_UnhealthyThoughTheReaderStillAnswers(ReadMode mode)
    {
        var manifest = snapshots.Add("a", 1);
        await using var reader = await snapshots.Open(store).OpenReaderAsync(new ReaderOptions { Mode = mode }, Token);
        for (var key = 0; key < 100; key++) Assert.NotNull((await reader.GetAsync(key, Token)).Value);
        snapshots.DeleteObject(manifest.Shards[2].ObjectKey);
        var report = await reader.CheckHealthAsync(new HealthOptions { Deep = true }, Token);
        Assert.Equal((HealthStatus.Unhealthy, ErrorKind.SnapshotIncomplete, 3, false),
            (report.Status, report.ErrorKind, report.ShardsProbed, report.TimedOut));
        Assert.Contains("shard 2 is missing", Assert.Single(report.Reasons), StringComparison.Ordinal);
        for (var key = 0; key < 100; key++) Assert.NotNull((await reader.GetAsync(key, Token)).Value);
    }

    [Fact]
    public async Task CheckHealth_ReaderBehindThePointer_LagIsThePointersAge()
    {
        snapshots.Add("a", 1);
        await using var reader = await snapshots.Open().OpenReaderAsync(new ReaderOptions(), Token);
        Assert.Null((await reader.CheckHealthAsync(new HealthOptions(), Token)).Lag);
        snapshots.Add("b", 2);
        var report = await reader.CheckHealthAsync(new HealthOptions(), Token);
        Assert.Equal(("b", TimeSpan.FromHours(1), TimeSpan.FromHours(1)), (report.PointerRunId, report.PointerAge, report.Lag));
    }

    [Theory]
    [InlineData(59, HealthStatus.Healthy)]
    [InlineData(57, HealthStatus.Degraded)]
    public async Task CheckHealth_ExpectedEvery_CountsFromTheNewestPublishedAndNotTheCurrent(int everyMinutes, HealthStatus expected)
    {
        snapshots.Add("a", 1);
        snapshots.Add("b", 2);
        snapshots.PointTo(SnapshotFixture.KeyOf("a", 1), "a");
        var report = await CheckAsync(new HealthOptions { ExpectedEvery = TimeSpan.FromMinutes(everyMinutes) });
        Assert.Equal((expected, expected == HealthStatus.Healthy ? 0 : 1), (report.Status, report.Reasons.Count));
        Assert.All(report.Reasons, reason => Assert.Contains("run 'b'", reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task CheckHealth_LastBuildFailed_DegradedUntilOneSucceeds()
    {
        snapshots.Add("a", 1);
        var looks = new HealthOptions { LastBuild = true };
        Assert.Equal((HealthStatus.Healthy, null), Verdict(await CheckAsync(looks)));
        var clock = new ManualClock { Now = snapshots.Clock.Now };
        await using (var build = await BuiltSnapshots.StartAsync(snapshots.Store, new BuildOptions { ShardCount = 1, RunId = "bad" },
            clock))
            build.Add(1, "a");
        var report = await CheckAsync(looks);
        Assert.Equal((HealthStatus.Degraded, RunState.Failed), Verdict(report));
        Assert.Contains("run 'bad', failed", Assert.Single(report.Reasons), StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(new HealthOptions())).Status);
        clock.Now += TimeSpan.FromMinutes(1);
        await using (var build = await BuiltSnapshots.StartAsync(snapshots.Store, new BuildOptions { ShardCount = 1, RunId = "good" },
            clock))
        {
            build.Add(1, "a");
            await build.CompleteAsync(Token);
        }
        Assert.Equal((HealthStatus.Healthy, RunState.Succeeded), Verdict(await CheckAsync(looks)));

        static (HealthStatus, RunState?) Verdict(HealthReport report) => (report.Status, report.LastRunState);
    }

    [Fact]
    public async Task CheckHealth_LastBuildDied_DegradedOnceItsLeaseHasEnded()
    {
        snapshots.Add("a", 1);
        var looks = new HealthOptions { LastBuild = true };
        var clock = new ManualClock { Now = snapshots.Clock.Now };
        await using var dead = await BuiltSnapshots.StartAsync(snapshots.Store, new BuildOptions { ShardCount = 1, RunId = "dead" }, clock);
        Assert.Equal(RunState.Running, (await CheckAsync(looks)).LastRunState);
        snapshots.Clock.Now += TimeSpan.FromMinutes(11);
        var report = await CheckAsync(looks);
        Assert.Equal((HealthStatus.Degraded, RunState.Abandoned, "dead"), (report.Status, report.LastRunState, report.LastRunId));
        Assert.Contains("run 'dead', died", Assert.Single(report.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckHealth_RunsMayNotBeListed_DegradedAndNoError()
    {
        snapshots.Add("a", 1);
        store.Fail(StoreOperation.List, "runs/", kind: ErrorKind.StorageDenied);
        var report = await CheckAsync(new HealthOptions { LastBuild = true });
        Assert.Equal((HealthStatus.Degraded, "a"), (report.Status, report.RunId));
    }

    [Theory]
    [InlineData(0L, HealthStatus.Healthy)]
    [InlineData(long.MaxValue, HealthStatus.Degraded)]
    public async Task CheckHealth_Disk_DegradedWhenLessIsFreeThanAsked(long minFreeBytes, HealthStatus expected)
    {
        snapshots.Add("a", 1);
        var report = await CheckAsync(new HealthOptions
        {
            CacheDirectory = Path.Combine(snapshots.Path, "not", "yet"),
            MinFreePercent = 0,
            MinFreeBytes = minFreeBytes
        });
        Assert.Equal(expected, report.Status);
        Assert.InRange(report.DiskFreeBytes!.Value, 1, report.DiskTotalBytes!.Value);
        Assert.All(report.Reasons, reason => Assert.Contains("nearly full", reason, StringComparison.Ordinal));
    }

    [Theory]
    // As asked for at the normal size; half of the percentage on 32 times as much; more of a small one, but never more than half.
    [InlineData(20L << 30, 10, null, 2L << 30)]
    [InlineData(640L << 30, 10, null, 32L << 30)]
    [InlineData(1L << 20, 10, null, 512L << 10)]
    [InlineData(20L << 30, 10, 5L << 30, 5L << 30)]
    [InlineData(640L << 30, 0, null, 0)]
    [InlineData(0, 10, null, 0)]
    public void RequiredBytes_ByVolume_PercentageFallsAsItGrows(long totalBytes, double percent, long? leastBytes, long expected) =>
        Assert.InRange(new DiskSpace(0, totalBytes).RequiredBytes(percent, leastBytes), expected - 16, expected + 16);

    [Fact]
    public void Validate_EveryFault_IsNamed()
    {
        var faults = new HealthOptions
        {
            ExpectedEvery = TimeSpan.Zero,
            Timeout = TimeSpan.Zero,
            MinFreePercent = double.NaN,
            MinFreeBytes = -1,
            StalenessThreshold = TimeSpan.FromSeconds(-1)
        }.Validate();
        Assert.Equal(["StalenessThreshold", "ExpectedEvery", "Timeout", "MinFreePercent", "MinFreeBytes"],
            faults.Select(fault => fault.Split(' ')[0]));
    }
}
