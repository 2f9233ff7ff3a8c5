using System.Text;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Shards.Sst.Writing;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Core.Tests.Reading;

/// <summary>Shards that are read before anybody asks for their keys.</summary>
public sealed class WarmUpTests : IDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;
    static readonly WarmUpOptions Full = new() { Level = WarmUpLevel.Full };
    readonly SnapshotFixture snapshots = new();
    readonly TempFolder cache = new();
    readonly FaultyStore store;

    public WarmUpTests() => store = new FaultyStore(new RemoteStore(snapshots.Store));

    public void Dispose()
    {
        snapshots.Dispose();
        cache.Dispose();
    }

    Task<SnapshotReader> OpenAsync(ReadMode mode, BlockCache? memory = null, TimeProvider? clock = null) =>
        new SnapshotStore(mode == ReadMode.Auto ? snapshots.Store : store, clock ?? snapshots.Clock).OpenReaderAsync(
            new ReaderOptions
            {
                Mode = mode,
                CacheDirectory = cache.Path,
                Memory = memory ?? new BlockCache(1 << 20),
                ShardIdleTime = null
            }, Token);

    int Ranges => store.Calls.Count(call => call.Operation == StoreOperation.GetRange);

    static async Task ReadAllAsync(SnapshotReader reader, int rows = 100)
    {
        for (var key = 0; key < rows; key++) Assert.Equal($"a:{key}", Encoding.UTF8.GetString((await reader.GetAsync(key, Token)).Value!));
    }

    [Fact]
    public async Task WarmUp_MetadataByRanges_GetsCostTheirBlockAndNothingElse()
    {
        snapshots.Add("a", 1);
        await using var reader = await OpenAsync(ReadMode.Range);
        var reports = new List<ShardProgress>();
        var report = await reader.WarmUpAsync(new WarmUpOptions { Parallelism = 1 }, new ListedProgress(reports), Token);
        Assert.Equal((4, 4, null, "a"), (report.ShardCount, report.OpenShardCount, report.Shortfall, report.RunId));
        Assert.Equal((4, 4), (Ranges, reader.OpenShardCount));
        Assert.Equal([1, 2, 3, 4], reports.Select(state => state.ShardsDone));
        Assert.Equal(report.BytesRead, reports[^1].Bytes);
        await ReadAllAsync(reader);
        // One block a shard.
        Assert.Equal(8, Ranges);
    }

    [Fact]
    public async Task WarmUp_FullByRanges_GetsSendNoRequest()
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(2000, "a"), options: new SstOptions { BlockSizeBytes = 512 });
        await using var reader = await OpenAsync(ReadMode.Range);
        var report = await reader.WarmUpAsync(Full, null, Token);
        Assert.Null(report.Shortfall);
        var before = store.Calls.Count;
        await ReadAllAsync(reader, 2000);
        Assert.Equal(before, store.Calls.Count);
        Assert.Equal((0L, before), ((await reader.WarmUpAsync(Full, null, Token)).BytesRead, store.Calls.Count));
    }

    [Fact]
    public async Task WarmUp_FullOverTheBudget_StopsInTimeAndSaysSo()
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(4000, "a"), options: new SstOptions { BlockSizeBytes = 512 });
        var memory = new BlockCache(32 << 10);
        await using var reader = await OpenAsync(ReadMode.Range, memory);
        var report = await reader.WarmUpAsync(Full, null, Token);
        Assert.Contains("were not all read", report.Shortfall, StringComparison.Ordinal);
        Assert.InRange(memory.UsedBytes, 1, memory.BudgetBytes);
        await ReadAllAsync(reader, 4000);
    }

    [Fact]
    public async Task WarmUp_MetadataOverTheBudget_SaysHowManyShardsStayOpen()
    {
        snapshots.Add("a", 1, numDbs: 32);
        await using var reader = await OpenAsync(ReadMode.Auto, new BlockCache(8 * 2400));
        var report = await reader.WarmUpAsync(new WarmUpOptions(), null, Token);
        Assert.InRange(report.OpenShardCount, 1, report.ShardCount - 1);
        Assert.StartsWith($"Only {report.OpenShardCount} of {report.ShardCount} shards", report.Shortfall, StringComparison.Ordinal);
        await ReadAllAsync(reader);
    }

    [Fact]
    public async Task WarmUp_Download_CopiesEveryShardForTheNextReader()
    {
        var manifest = snapshots.Add("a", 1);
        await using (var reader = await OpenAsync(ReadMode.Download))
            Assert.Equal(manifest.Shards.Sum(shard => shard.DbBytes),
                (await reader.WarmUpAsync(new WarmUpOptions(), null, Token)).BytesRead);
        Assert.Equal(4, Directory.GetFiles(cache.Path).Length);
        var before = Ranges;
        await using var next = await OpenAsync(ReadMode.Download);
        await ReadAllAsync(next);
        Assert.Equal((before, 0L), (Ranges, (await next.WarmUpAsync(new WarmUpOptions(), null, Token)).BytesRead));
    }

    [Theory]
    [InlineData(ReadMode.Auto, WarmUpLevel.Metadata)]
    [InlineData(ReadMode.Range, WarmUpLevel.Full)]
    [InlineData(ReadMode.Download, WarmUpLevel.Metadata)]
    public async Task WarmUp_ShardMissing_FailsNamingIt(ReadMode mode, WarmUpLevel level)
    {
        var manifest = snapshots.Add("a", 1);
        snapshots.DeleteObject(manifest.Shards[2].ObjectKey);
        await using var reader = await OpenAsync(mode);
        var missing = await Assert.ThrowsAsync<ShardyFusionException>(() => reader.WarmUpAsync(new WarmUpOptions { Level = level }, null,
            Token));
        Assert.Equal(ErrorKind.SnapshotIncomplete, missing.Kind);
        Assert.Contains("shard 2", missing.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ReadMode.Auto)]
    [InlineData(ReadMode.Range)]
    public async Task WarmUp_DamagedBlock_FullFindsItAndMetadataDoesNot(ReadMode mode)
    {
        var manifest = snapshots.Add("a", 1);
        var path = snapshots.Store.LocalPath(manifest.Shards[1].ObjectKey)!;
        var bytes = await File.ReadAllBytesAsync(path, Token);
        bytes[10] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Token);
        await using var reader = await OpenAsync(mode);
        await reader.WarmUpAsync(new WarmUpOptions(), null, Token);
        await Assert.ThrowsAsync<ShardCorruptException>(() => reader.WarmUpAsync(Full, null, Token));
    }

    [Theory]
    [InlineData(ReadMode.Range)]
    [InlineData(ReadMode.Download)]
    public async Task WarmUp_BytesPerSecond_WaitsAsLongAsTheBytesTake(ReadMode mode)
    {
        snapshots.Add("a", 1);
        // Time stands nearly still, so the last pause is as long as all of it should have taken.
        var clock = new ImpatientClock(TimeSpan.FromHours(1));
        await using var reader = await OpenAsync(mode, clock: clock);
        var report = await reader.WarmUpAsync(Full with { MaxReadBytesPerSecond = 50 }, null, Token);
        Assert.InRange(clock.Pauses.Max().TotalSeconds, report.BytesRead / 50 * 0.8, report.BytesRead / 50 + 1);
    }

    [Fact]
    public async Task WarmUp_ReaderRefreshedMeanwhile_WarmsWhatItBegan()
    {
        snapshots.Add("a", 1);
        await using var reader = await OpenAsync(ReadMode.Range);
        snapshots.Add("b", 2);
        store.Before(StoreOperation.GetRange, async _ => await reader.RefreshAsync(Token));
        Assert.Equal("a", (await reader.WarmUpAsync(Full, null, Token)).RunId);
        Assert.Equal(("b", 0), (reader.Info.RunId, reader.OpenShardCount));
    }

    [Fact]
    public async Task WarmUp_ClosedReader_ReaderState()
    {
        snapshots.Add("a", 1);
        var reader = await OpenAsync(ReadMode.Range);
        await reader.DisposeAsync();
        Assert.Equal(ErrorKind.ReaderState,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => reader.WarmUpAsync(Full, null, Token))).Kind);
    }

    [Fact]
    public void Validate_EveryFault_IsNamed()
    {
        var faults = new WarmUpOptions { Parallelism = 0, MaxReadsPerSecond = 0, MaxReadBytesPerSecond = double.NaN }.Validate();
        Assert.Equal(["Parallelism", "MaxReadsPerSecond", "MaxReadBytesPerSecond"], faults.Select(fault => fault.Split(' ')[0]));
    }

    [Fact]
    public async Task HasSnapshot_PointerAbsentPresentOrMalformed_TrueUnlessAbsent()
    {
        var open = snapshots.Open();
        Assert.False(await open.HasSnapshotAsync(null, Token));
        snapshots.Add("a", 1);
        Assert.Equal((true, false), (await open.HasSnapshotAsync(null, Token), await open.HasSnapshotAsync("CANARY", Token)));
        snapshots.WriteObject("_CURRENT", "{"u8.ToArray());
        Assert.True(await open.HasSnapshotAsync(null, Token));
        Assert.False(await SnapshotStore.Open(Path.Combine(snapshots.Path, "nothing", "here"), null).HasSnapshotAsync(null, Token));
    }

    sealed class ListedProgress(List<ShardProgress> reports) : IProgress<ShardProgress>
    {
        public void Report(ShardProgress value) => reports.Add(value);
    }
}
