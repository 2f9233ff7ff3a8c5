using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Maintenance;
using ShardyFusion.Reading;
using ShardyFusion.Routing;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Shards.SlateDb;

/// <summary>What reads snapshots, over those of shardyfusion whose shards are SlateDB databases, on a disk.</summary>
public sealed class SlateSnapshotTests(SlateGolden golden) : IDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    readonly TempFolder folder = new(), other = new();

    public static TheoryData<string> Names => ["snapshot-hash-u64", "snapshot-hash-utf8", "snapshot-hash-wal", "snapshot-cel"];

    public static TheoryData<string> HashedNames => ["snapshot-hash-u64", "snapshot-hash-utf8", "snapshot-hash-wal"];

    public void Dispose()
    {
        folder.Dispose();
        other.Dispose();
    }

    async Task<SnapshotStore> OpenAsync(string name)
    {
        await golden[name].CopyToAsync(new FileObjectStore(folder.Path));
        return SnapshotStore.Open(folder.Path);
    }

    static object KeyOf(GoldenDatabase database, GoldenRow row) => KeyCodec.For(SlateSnapshot.KeyEncodingOf(database)).Decode(row.Key);

    // Some near misses can be no key of the snapshot.
    static GoldenRow[] Askable(GoldenDatabase database) => SlateSnapshot.KeyEncodingOf(database) == KeyEncoding.U64BE
        ? [.. database.Rows.Where(row => row.Key.Length == sizeof(ulong) && row.Key[0] < 0x80)]
        : [.. database.Rows.Where(row => IsText(row.Key))];

    static bool IsText(byte[] key) => key.Length > 0 && Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(key)).AsSpan().SequenceEqual(key);

    [Theory]
    [MemberData(nameof(HashedNames))]
    public async Task Get_EveryKey_HasTheValueThatWasWritten(string name)
    {
        var database = golden[name];
        await using var store = await OpenAsync(name);
        await using var reader = await store.OpenReaderAsync(new ReaderOptions(), Token);
        var rows = Askable(database);
        var keys = Array.ConvertAll(rows, row => KeyOf(database, row));
        var found = await reader.GetManyAsync(keys, Token);
        for (var i = 0; i < rows.Length; i++)
        {
            Assert.True(rows[i].Is(found[i].Value is { } value ? value : (ReadOnlyMemory<byte>?)null), $"{keys[i]}");
            Assert.Equal(found[i].Value, (await reader.GetAsync(keys[i], Token)).Value);
            Assert.Equal(found[i].Value, reader.Get(rows[i].Key));
            if (rows[i].IsPresent)
                Assert.Equal(rows[i].DbId, found[i].ShardId);
        }
        GetPinned(reader, rows, found);
        Assert.InRange(rows.Count(row => row.IsPresent), 100, int.MaxValue);
    }

    static void GetPinned(SnapshotReader reader, GoldenRow[] rows, IReadOnlyList<LookupResult> found)
    {
        using var pin = reader.Pin();
        var sink = new Counter();
        pin.GetMany(Array.ConvertAll(rows, row => (ReadOnlyMemory<byte>)row.Key), ref sink);
        Assert.Equal(found.Count(result => result.Found), sink.Count);
    }

    struct Counter : IValueSink
    {
        public int Count;

        public void OnValue(int keyIndex, ReadOnlySpan<byte> value) => Count++;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ScanAndExport_WholeSnapshot_EveryRowOnce(string name)
    {
        var database = golden[name];
        await using var store = await OpenAsync(name);
        await using var reader = await store.OpenReaderAsync(new ReaderOptions(), Token);
        var expected = database.Rows.Where(row => row.IsPresent).ToDictionary(row => KeyOf(database, row));
        var scanned = await reader.ScanAsync(null, Token).ToListAsync(Token);
        Assert.Equal(expected.Count, scanned.Count);
        foreach (var row in scanned)
        {
            Assert.True(expected[row.Key].Is(row.Value));
            Assert.Equal(expected[row.Key].DbId, row.ShardId);
        }
        var export = await store.OpenExportAsync(new ExportOptions(), Token);
        using var output = new MemoryStream();
        Assert.Equal(expected.Count, await export.WriteAsync(output, ExportFormat.JsonLines, null, Token));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Verify_EachLevel_FindsNothing(string name)
    {
        await using var store = await OpenAsync(name);
        foreach (var level in Enum.GetValues<VerifyLevel>())
        {
            var report = await store.VerifyAsync(new VerifyOptions { Level = level }, null, Token);
            Assert.Empty(report.Findings);
            Assert.Equal(level >= VerifyLevel.Checksum ? golden[name].Rows.Count(row => row.IsPresent) : 0, report.RowsRead);
        }
    }

    [Theory]
    [InlineData("snapshot-hash-u64", "compacted", "manifest")]
    [InlineData("snapshot-hash-utf8", "compacted", "compacted")]
    [InlineData("snapshot-hash-wal", "wal", "wal")]
    public async Task Verify_FlippedByteAndMissingFile_NamedEach(string name, string flipped, string removed)
    {
        await using var store = await OpenAsync(name);
        var shards = Directory.GetDirectories(folder["shards"], "attempt=00", SearchOption.AllDirectories).Order().ToArray();
        var spoiled = Directory.GetFiles(Path.Combine(shards[1], flipped)).MaxBy(file => new FileInfo(file).Length)!;
        var bytes = await File.ReadAllBytesAsync(spoiled, Token);
        bytes[bytes.Length / 4] ^= 0x10;
        await File.WriteAllBytesAsync(spoiled, bytes, Token);
        foreach (var file in Directory.GetFiles(Path.Combine(shards[2], removed)))
            File.Delete(file);
        var report = await store.VerifyAsync(new VerifyOptions { Level = VerifyLevel.Deep }, null, Token);
        Assert.Contains(report.Findings, finding => finding is { Fault: VerifyFault.Damaged, ShardId: 1 }
            && finding.Detail.Contains(Path.GetFileName(spoiled), StringComparison.Ordinal));
        Assert.Contains(report.Findings, finding => finding is { ShardId: 2 });
        Assert.DoesNotContain(report.Findings, finding => finding.ShardId is 0 or 3);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Copy_WithAShardCount_WritesTheRowsAnewAndComparesEqual(string name)
    {
        var database = golden[name];
        await using var store = await OpenAsync(name);
        await using var destination = SnapshotStore.Open(other.Path);
        var refusal = await Assert.ThrowsAsync<ShardyFusionException>(() =>
            store.CopyToAsync(destination, new CopyOptions(), null, Token));
        Assert.Equal(ErrorKind.ShardUnsupported, refusal.Kind);
        Assert.Contains("number of shards", refusal.RecommendedAction, StringComparison.Ordinal);

        var result = await store.CopyToAsync(destination,
            new CopyOptions { Reshard = new BuildOptions { ShardCount = 3 }, Publish = true }, null, Token);
        Assert.Equal(database.Rows.Count(row => row.IsPresent), result.RowCount);
        Assert.DoesNotContain((await destination.VerifyAsync(new VerifyOptions { Level = VerifyLevel.Deep }, null, Token)).Findings,
            finding => finding.Fault != VerifyFault.NotCheckable);
        var comparison = await destination.CompareAsync(new CompareOptions { Level = CompareLevel.Rows }, store, null, null, Token);
        Assert.Equal((0L, 0L, 0L), (comparison.Added, comparison.Removed, comparison.Changed));
        Assert.Equal(2 * result.RowCount, comparison.RowsRead);
    }

    [Theory]
    [MemberData(nameof(HashedNames))]
    public async Task KeyHistoryHealthAndWarmUp_OfACurrentSnapshot_Work(string name)
    {
        var database = golden[name];
        await using var store = await OpenAsync(name);
        var row = Askable(database).First(row => row.IsPresent);
        var version = Assert.Single(await store.GetKeyHistoryAsync(KeyOf(database, row), null, Token).ToListAsync(Token));
        Assert.True(row.Is(version.Value));
        var health = await store.CheckHealthAsync(new HealthOptions { Deep = true }, Token);
        Assert.Equal((HealthStatus.Healthy, database.ShardIds.Count), (health.Status, health.ShardsProbed));
        await using var reader = await store.OpenReaderAsync(new ReaderOptions { Memory = new BlockCache(64 << 20) }, Token);
        var warm = await reader.WarmUpAsync(new WarmUpOptions { Level = WarmUpLevel.Full }, null, Token);
        Assert.Equal((database.ShardIds.Count, null), (warm.OpenShardCount, warm.Shortfall));
        Assert.Equal(LookupSource.Cache, (await reader.GetAsync(KeyOf(database, row), Token)).Source);
    }
}
