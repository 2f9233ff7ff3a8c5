using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Reading;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Reading;

/// <summary>Verdicts and their reasons.</summary>
public sealed class HealthTests : IDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;
    static readonly HealthOptions Shallow = new();
    static readonly HealthOptions Deep = new() { Deep = true };
    readonly SnapshotFixture snapshots = new();
    readonly FaultyStore store;

    public HealthTests() => store = new FaultyStore(snapshots.Store);

    public void Dispose() => snapshots.Dispose();

    Task<HealthReport> CheckAsync(HealthOptions options) => snapshots.Open(store).CheckHealthAsync(options, Token);

    [Fact]
    public async Task CheckHealth_CurrentSnapshot_HealthyInTwoRequests()
    {
        snapshots.Add("a", 1);
        var report = await CheckAsync(Shallow);
        Assert.Equal((HealthStatus.Healthy, "a", snapshots.RefOf("a", 1)), (report.Status, report.RunId, report.ManifestRef));
        Assert.Equal((4, 100L, null, false, false), (report.ShardCount, report.RowCount, report.ShardsProbed, report.OnFallback,
            report.IsClosed));
        Assert.Empty(report.Reasons);
        Assert.Null(report.ErrorKind);
        Assert.Equal(2, store.Calls.Count);
    }

    [Fact]
    public async Task CheckHealth_Age_IsTheManifestsNotTheReaders()
    {
        snapshots.Add("a", 1);
        await using var reader = await snapshots.Open().OpenReaderAsync(new ReaderOptions(), Token);
        snapshots.Clock.Now = SnapshotFixture.Start.AddMinutes(11);
        Assert.Equal(TimeSpan.FromMinutes(10), (await reader.CheckHealthAsync(Shallow, Token)).ManifestAge);
        snapshots.Add("b", 10);
        await reader.RefreshAsync(Token);
        Assert.Equal(TimeSpan.FromMinutes(1), (await reader.CheckHealthAsync(Shallow, Token)).ManifestAge);
    }

    [Theory]
    [InlineData(600, HealthStatus.Healthy)]
    [InlineData(599, HealthStatus.Degraded)]
    public async Task CheckHealth_StalenessThreshold_OlderIsDegraded(int thresholdSeconds, HealthStatus expected)
    {
        snapshots.Add("a", 1);
        snapshots.Clock.Now = SnapshotFixture.Start.AddMinutes(11);
        var report = await CheckAsync(new HealthOptions { StalenessThreshold = TimeSpan.FromSeconds(thresholdSeconds) });
        Assert.Equal((expected, expected == HealthStatus.Healthy ? 0 : 1), (report.Status, report.Reasons.Count));
    }

    [Fact]
    public async Task CheckHealth_NothingPublished_UnhealthyNoSnapshot()
    {
        var report = await CheckAsync(Shallow);
        Assert.Equal((HealthStatus.Unhealthy, ErrorKind.NoSnapshot), (report.Status, report.ErrorKind));
        Assert.Single(report.Reasons);
        Assert.Null(report.ManifestAge);
    }

    [Theory]
    [InlineData(ErrorKind.StorageTransient)]
    [InlineData(ErrorKind.StorageDenied)]
    public async Task CheckHealth_StoreUnreachable_UnhealthyWithItsKind(ErrorKind kind)
    {
        snapshots.Add("a", 1);
        store.Fail(StoreOperation.Get, kind: kind);
        var report = await CheckAsync(Shallow);
        Assert.Equal((HealthStatus.Unhealthy, kind), (report.Status, report.ErrorKind));
    }

    [Fact]
    public async Task CheckHealth_CorruptPointer_UnhealthyManifestParse()
    {
        snapshots.Add("a", 1);
        snapshots.WriteObject(SnapshotPaths.CurrentKey, "{"u8.ToArray());
        Assert.Equal((HealthStatus.Unhealthy, ErrorKind.ManifestParse), await VerdictAsync());

        async Task<(HealthStatus, ErrorKind?)> VerdictAsync()
        {
            var report = await CheckAsync(Shallow);
            return (report.Status, report.ErrorKind);
        }
    }

    [Fact]
    public async Task CheckHealth_OnFallback_DegradedAndWhy()
    {
        snapshots.Add("a", 1);
        snapshots.Add("b", 2);
        snapshots.WriteObject(SnapshotFixture.KeyOf("b", 2), "nonsense"u8.ToArray());
        var report = await CheckAsync(Shallow);
        Assert.Equal((HealthStatus.Degraded, "a", true), (report.Status, report.RunId, report.OnFallback));
        Assert.Contains("current run 'b'", Assert.Single(report.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckHealth_ClosedReader_Unhealthy()
    {
        snapshots.Add("a", 1);
        var reader = await snapshots.Open().OpenReaderAsync(new ReaderOptions(), Token);
        await reader.DisposeAsync();
        var report = await reader.CheckHealthAsync(Shallow, Token);
        Assert.Equal((HealthStatus.Unhealthy, true, ErrorKind.ReaderState), (report.Status, report.IsClosed, report.ErrorKind));
    }

    [Fact]
    public async Task CheckHealth_ReaderNotRefreshed_DegradedUntilItIs()
    {
        snapshots.Add("a", 1);
        await using var reader = await snapshots.Open().OpenReaderAsync(new ReaderOptions(), Token);
        snapshots.Add("b", 2);
        var report = await reader.CheckHealthAsync(Shallow, Token);
        Assert.Equal((HealthStatus.Degraded, "a"), (report.Status, report.RunId));
        await reader.RefreshAsync(Token);
        Assert.Equal(HealthStatus.Healthy, (await reader.CheckHealthAsync(Shallow, Token)).Status);
    }

    [Fact]
    public async Task CheckHealth_OpenReaderButStoreGone_Unhealthy()
    {
        snapshots.Add("a", 1);
        await using var reader = await snapshots.Open(store).OpenReaderAsync(new ReaderOptions(), Token);
        store.Fail(StoreOperation.Get);
        var report = await reader.CheckHealthAsync(Shallow, Token);
        Assert.Equal((HealthStatus.Unhealthy, ErrorKind.StorageTransient, "a"), (report.Status, report.ErrorKind, report.RunId));
    }

    [Fact]
    public async Task CheckHealth_ReaderOfOlderSnapshot_HealthyWhileItExists()
    {
        snapshots.Add("a", 1);
        snapshots.Add("b", 2);
        await using var reader = await snapshots.Open()
            .OpenReaderAsync(new ReaderOptions { Selector = new SnapshotSelector { RunId = "a" } }, Token);
        Assert.Equal(HealthStatus.Healthy, (await reader.CheckHealthAsync(Shallow, Token)).Status);
        snapshots.DeleteObject(SnapshotFixture.KeyOf("a", 1));
        Assert.Equal(HealthStatus.Degraded, (await reader.CheckHealthAsync(Shallow, Token)).Status);
    }

    [Theory]
    [InlineData(KeyEncoding.U64BE)]
    [InlineData(KeyEncoding.Utf8)]
    [InlineData(KeyEncoding.Raw)]
    public async Task CheckHealth_Deep_ProbesEveryShardWithRows(KeyEncoding encoding)
    {
        var rows = SnapshotFixture.Rows(50).Select(row => (encoding switch
        {
            KeyEncoding.Utf8 => $"k{row.Key}",
            KeyEncoding.Raw => BitConverter.GetBytes((ulong)row.Key),
            _ => row.Key,
        }, row.Value));
        var manifest = snapshots.Add("a", 1, rows, numDbs: 6, encoding: encoding);
        var report = await CheckAsync(Deep);
        Assert.Equal((HealthStatus.Healthy, manifest.Shards.Count), (report.Status, report.ShardsProbed));
    }

    [Theory]
    [InlineData(ReadMode.Auto)]
    [InlineData(ReadMode.Range)]
    public async Task CheckHealth_DeepWithoutStatedKeys_ReadsFirstRow(ReadMode mode)
    {
        snapshots.Add("a", 1, edit: manifest => manifest with
        {
            Shards = manifest.Shards.Select(shard => shard with
            {
                MinKey = null,
                MaxKey = null
            }).ToArray()
        });
        await using var reader = await snapshots.Open().OpenReaderAsync(new ReaderOptions { Mode = mode }, Token);
        Assert.Equal((HealthStatus.Healthy, 4), ((await reader.CheckHealthAsync(Deep, Token)).Status,
            (await reader.CheckHealthAsync(Deep, Token)).ShardsProbed));
    }

    [Fact]
    public async Task CheckHealth_DeepOneShardGoneOneDamaged_UnhealthyNamesBoth()
    {
        var manifest = snapshots.Add("a", 1);
        snapshots.DeleteObject(manifest.Shards[0].ObjectKey);
        snapshots.WriteObject(manifest.Shards[2].ObjectKey, [1, 2, 3]);
        var report = await CheckAsync(Deep);
        Assert.Equal((HealthStatus.Unhealthy, 2, ErrorKind.SnapshotIncomplete), (report.Status, report.ShardsProbed, report.ErrorKind));
        Assert.Equal(2, report.Reasons.Count);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(Shallow)).Status);
    }

    [Fact]
    public async Task CheckHealth_DeepShardOfOtherKeys_Unhealthy()
    {
        // Files of one size, which tells nothing.
        var a = snapshots.Add("a", 1, SnapshotFixture.Rows(60).Skip(10), numDbs: 1);
        var b = snapshots.Add("b", 2, SnapshotFixture.Rows(61).Skip(11), numDbs: 1);
        File.Copy(snapshots.Store.LocalPath(b.Shards[0].ObjectKey)!, snapshots.Store.LocalPath(a.Shards[0].ObjectKey)!, overwrite: true);
        snapshots.PointTo(SnapshotFixture.KeyOf("a", 1), "a");
        var report = await CheckAsync(Deep);
        Assert.Equal((HealthStatus.Unhealthy, ErrorKind.ShardCorrupt), (report.Status, report.ErrorKind));
        Assert.Contains("smallest key 10", report.Reasons[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckHealth_EmptySnapshot_Healthy()
    {
        snapshots.Add("a", 1, []);
        var report = await CheckAsync(Deep);
        Assert.Equal((HealthStatus.Healthy, 0, 0L), (report.Status, report.ShardsProbed, report.RowCount));
    }

    [Fact]
    public async Task CheckHealth_Cancelled_Throws()
    {
        snapshots.Add("a", 1);
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => snapshots.Open().CheckHealthAsync(Shallow, cancel.Token));
    }

    [Fact]
    public async Task CheckHealth_StalledStore_StopsWhenCancelled()
    {
        snapshots.Add("a", 1);
        store.Stall(StoreOperation.Get);
        using var cancel = new CancellationTokenSource();
        var check = snapshots.Open(store).CheckHealthAsync(Shallow, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => check);
    }

    [Fact]
    public async Task CheckHealth_NegativeThreshold_ConfigValidation() => Assert.Equal(ErrorKind.ConfigValidation,
        (await Assert.ThrowsAsync<ShardyFusionException>(() =>
        CheckAsync(new HealthOptions { StalenessThreshold = TimeSpan.FromSeconds(-1) }))).Kind);
}
