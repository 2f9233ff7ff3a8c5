using System.Text;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Reading;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Reading;

/// <summary>Whole shards in the local cache.</summary>
public sealed class DownloadModeTests : IDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;
    readonly SnapshotFixture snapshots = new();
    readonly TempFolder cache = new();
    readonly FaultyStore store;

    public DownloadModeTests() => store = new FaultyStore(new RemoteStore(snapshots.Store));

    public void Dispose()
    {
        snapshots.Dispose();
        cache.Dispose();
    }

    Task<SnapshotReader> OpenAsync(long cacheBytes = 1 << 30) => snapshots.Open(store).OpenReaderAsync(
        new ReaderOptions { Mode = ReadMode.Download, CacheDirectory = cache.Path, CacheBytes = cacheBytes }, Token);

    static async Task<string?> ReadAsync(SnapshotReader reader, int key) =>
        (await reader.GetAsync(key, Token)).Value is { } value ? Encoding.UTF8.GetString(value) : null;

    int Ranges => store.Calls.Count(call => call.Operation == StoreOperation.GetRange);

    string[] Files => Directory.GetFiles(cache.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray()!;

    [Fact]
    public async Task Get_FirstUse_DownloadsThatShardOnceThenReadsTheDisk()
    {
        var manifest = snapshots.Add("a", 1);
        await using var reader = await OpenAsync();
        Assert.Empty(Files);
        var result = await reader.GetAsync(42, Token);
        Assert.Equal(("a:42", LookupSource.Disk, 1), (Encoding.UTF8.GetString(result.Value!), result.Source, Ranges));
        Assert.Equal([manifest.FindShard(result.ShardId)!.Sha256 + ".sst"], Files);
        Assert.Equal("a:42", Encoding.UTF8.GetString(reader.Get(42)!));
        await reader.GetManyAsync(Enumerable.Range(0, 100).Cast<object>().ToArray(), Token);
        Assert.Equal(4, Ranges);
    }

    [Fact]
    public async Task Get_SecondReader_UsesTheCopy()
    {
        snapshots.Add("a", 1, numDbs: 1);
        await using (var first = await OpenAsync())
            await first.GetAsync(1, Token);
        await using var second = await OpenAsync();
        Assert.Equal("a:1", await ReadAsync(second, 1));
        Assert.Equal(1, Ranges);
    }

    [Fact]
    public async Task Get_SameShardInAnotherSnapshot_UsesTheCopy()
    {
        snapshots.Add("a", 1, SnapshotFixture.Rows(50), numDbs: 1);
        await using var reader = await OpenAsync();
        await reader.WarmUpAsync(new WarmUpOptions(), null, Token);
        snapshots.Add("b", 2, SnapshotFixture.Rows(50), numDbs: 1);
        Assert.True((await reader.RefreshAsync(Token)).Changed);
        Assert.Equal("v:1", await ReadAsync(reader, 1));
        Assert.Equal(1, Ranges);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_CopyDamaged_HealsItself(bool truncated)
    {
        snapshots.Add("a", 1, numDbs: 1);
        await using (var first = await OpenAsync())
            await first.GetAsync(1, Token);
        var path = Path.Combine(cache.Path, Files[0]);
        var content = await File.ReadAllBytesAsync(path, Token);
        content[100] ^= 0x40;
        await File.WriteAllBytesAsync(path, truncated ? content[..^7] : content, Token);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(1));
        await using var second = await OpenAsync();
        Assert.Equal("a:1", await ReadAsync(second, 1));
        Assert.Equal(2, Ranges);
    }

    [Theory]
    [InlineData("truncated")]
    [InlineData("zeroed")]
    [InlineData("flipped")]
    public async Task Case53_CacheDamaged_FourWarmUpsAtOnceHealIt(string damage)
    {
        snapshots.Add("a", 1, numDbs: 2);
        await using (var first = await OpenAsync()) await first.WarmUpAsync(new WarmUpOptions(), null, Token);
        foreach (var name in Files)
        {
            var path = Path.Combine(cache.Path, name);
            var content = await File.ReadAllBytesAsync(path, Token);
            content[content.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(path, damage switch
            {
                "truncated" => content[..(content.Length / 2)],
                "zeroed" => new byte[content.Length],
                _ => content
            }, Token);
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(1));
        }
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var reader = await OpenAsync();
            await reader.WarmUpAsync(new WarmUpOptions { Level = WarmUpLevel.Full }, null, Token);
            for (var key = 1; key <= 50; key++) Assert.Equal($"a:{key}", await ReadAsync(reader, key));
        }));
    }

    [Fact]
    public async Task Get_ObjectDamaged_ShardCorruptAndNothingCached()
    {
        var manifest = snapshots.Add("a", 1, numDbs: 1);
        var content = await File.ReadAllBytesAsync(snapshots.Store.LocalPath(manifest.Shards[0].ObjectKey)!, Token);
        content[100] ^= 0x40;
        snapshots.WriteObject(manifest.Shards[0].ObjectKey, content);
        await using var reader = await OpenAsync();
        var error = await Assert.ThrowsAsync<ShardCorruptException>(async () => await reader.GetAsync(1, Token));
        Assert.Contains("SHA-256", error.Message, StringComparison.Ordinal);
        Assert.Empty(Files);
    }

    [Fact]
    public async Task Get_ObjectGone_SnapshotIncomplete()
    {
        var manifest = snapshots.Add("a", 1, numDbs: 1);
        snapshots.DeleteObject(manifest.Shards[0].ObjectKey);
        await using var reader = await OpenAsync();
        Assert.Equal(ErrorKind.SnapshotIncomplete,
            (await Assert.ThrowsAsync<ShardyFusionException>(async () => await reader.GetAsync(1, Token))).Kind);
        Assert.Empty(Files);
    }

    [Fact]
    public async Task Get_StoreFailsOnce_NothingLeftAndNextGetWorks()
    {
        snapshots.Add("a", 1, numDbs: 1);
        store.Fail(StoreOperation.GetRange);
        await using var reader = await OpenAsync();
        await Assert.ThrowsAsync<ShardyFusionException>(async () => await reader.GetAsync(1, Token));
        Assert.Empty(Files);
        Assert.Equal("a:1", await ReadAsync(reader, 1));
    }

    [Fact]
    public async Task Get_Cancelled_NothingLeft()
    {
        snapshots.Add("a", 1, numDbs: 1);
        store.Stall(StoreOperation.GetRange);
        await using var reader = await OpenAsync();
        using var cancel = new CancellationTokenSource();
        var get = reader.GetAsync(1, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get);
        Assert.Empty(Files);
    }

    [Fact]
    public async Task Get_OverTheLimit_LeastRecentlyUsedGoesAndStaysReadable()
    {
        // One shard each, about the same size; two fit.
        var sizes = Enumerable.Range(1, 3).Select(minute => snapshots.Add($"r{minute}", minute, numDbs: 1).DbBytes!.Value).ToArray();
        var limit = sizes.Max() * 2 + 10;
        await using var one = await ReaderOfAsync("r1");
        await using var two = await ReaderOfAsync("r2");
        await one.GetAsync(1, Token);
        await two.GetAsync(1, Token);
        foreach (var (file, age) in Files.Select(file => (file, Age: file == FileOf("r1") ? 1 : 2)))
            File.SetLastAccessTimeUtc(Path.Combine(cache.Path, file), DateTime.UtcNow.AddHours(-age));
        await using var three = await ReaderOfAsync("r3");
        await three.GetAsync(1, Token);
        Assert.Equal(new[] { FileOf("r1"), FileOf("r3") }.Order(StringComparer.Ordinal), Files);
        Assert.Equal("r2:5", await ReadAsync(two, 5));

        Task<SnapshotReader> ReaderOfAsync(string runId) => snapshots.Open(store).OpenReaderAsync(new ReaderOptions
        {
            Selector = new SnapshotSelector { RunId = runId },
            Mode = ReadMode.Download,
            CacheDirectory = cache.Path,
            CacheBytes = limit,
        }, Token);

        string FileOf(string runId) => ManifestCodec.Read(
            File.ReadAllBytes(snapshots.Store.LocalPath(SnapshotFixture.KeyOf(runId, runId[1] - '0'))!), runId).Shards[0].Sha256 + ".sst";
    }

    [Fact]
    public async Task Get_ShardLargerThanTheCache_ReadByRanges()
    {
        snapshots.Add("a", 1, numDbs: 1);
        await using var reader = await OpenAsync(cacheBytes: 100);
        Assert.Equal("a:1", await ReadAsync(reader, 1));
        Assert.Empty(Files);
    }

    [Fact]
    public async Task Get_ManifestWithoutHashes_ReadByRanges()
    {
        snapshots.Add("a", 1, edit: manifest => manifest with
        {
            Shards = manifest.Shards.Select(shard => shard with { Sha256 = null })
            .ToArray()
        });
        await using var reader = await OpenAsync();
        Assert.Equal("a:1", await ReadAsync(reader, 1));
        Assert.Empty(Files);
    }

    [Fact]
    public async Task Get_AbandonedDownload_RemovedFreshOneKept()
    {
        snapshots.Add("a", 1, numDbs: 1);
        var old = Path.Combine(cache.Path, $"{new string('a', 64)}.{Guid.NewGuid():N}.tmp");
        await File.WriteAllBytesAsync(old, [1], Token);
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-1));
        var fresh = $"{new string('b', 64)}.{Guid.NewGuid():N}.tmp";
        await File.WriteAllBytesAsync(Path.Combine(cache.Path, fresh), [1], Token);
        await using var reader = await OpenAsync();
        await reader.GetAsync(1, Token);
        Assert.Equal([fresh], Files.Where(file => file.EndsWith(".tmp", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Get_CacheFolderIsAFile_SaysSo()
    {
        snapshots.Add("a", 1, numDbs: 1);
        var path = Path.Combine(cache.Path, "file");
        await File.WriteAllBytesAsync(path, [1], Token);
        await using var reader = await snapshots.Open(store)
            .OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Download, CacheDirectory = path }, Token);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(async () => await reader.GetAsync(1, Token));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ManyReadersAtOnceWithTinyCache_AllRight()
    {
        var size = snapshots.Add("a", 1, numDbs: 4).Shards.Max(shard => shard.DbBytes!.Value);
        await Parallel.ForAsync(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token }, async (_, _) =>
        {
            for (var round = 0; round < 5; round++)
            {
                await using var reader = await OpenAsync(cacheBytes: size + 10);
                for (var key = 0; key < 20; key++)
                    Assert.Equal($"a:{key}", await ReadAsync(reader, key));
            }
        });
        Assert.DoesNotContain(Files, file => file.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Get_ProcessesShareTheFolder_AllRight()
    {
        snapshots.Add("a", 1, numDbs: 3);
        await using var first = ChildProcess.Start(ReadAllAsync, snapshots.Path, cache.Path);
        await using var second = ChildProcess.Start(ReadAllAsync, snapshots.Path, cache.Path);
        Assert.Equal((0, 0), (await first.ExitCodeAsync(), await second.ExitCodeAsync()));
        Assert.Equal(3, Files.Length);
    }

    static async Task<int> ReadAllAsync(string[] args)
    {
        var disk = new FileObjectStore(args[0]);
        await using var owner = new SnapshotStore(new RemoteStore(disk));
        await using var reader = await owner.OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Download, CacheDirectory = args[1] },
            CancellationToken.None);
        var results = await reader.GetManyAsync(Enumerable.Range(0, 100).Cast<object>().ToArray(), CancellationToken.None);
        return results.All(result => result.Found && result.Source == LookupSource.Disk) ? 0 : 1;
    }
}
