using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.S3;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Maintenance;
using ShardyFusion.Reading;
using ShardyFusion.Reporting;
using ShardyFusion.Routing;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Core.Tests.Shards.SlateDb;

/// <summary>What else reads snapshots, over those with SlateDB shards on a real object store, one of them placed by an
/// expression.</summary>
public class S3VerbTests(S3Server server, SlateGolden golden)
{
    static readonly string[] regions = ["ap", "eu", "us"];

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static RoutingContext? ContextOf(GoldenDatabase database, GoldenRow row) =>
        database.IsPlacedByCel() ? RoutingContext.Parse([$"region={regions[row.DbId]}"]) : null;

    [Theory]
    [InlineData("snapshot-hash-u64")]
    [InlineData("snapshot-hash-utf8")]
    [InlineData("snapshot-hash-wal")]
    [InlineData("snapshot-cel")]
    public async Task CompareHistoryWarmUpReportExport_OnABucket_Work(string name)
    {
        await using var prefix = await S3Prefix.CreateAsync(server);
        var database = golden[name];
        await database.CopyToAsync(prefix.Objects);
        var store = prefix.Direct;
        var codec = KeyCodec.For(SlateSnapshot.KeyEncodingOf(database));
        var rows = database.Rows.Where(row => row.IsPresent).ToArray();
        using var folder = new TempFolder();

        await using var copy = SnapshotStore.Open(folder["copy"]);
        await store.CopyToAsync(copy, new CopyOptions { Reshard = new BuildOptions { ShardCount = 3 }, Publish = true }, null, Token);
        var comparison = await copy.CompareAsync(new CompareOptions { Level = CompareLevel.Rows }, store, null, null, Token);
        Assert.Equal((true, 2L * rows.Length), (comparison.RowsEqual, comparison.RowsRead));

        var context = ContextOf(database, rows[0]);
        var key = codec.Decode(rows[0].Key);
        var version = Assert.Single(await store.GetKeyHistoryAsync(key, context, null, Token).ToListAsync(Token));
        Assert.True(rows[0].Is(version.Value));

        await using var reader = await store.OpenReaderAsync(new ReaderOptions { Memory = new BlockCache(64 << 20) }, Token);
        var warm = await reader.WarmUpAsync(new WarmUpOptions { Level = WarmUpLevel.Full }, null, Token);
        Assert.Equal((database.ShardIds.Count, null), (warm.OpenShardCount, warm.Shortfall));
        var found = context is null ? await reader.GetAsync(key, Token) : await reader.GetAsync(key, context, Token);
        Assert.Equal((true, LookupSource.Cache), (rows[0].Is(found.Value), found.Source));

        var report = folder["report.html"];
        await store.SaveReportAsync(report, new ReportOptions(), overwrite: false, Token);
        Assert.Contains(reader.Info.RunId, await File.ReadAllTextAsync(report, Token), StringComparison.Ordinal);

        using var exported = new MemoryStream();
        var export = await store.OpenExportAsync(new ExportOptions(), Token);
        Assert.Equal(rows.Length, await export.WriteAsync(exported, ExportFormat.JsonLines, null, Token));
    }

    [Theory]
    [InlineData(ReadMode.Range)]
    [InlineData(ReadMode.Download)]
    public async Task Get_PlacedByAnExpression_FindsEveryRowByItsColumn(ReadMode mode)
    {
        await using var prefix = await S3Prefix.CreateAsync(server);
        var database = golden["snapshot-cel"];
        await database.CopyToAsync(prefix.Objects);
        using var folder = new TempFolder();
        await using var reader = await prefix.Direct.OpenReaderAsync(new ReaderOptions { Mode = mode, CacheDirectory = folder.Path },
            Token);
        var codec = KeyCodec.For(SlateSnapshot.KeyEncodingOf(database));
        foreach (var shard in database.Rows.Where(row => row.IsPresent).GroupBy(row => row.DbId))
        {
            GoldenRow[] rows = [.. shard];
            var found = await reader.GetManyAsync(Array.ConvertAll(rows, row => codec.Decode(row.Key)), ContextOf(database, rows[0])!,
                Token);
            Assert.All(rows.Zip(found), pair => Assert.True(pair.First.Is(pair.Second.Value) && pair.Second.ShardId == shard.Key));
        }
        var missing = await Assert.ThrowsAsync<ShardyFusionException>(async () =>
            await reader.GetAsync(codec.Decode(database.Rows.First(row => row.IsPresent).Key), Token));
        Assert.Equal(ErrorKind.ShardAssignment, missing.Kind);
        Assert.Contains("'region'", missing.Message, StringComparison.Ordinal);
    }
}
