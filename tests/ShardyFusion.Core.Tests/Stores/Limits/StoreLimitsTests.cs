using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Stores;
using ShardyFusion.Stores.S3;

namespace ShardyFusion.Core.Tests.Stores.Limits;

/// <summary>Limits on a real server and a real build, so low that real time plays no part; the pauses are over at once, only their lengths
/// count.</summary>
public sealed class StoreLimitsTests(S3Server server)
{
    static readonly PutOptions Always = new(PutCondition.Always);
    readonly ImpatientClock clock = new(TimeSpan.FromMinutes(5));

    static CancellationToken Token => TestContext.Current.CancellationToken;

    TimeSpan LongestPause => clock.Pauses.DefaultIfEmpty().Max();

    async Task<S3ObjectStore> OpenAsync(StoreLimits limits)
    {
        var prefix = SnapshotPrefix.Parse(await server.NewPrefixAsync());
        return new S3ObjectStore(prefix.Bucket!, prefix.KeyPrefix, server.Connection() with { Limits = limits });
    }

    // Four operations at one in 20 s: the bucket holds one, the others wait 20, 40 and 60 s less what passes meanwhile.
    void AssertThreeWaited()
    {
        Assert.Equal(3, clock.Pauses.Count);
        Assert.InRange(LongestPause.TotalSeconds, 30, 60);
    }

    [Fact]
    public async Task Put_UploadsLimited_EachButTheFirstWaits()
    {
        await using var store = await OpenAsync(new StoreLimits(clock) { UploadsPerSecond = 0.05 });
        for (var i = 0; i < 4; i++) await store.PutAsync($"o{i}", "x"u8.ToArray(), Always, Token);
        AssertThreeWaited();
        Assert.NotNull(await store.HeadAsync("o3", Token));
        AssertThreeWaited();
    }

    [Fact]
    public async Task Read_ReadsLimited_EachKindOfReadCounts()
    {
        await using var store = await OpenAsync(new StoreLimits(clock) { ReadsPerSecond = 0.05 });
        await store.PutAsync("o", new byte[100], Always, Token);
        await store.HeadAsync("o", Token);
        await store.GetAsync("o", 1000, Token);
        await store.GetRangeAsync("o", 0, new byte[10], Token);
        await foreach (var _ in store.ListAsync("", null, Token)) { }
        AssertThreeWaited();
    }

    [Fact]
    public async Task Delete_DeletesLimited_EachObjectCounts()
    {
        await using var store = await OpenAsync(new StoreLimits(clock) { DeletesPerSecond = 0.05 });
        Assert.All(await store.DeleteAsync(["a", "b", "c", "d"], Token), d => Assert.Null(d.Error));
        AssertThreeWaited();
    }

    [Fact]
    public async Task Transfer_BytesLimited_LargeOnesPassInSlicesAfterTheirTime()
    {
        var limits = new StoreLimits(clock) { UploadBytesPerSecond = 1 << 10, ReadBytesPerSecond = 1 << 9 };
        await using var store = await OpenAsync(limits);
        var bytes = new byte[1 << 16];
        await store.PutAsync("o", bytes, Always, Token);
        Assert.InRange(LongestPause.TotalSeconds, 32, 64);
        clock.Pauses.Clear();
        Assert.Equal(bytes.Length, await store.GetRangeAsync("o", 0, new byte[bytes.Length], Token));
        Assert.InRange(LongestPause.TotalSeconds, 64, 128);
        // Its size is known only afterwards.
        clock.Pauses.Clear();
        Assert.Equal(bytes.Length, (await store.GetAsync("o", 1 << 20, Token))!.Content.Length);
        Assert.InRange(LongestPause.TotalSeconds, 128, 256);
    }

    [Fact]
    public async Task Limits_SameObjectForTwoStores_AreShared()
    {
        var limits = new StoreLimits(clock) { UploadsPerSecond = 0.05 };
        await using var one = await OpenAsync(limits);
        await using var other = await OpenAsync(limits);
        foreach (var store in new[] { one, other, one, other }) await store.PutAsync("o", default, Always, Token);
        AssertThreeWaited();
    }

    [Theory]
    [InlineData(0.05, null)]
    [InlineData(null, 0.5)]
    public async Task Build_RowsOrBytesLimited_AreWrittenAtThatRate(double? rows, double? bytes)
    {
        using var folder = new TempFolder();
        var store = ObjectStores.Open(folder["snap"]);
        // Everything else of a build that waits, waits longer than the clock's limit.
        var options = new BuildOptions
        {
            ShardCount = 1,
            MaxWritesPerSecond = rows,
            MaxWriteBytesPerSecond = bytes,
            LeaseDuration = TimeSpan.FromMinutes(20),
            HeartbeatInterval = TimeSpan.FromMinutes(10),
            StopPollInterval = TimeSpan.FromMinutes(10),
        };
        await using var build = await BuiltSnapshots.StartAsync(store, options, clock);
        // Eight bytes of key and two of value each.
        for (var key = 0L; key < 4; key++) build.Add(key, "v" + key);
        await build.CompleteAsync(Token);
        Assert.InRange(LongestPause.TotalSeconds, 40, 80);
        Assert.Equal(BuiltSnapshots.Expected([0, 1, 2, 3]), await BuiltSnapshots.ReadCurrentAsync(store));
    }

    [Fact]
    public void Validate_RatesThatMakeNoSense_NamesEach()
    {
        var limits = new StoreLimits { ReadsPerSecond = 0, UploadBytesPerSecond = double.NaN, DeletesPerSecond = 5 };
        Assert.Collection(limits.Validate(), f => Assert.StartsWith("ReadsPerSecond", f),
            f => Assert.StartsWith("UploadBytesPerSecond", f));
        var e = Assert.Throws<ShardyFusionException>(() => ObjectStores.Open("s3://b/p", new StoreConnection { Limits = limits }));
        Assert.Equal(ErrorKind.ConfigValidation, e.Kind);
        Assert.Contains(new BuildOptions { MaxWritesPerSecond = -1 }.Validate(),
            f => f.StartsWith("MaxWritesPerSecond", StringComparison.Ordinal));
    }
}
