using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Reading;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Maintenance;
using ShardyFusion.Reading;
using ShardyFusion.Reporting;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Maintenance;

/// <summary>What is done with whole snapshots, where expressions shard them.</summary>
public sealed class CelMaintenanceTests : IDisposable
{
    readonly SnapshotFixture fixture = new();

    static CancellationToken Token => SnapshotFixture.Token;

    public void Dispose() => fixture.Dispose();

    [Fact]
    public async Task Verify_KeyAloneDecides_RoutesEveryKeyAgain()
    {
        fixture.AddCel("good", 0, CelSnapshots.RangeRows("a"), CelSnapshots.ByRange, 4);
        var report = await VerifyAsync();
        Assert.Empty(report.Findings);
        Assert.Empty(report.Notes);
        // Even keys on shard 0: 51 lies in the middle, where the manifest's ranges do not show it.
        var odd = CelSnapshots.ByRange with { CelExpr = "key % 2", Boundaries = null };
        fixture.AddCel("bad", 1, Enumerable.Range(0, 100).Select(key => (key == 51 ? 0 : key % 2, (object)(ulong)key, "x")), odd, 2);
        var finding = Assert.Single((await VerifyAsync()).Findings, found => found.Fault == VerifyFault.Misrouted);
        Assert.Equal(0, finding.ShardId);
        Assert.Contains("51, which belongs to shard 1", finding.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_MoreThanTheKeyDecides_SaysWhatCannotBeChecked()
    {
        fixture.AddCel("a", 0, CelSnapshots.RegionRows("a"), CelSnapshots.ByRegion, 3, KeyEncoding.Utf8);
        var report = await VerifyAsync();
        Assert.True(report.Passed);
        Assert.Contains("'region'", Assert.Single(report.Notes), StringComparison.Ordinal);
        Assert.Equal(60, report.RowsRead);
    }

    [Fact]
    public async Task Verify_ExpressionThatCannotBeFollowed_SaysWhy()
    {
        fixture.AddCel("a", 0, CelSnapshots.RangeRows("a"), CelSnapshots.ByRange with { CelExpr = "dyn(key)" }, 4);
        Assert.Contains("dyn", Assert.Single((await VerifyAsync()).Findings).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_SameExpression_PairsShardsAndSkipsEqualOnes()
    {
        fixture.AddCel("a", 0, CelSnapshots.RegionRows("a"), CelSnapshots.ByRegion, 3, KeyEncoding.Utf8);
        fixture.AddCel("b", 1, CelSnapshots.RegionRows("a").Select(row => row.DbId == 1 && row.Key.Equals("k4") ? row with { Value = "new" }
            : row),
            CelSnapshots.ByRegion, 3, KeyEncoding.Utf8);
        var compared = await CompareAsync("a", 0, "b", 1);
        Assert.Equal((3, 2, 0L, 0L, 1L), (compared.Groups, compared.GroupsEqual, compared.Added, compared.Removed, compared.Changed));
        Assert.Equal(40, compared.RowsRead);
    }

    [Fact]
    public async Task Compare_OtherShardings_FindsTheRowsAllTheSame()
    {
        fixture.AddCel("range", 0, CelSnapshots.RangeRows("a"), CelSnapshots.ByRange, 4);
        fixture.Add("hash", 1, SnapshotFixture.Rows(401, "a"));
        fixture.AddCel("range2", 2, CelSnapshots.RangeRows("a").Select(row => (Math.Min(row.DbId, 2), row.Key, row.Value)),
            CelSnapshots.ByRange with { Boundaries = [100L, 200L] }, 3);
        var one = await CompareAsync("range", 0, "hash", 1);
        Assert.Equal((1, 1L, 0L, 0L), (one.Groups, one.Added, one.Removed, one.Changed));
        Assert.Contains(one.Fields, field => field.Name == "sharding");
        var other = await CompareAsync("range", 0, "range2", 2);
        Assert.Equal((1, 0L, 0L, 0L), (other.Groups, other.Added, other.Removed, other.Changed));
    }

    [Fact]
    public async Task Compare_KeysInSeveralShards_PairsThemInTheOrderOfTheirShards()
    {
        fixture.AddCel("a", 0, CelSnapshots.RegionRows("a", 200), CelSnapshots.ByRegion, 3, KeyEncoding.Utf8);
        fixture.AddCel("b", 1, CelSnapshots.RegionRows("a", 200), CelSnapshots.ByRegion with { Boundaries = ["arctic", "asia"] }, 3,
            KeyEncoding.Utf8);
        Assert.Equal(0, (await CompareAsync("a", 0, "b", 1)).Changed);
    }

    [Fact]
    public async Task Copy_ByteByByte_KeepsTheSharding()
    {
        fixture.AddCel("a", 0, CelSnapshots.RegionRows("a"), CelSnapshots.ByRegion, 3, KeyEncoding.Utf8);
        using var folder = new TempFolder();
        await using var copy = SnapshotStore.Open(folder.Path);
        await fixture.Open().CopyToAsync(copy, new CopyOptions { Publish = true }, null, Token);
        await using var reader = await copy.OpenReaderAsync(new ReaderOptions(), Token);
        Assert.Equal("region", reader.Info.CelExpression);
        var found = await reader.GetAsync("k3", RoutingContext.Parse(["region=europe"]), Token);
        Assert.Equal("a:europe:3", Encoding.UTF8.GetString(found.Value!));
    }

    [Fact]
    public async Task Reshard_RangesToHash_KeepsEveryRow()
    {
        fixture.AddCel("a", 0, CelSnapshots.RangeRows("a"), CelSnapshots.ByRange, 4);
        await fixture.Open().CopyToAsync(fixture.Open(), new CopyOptions { Publish = true, Reshard = new BuildOptions { ShardCount = 3 } },
            null, Token);
        await using var reader = await fixture.Open().OpenReaderAsync(new ReaderOptions(), Token);
        Assert.Equal(("hash", 3, 400L), (reader.Info.Sharding, reader.Info.ShardCount, reader.Info.RowCount));
        Assert.Equal("a:317", Encoding.UTF8.GetString((await reader.GetAsync(317, Token)).Value!));
    }

    [Fact]
    public async Task Reshard_KeyInSeveralShards_IsRefusedNamingIt()
    {
        fixture.AddCel("a", 0, CelSnapshots.RegionRows("a"), CelSnapshots.ByRegion, 3, KeyEncoding.Utf8);
        var refused = await Assert.ThrowsAsync<ShardyFusionException>(() => fixture.Open().CopyToAsync(fixture.Open(),
            new CopyOptions { Reshard = new BuildOptions { ShardCount = 3 } }, null, Token));
        Assert.Contains("'k", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_PartOfTheKeys_OpensOnlyTheShardsThatHoldThem()
    {
        fixture.AddCel("a", 0, CelSnapshots.RangeRows("a"), CelSnapshots.ByRange, 4);
        // What is not there cannot be opened.
        foreach (var shard in new[] { 0, 3 }) fixture.DeleteObject(SnapshotPaths.ShardKey(SnapshotPaths.AttemptKey("a", shard, 0)));
        var export = await fixture.Open().OpenExportAsync(new ExportOptions { FirstKey = 150, LastKey = 249 }, Token);
        var rows = await export.ReadAsync(Token).ToListAsync(Token);
        Assert.Equal(Enumerable.Range(150, 100).Select(key => $"a:{key}"), rows.Select(row => Encoding.UTF8.GetString(row.Value)));
    }

    [Fact]
    public async Task Export_EverythingOfEveryRegion_IsInKeyOrder()
    {
        fixture.AddCel("a", 0, CelSnapshots.RegionRows("a"), CelSnapshots.ByRegion, 3, KeyEncoding.Utf8);
        var rows = await (await fixture.Open().OpenExportAsync(new ExportOptions(), Token)).ReadAsync(Token).ToListAsync(Token);
        Assert.Equal(60, rows.Count);
        Assert.Equal(rows.OrderBy(row => (string)row.Key, StringComparer.Ordinal).ThenBy(row => row.ShardId), rows);
    }

    [Fact]
    public async Task KeyHistory_ContextGiven_FollowsTheKeyThroughShardings()
    {
        fixture.Add("hash", 0, [("k3", "old"u8.ToArray())], encoding: KeyEncoding.Utf8);
        fixture.AddCel("cel", 1, CelSnapshots.RegionRows("a"), CelSnapshots.ByRegion, 3, KeyEncoding.Utf8);
        var versions = await fixture.Open().GetKeyHistoryAsync("k3", RoutingContext.Parse(["region=asia"]), null, Token).ToListAsync(Token);
        Assert.Equal(["a:asia:3", "old"], versions.Select(version => Encoding.UTF8.GetString(version.Value!)));
        Assert.Equal(RowChange.Changed, versions[0].Change);
        var without = await fixture.Open().GetKeyHistoryAsync("k3", null, Token).ToListAsync(Token);
        Assert.Contains("'region'", without[0].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WarmUpHealthAndReport_OfAnExpression_WorkAsEver()
    {
        fixture.AddCel("a", 0, CelSnapshots.RegionRows("a"), CelSnapshots.ByRegion, 3, KeyEncoding.Utf8);
        await using var reader = await fixture.Open().OpenReaderAsync(new ReaderOptions(), Token);
        await reader.WarmUpAsync(new WarmUpOptions { Level = WarmUpLevel.Full }, null, Token);
        Assert.Equal(3, reader.OpenShardCount);
        var health = await reader.CheckHealthAsync(new HealthOptions { Deep = true }, Token);
        Assert.Equal(HealthStatus.Healthy, health.Status);
        var path = Path.Combine(fixture.Path, "report.html");
        await fixture.Open().SaveReportAsync(path, new ReportOptions(), false, Token);
        Assert.Contains("Expression", await File.ReadAllTextAsync(path, Token), StringComparison.Ordinal);
    }

    Task<VerifyReport> VerifyAsync() => fixture.Open().VerifyAsync(new VerifyOptions { Level = VerifyLevel.Deep }, null, Token);

    Task<SnapshotComparison> CompareAsync(string from, int fromMinute, string to, int toMinute) =>
        fixture.Open().CompareAsync(new CompareOptions
        {
            From = new SnapshotSelector { Ref = fixture.RefOf(from, fromMinute) },
            To = new SnapshotSelector { Ref = fixture.RefOf(to, toMinute) },
        }, null, null, null, Token);
}
