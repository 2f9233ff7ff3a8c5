using System.Text;
using ShardyFusion.Catalog;
using ShardyFusion.Cleaning;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Reporting;

namespace ShardyFusion.Core.Tests.Reporting;

/// <summary>What a report is made of, and how it is saved.</summary>
public sealed class ReportTests : IDisposable
{
    readonly SnapshotFixture snapshots = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    string PagePath => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(snapshots.Path)!,
        $"{System.IO.Path.GetFileName(snapshots.Path)}.html");

    public void Dispose()
    {
        File.Delete(PagePath);
        snapshots.Dispose();
    }

    Task<SnapshotReport> CreateAsync(ReportOptions? options = null, FaultyStore? store = null) =>
        snapshots.Open(store).CreateReportAsync(options ?? new ReportOptions(), Token);

    [Fact]
    public async Task Create_NothingPublished_SaysSo()
    {
        var report = await CreateAsync();
        Assert.Null(report.Snapshot);
        Assert.Equal(ErrorKind.NoSnapshot, report.Health.ErrorKind);
        Assert.Contains("Nothing has been published here yet.", report.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_NoPointer_SaysThatNoneIsCurrent()
    {
        snapshots.Add("a", 1, publish: false);
        var html = (await CreateAsync()).ToHtml();
        Assert.Contains("There are snapshots, but none is current", html, StringComparison.Ordinal);
        Assert.Contains("data-row=\"a\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_CurrentManifestMalformed_ShowsWhatReadersGetAndWhy()
    {
        snapshots.Add("a", 1);
        snapshots.Add("b", 2);
        snapshots.WriteObject(SnapshotFixture.KeyOf("b", 2), "required: [\n"u8.ToArray());
        var report = await CreateAsync();
        Assert.Equal("a", report.Snapshot!.RunId);
        Assert.True(report.Health.OnFallback);
        var html = report.ToHtml();
        Assert.Contains("Readers fall back on run ", html, StringComparison.Ordinal);
        Assert.Contains("its manifest cannot be read", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_ShardsMissing_TellsUnhealthyAndShowsTheRest()
    {
        var manifest = snapshots.Add("a", 1);
        snapshots.DeleteObject(manifest.Shards[0].ObjectKey);
        var report = await CreateAsync(new ReportOptions { Health = new HealthOptions { Deep = true } });
        Assert.Equal((HealthStatus.Unhealthy, 3, "a"), (report.Health.Status, report.Health.ShardsProbed, report.Snapshot!.RunId));
        Assert.Contains("<title>Unhealthy · ", report.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_MoreSnapshotsThanAskedFor_SaysThatThereAreOlderOnes()
    {
        for (var minute = 1; minute <= 4; minute++) snapshots.Add($"r{minute}", minute, SnapshotFixture.Rows(3), numDbs: 1);
        var few = await CreateAsync(new ReportOptions { Limit = 3 });
        Assert.Equal(["r4", "r3", "r2"], few.History.Select(entry => entry.RunId));
        Assert.True(few.HasOlder);
        Assert.False((await CreateAsync(new ReportOptions { Limit = 4 })).HasOlder);
    }

    [Fact]
    public async Task Create_RunsDenied_SaysSoAndShowsTheRest()
    {
        snapshots.Add("a", 1);
        var store = new FaultyStore(snapshots.Store).Fail(StoreOperation.List, "runs/", count: 100, kind: ErrorKind.StorageDenied);
        var report = await CreateAsync(new ReportOptions { Health = new HealthOptions() }, store);
        Assert.NotNull(report.RunsProblem);
        Assert.Equal("a", report.Snapshot!.RunId);
    }

    [Fact]
    public async Task Create_EventsDenied_SaysSoOnThePageAndShowsTheRest()
    {
        snapshots.Add("a", 1);
        var store = new FaultyStore(snapshots.Store).Fail(StoreOperation.List, "events/", count: 100, kind: ErrorKind.StorageDenied);
        var report = await snapshots.Open(store).CreateReportAsync(new ReportOptions { Cleanup = null }, Token);
        Assert.Contains("does not tell of events", Assert.Single(report.Problems), StringComparison.Ordinal);
        Assert.Contains("does not tell of events", report.ToHtml(), StringComparison.Ordinal);
        Assert.Single(report.History);
    }

    [Fact]
    public async Task Create_StorageDenied_SaysSoAndShowsTheRest()
    {
        snapshots.Add("a", 1);
        var store = new FaultyStore(snapshots.Store).Fail(StoreOperation.List, "shards/", nth: 2, count: 100,
            kind: ErrorKind.StorageDenied);
        var report = await CreateAsync(store: store);
        Assert.Null(report.Storage);
        Assert.NotNull(report.StorageProblem);
        Assert.Equal("a", report.Snapshot!.RunId);
    }

    [Fact]
    public async Task Create_WithoutCleanup_ListsNoShards()
    {
        snapshots.Add("a", 1);
        var store = new FaultyStore(snapshots.Store);
        var report = await CreateAsync(new ReportOptions { Cleanup = null }, store);
        Assert.Equal((null, null), (report.Storage, report.StorageProblem));
        Assert.Single(store.Calls, call => call.Operation == StoreOperation.List && call.Key == "shards/");
    }

    [Fact]
    public async Task StorageUse_SharedAndLeftoverShards_AreCountedOnce()
    {
        var a = snapshots.Add("a", 1, SnapshotFixture.Rows(40));
        // b names one shard of its own and those of a.
        var b = snapshots.Add("b", 2, SnapshotFixture.Rows(1), numDbs: 1,
            edit: manifest => manifest with
            {
                Required = manifest.Required with { NumDbs = 5 },
                Shards = [.. a.Shards, manifest.Shards[0] with { DbId = 4 }]
            });
        snapshots.WriteObject("shards/run_id=dead/db=00000/attempt=00/shard.sst", new byte[77]);
        snapshots.WriteObject("runs/readme.txt", new byte[5]);
        var use = await snapshots.Open().GetStorageUseAsync(new CleanupPolicy { Grace = TimeSpan.Zero, ClockSkew = TimeSpan.Zero }, Token);
        var shares = use.Shares.ToDictionary(share => share.Purpose);
        Assert.Equal(a.Shards.Count + 2, shares[StoragePurpose.CurrentSnapshot].Objects);
        Assert.Equal(1, shares[StoragePurpose.OtherSnapshots].Objects);
        Assert.Equal((1L, 77L), (shares[StoragePurpose.Leftovers].Objects, shares[StoragePurpose.Leftovers].Bytes));
        Assert.Equal(5, shares[StoragePurpose.Runs].Bytes);
        Assert.Equal(use.Bytes, new DirectoryInfo(snapshots.Path).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => !file.Name.StartsWith('_') && !file.FullName.Contains("/.", StringComparison.Ordinal)).Sum(file => file.Length));
        Assert.Equal(b.Shards.Count, shares[StoragePurpose.CurrentSnapshot].Objects - 1);
    }

    [Fact]
    public async Task Create_HistoryUnreachable_IsAnError()
    {
        snapshots.Add("a", 1);
        var store = new FaultyStore(snapshots.Store).Fail(StoreOperation.List, "manifests/", count: 100);
        Assert.Equal(ErrorKind.StorageTransient, (await Assert.ThrowsAsync<ShardyFusionException>(() => CreateAsync(store: store))).Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_001)]
    public async Task Create_LimitOutOfRange_IsAnError(int limit) =>
        Assert.Equal(ErrorKind.ConfigValidation,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => CreateAsync(new ReportOptions { Limit = limit }))).Kind);

    [Fact]
    public async Task Save_FileThere_IsAnErrorBeforeAnyRequestUnlessItIsToBeReplaced()
    {
        snapshots.Add("a", 1);
        await File.WriteAllTextAsync(PagePath, "yesterday's", Token);
        var store = new FaultyStore(snapshots.Store);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => snapshots.Open(store).SaveReportAsync(PagePath,
            new ReportOptions(), overwrite: false, Token));
        Assert.Equal((ErrorKind.ConfigValidation, (object)PagePath), (error.Kind, error.Target));
        Assert.Empty(store.Calls);
        Assert.Equal("yesterday's", await File.ReadAllTextAsync(PagePath, Token));

        var saved = await snapshots.Open().SaveReportAsync(PagePath, new ReportOptions(), overwrite: true, Token);
        var bytes = await File.ReadAllBytesAsync(PagePath, Token);
        Assert.Equal((saved.Report.ToHtml(), (long)bytes.Length), (Encoding.UTF8.GetString(bytes), saved.Bytes));
        Assert.StartsWith("<!doctype html>", saved.Report.ToHtml(), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(System.IO.Path.GetDirectoryName(PagePath)!, System.IO.Path.GetFileName(PagePath) + "*"));
    }

    [Fact]
    public async Task Save_StoreFails_OldPageStays()
    {
        snapshots.Add("a", 1);
        await File.WriteAllTextAsync(PagePath, "yesterday's", Token);
        var store = new FaultyStore(snapshots.Store).Fail(StoreOperation.List, "manifests/", count: 100);
        await Assert.ThrowsAsync<ShardyFusionException>(() => snapshots.Open(store).SaveReportAsync(PagePath, new ReportOptions(),
            overwrite: true, Token));
        Assert.Equal("yesterday's", await File.ReadAllTextAsync(PagePath, Token));
    }

    [Fact]
    public async Task Save_FolderMissing_IsAnErrorBeforeAnyRequest()
    {
        var store = new FaultyStore(snapshots.Store);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => snapshots.Open(store)
            .SaveReportAsync(System.IO.Path.Combine(PagePath, "nowhere", "r.html"), new ReportOptions(), overwrite: false, Token));
        Assert.Equal(ErrorKind.ConfigValidation, error.Kind);
        Assert.Empty(store.Calls);
    }

    [Fact]
    public void ToHtml_TextFromOutside_IsEncodedWhereverItStands()
    {
        var html = ReportSamples.Saying("<x y='z' \"q\">&").ToHtml();
        Assert.DoesNotContain("<x", html, StringComparison.Ordinal);
        Assert.DoesNotContain("\"q\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("y='z'", html, StringComparison.Ordinal);
        Assert.DoesNotContain(">&<", html, StringComparison.Ordinal);
        Assert.Contains("&lt;x y=&#x27;z&#x27; &quot;q&quot;&gt;&amp;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void ToHtml_SameReport_IsTheSamePage() => Assert.Equal(ReportSamples.Month().ToHtml(), ReportSamples.Month().ToHtml());

    [Fact]
    public void ToHtml_ManyShards_StaysSmall() => Assert.InRange(ReportSamples.Month(65_536).ToHtml().Length, 10_000, 400_000);

    [Fact]
    public void Balance_UnevenShards_TellsMedianSkewAndEmptyOnes()
    {
        var info = ReportSamples.Month(8).Snapshot! with
        {
            RowCount = 90,
            Shards = [.. new[] { 10L, 20, 60 }.Select((rows, dbId) => new ShardInfo(dbId, rows, null, null, "", null, null))],
        };
        var balance = ShardBalance.Of(info with { ShardCount = 5 });
        Assert.Equal((18d, 10L, 60L, 10L), (balance.Average, balance.Median, balance.Largest!.RowCount, balance.Smallest!.RowCount));
        Assert.Equal((60d / 18, "3 4"), (balance.Skew, string.Join(' ', balance.Empty)));
    }

    [Theory]
    [InlineData(1_000, 2_000, false)]
    [InlineData(1_000, 2_001, true)]
    // A shard of 15 rows among 4,096 of 5 on average is chance.
    [InlineData(5, 15, false)]
    [InlineData(5, 19, true)]
    public void Balance_LargeShard_StandsOutWhenHashingDoesNotExplainIt(double average, long rows, bool isFar) =>
        Assert.Equal(isFar, (ShardBalance.Of(ReportSamples.Month(8).Snapshot!) with { Average = average }).IsFarAboveAverage(rows));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(1.1, 1.2)]
    [InlineData(99, 100)]
    [InlineData(1_217_949, 1_500_000)]
    [InlineData(8_000_001, 10_000_000)]
    public void NiceTop_Value_IsTheNextReadableOne(double value, double top) => Assert.Equal(top, ColumnChart.NiceTop(value), top * 1e-9);
}
