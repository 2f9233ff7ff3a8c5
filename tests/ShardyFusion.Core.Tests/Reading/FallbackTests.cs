using System.Text;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Reading;

namespace ShardyFusion.Core.Tests.Reading;

/// <summary>What a reader does when the current manifest cannot be read.</summary>
public sealed class FallbackTests : IDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;
    readonly SnapshotFixture snapshots = new();

    public FallbackTests()
    {
        for (var minute = 1; minute <= 6; minute++)
            snapshots.Add($"r{minute}", minute);
    }

    public void Dispose() => snapshots.Dispose();

    void Break(params int[] minutes)
    {
        foreach (var minute in minutes)
            snapshots.WriteObject(SnapshotFixture.KeyOf($"r{minute}", minute), "required: [\n"u8.ToArray());
    }

    Task<SnapshotReader> OpenAsync(int maxFallbacks = 3, FaultyStore? store = null) =>
        snapshots.Open(store).OpenReaderAsync(new ReaderOptions { MaxFallbacks = maxFallbacks }, Token);

    static async Task<string> ReadAsync(SnapshotReader reader) => Encoding.UTF8.GetString((await reader.GetAsync(1, Token)).Value!);

    [Fact]
    public async Task Open_CurrentMalformed_ReadsTheOneBefore()
    {
        Break(6);
        await using var reader = await OpenAsync();
        Assert.Equal("r5:1", await ReadAsync(reader));
        Assert.Contains("'r6'", reader.FallbackReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_SeveralMalformed_SkipsNoneSilently()
    {
        Break(6, 5, 4);
        await using var reader = await OpenAsync();
        Assert.Equal("r3:1", await ReadAsync(reader));
        Assert.Contains("run 'r5'", reader.FallbackReason, StringComparison.Ordinal);
        Assert.Contains("run 'r4'", reader.FallbackReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_RolledBackThenMalformed_NeverTakesUpTheNewerOnes()
    {
        snapshots.PointTo(SnapshotFixture.KeyOf("r3", 3), "r3");
        Break(3);
        await using var reader = await OpenAsync();
        Assert.Equal("r2:1", await ReadAsync(reader));
    }

    [Fact]
    public async Task Open_MoreMalformedThanAllowed_ManifestParse()
    {
        Break(6, 5, 4, 3);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => OpenAsync());
        Assert.Equal(ErrorKind.ManifestParse, error.Kind);
        Assert.Contains("run 'r3'", error.Message, StringComparison.Ordinal);
        await using var reader = await OpenAsync(maxFallbacks: 4);
        Assert.Equal("r2:1", await ReadAsync(reader));
    }

    [Fact]
    public async Task Open_NoFallbacksAllowed_ManifestParse()
    {
        Break(6);
        Assert.Equal(ErrorKind.ManifestParse, (await Assert.ThrowsAsync<ShardyFusionException>(() => OpenAsync(maxFallbacks: 0))).Kind);
    }

    [Fact]
    public async Task Open_CurrentManifestGone_FallsBackToo()
    {
        snapshots.DeleteObject(SnapshotFixture.KeyOf("r6", 6));
        await using var reader = await OpenAsync();
        Assert.Equal("r5:1", await ReadAsync(reader));
        Assert.Contains("does not exist", reader.FallbackReason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ErrorKind.StorageDenied)]
    [InlineData(ErrorKind.StorageTransient)]
    public async Task Open_ManifestRefused_FailsInsteadOfServingOldData(ErrorKind kind)
    {
        var store = new FaultyStore(snapshots.Store).Fail(StoreOperation.Get, "r6", kind: kind);
        Assert.Equal(kind, (await Assert.ThrowsAsync<ShardyFusionException>(() => OpenAsync(store: store))).Kind);
    }

    [Fact]
    public async Task Open_SqliteManifest_FallsBackAndSaysSo()
    {
        snapshots.WriteObject(SnapshotFixture.KeyOf("r6", 6), "SQLite format 3\0......"u8.ToArray());
        await using var reader = await OpenAsync();
        Assert.Equal("r5", reader.Info.RunId);
        Assert.Contains("SQLite", reader.FallbackReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_ChosenSnapshotMalformed_NoFallback()
    {
        Break(5);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() =>
            snapshots.Open().OpenReaderAsync(new ReaderOptions { Selector = new SnapshotSelector { RunId = "r5" } }, Token));
        Assert.Equal(ErrorKind.ManifestParse, error.Kind);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(101)]
    public async Task Open_MaxFallbacksOutOfRange_ConfigValidation(int maxFallbacks) =>
        Assert.Equal(ErrorKind.ConfigValidation, (await Assert.ThrowsAsync<ShardyFusionException>(() => OpenAsync(maxFallbacks))).Kind);

    [Fact]
    public async Task Refresh_StillMalformed_StaysAndSaysWhy()
    {
        Break(6);
        await using var reader = await OpenAsync();
        var result = await reader.RefreshAsync(Token);
        Assert.Equal((false, "r5", "r5"), (result.Changed, result.From, result.To));
        Assert.NotNull(result.Problem);
        Assert.NotNull(reader.FallbackReason);
    }

    [Fact]
    public async Task Refresh_RolledBackToWhatIsRead_IsNoFallbackAnyMore()
    {
        Break(6);
        await using var reader = await OpenAsync();
        snapshots.PointTo(SnapshotFixture.KeyOf("r5", 5), "r5");
        Assert.Equal(new RefreshResult(false, "r5", "r5", null), await reader.RefreshAsync(Token));
        Assert.Null(reader.FallbackReason);
        Assert.Equal(HealthStatus.Healthy, (await reader.CheckHealthAsync(new HealthOptions(), Token)).Status);
        Assert.Equal("r5:1", await ReadAsync(reader));
    }

    [Fact]
    public async Task Refresh_NewSnapshot_LeavesTheFallback()
    {
        Break(6);
        await using var reader = await OpenAsync();
        snapshots.Add("r7", 7);
        Assert.Equal(new RefreshResult(true, "r5", "r7", null), await reader.RefreshAsync(Token));
        Assert.Null(reader.FallbackReason);
    }

    [Fact]
    public async Task Refresh_NewManifestMalformed_KeepsTheGoodState()
    {
        await using var reader = await OpenAsync();
        snapshots.Add("r7", 7);
        Break(7);
        var result = await reader.RefreshAsync(Token);
        Assert.Equal((false, "r6"), (result.Changed, result.To));
        Assert.NotNull(result.Problem);
        Assert.Equal("r6:1", await ReadAsync(reader));
        Assert.Equal("r6", reader.Info.RunId);
    }

    [Fact]
    public async Task Refresh_PointerGoneOrTorn_KeepsTheGoodState()
    {
        await using var reader = await OpenAsync();
        snapshots.WriteObject(SnapshotPaths.CurrentKey, "{"u8.ToArray());
        Assert.NotNull((await reader.RefreshAsync(Token)).Problem);
        snapshots.DeleteObject(SnapshotPaths.CurrentKey);
        Assert.NotNull((await reader.RefreshAsync(Token)).Problem);
        Assert.Equal("r6:1", await ReadAsync(reader));
    }

    [Fact]
    public async Task Refresh_SameRef_NotChangedAndOneRequest()
    {
        var store = new FaultyStore(snapshots.Store);
        await using var reader = await OpenAsync(store: store);
        var before = store.Calls.Count;
        Assert.Equal(new RefreshResult(false, "r6", "r6", null), await reader.RefreshAsync(Token));
        Assert.Equal(before + 1, store.Calls.Count);
    }

    [Fact]
    public async Task Refresh_StoreFails_ThrowsAndKeepsTheState()
    {
        var store = new FaultyStore(snapshots.Store);
        await using var reader = await OpenAsync(store: store);
        store.Fail(StoreOperation.Get);
        await Assert.ThrowsAsync<ShardyFusionException>(() => reader.RefreshAsync(Token));
        Assert.Equal("r6:1", await ReadAsync(reader));
    }
}
