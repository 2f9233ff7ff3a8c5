using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Maintenance;
using ShardyFusion.Publishing;
using ShardyFusion.Reading;
using ShardyFusion.Routing;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Core.Tests.Shards.Sqlite;

/// <summary>What reads snapshots, over those of shardyfusion whose shards are SQLite files, on a disk.</summary>
public sealed class SqliteSnapshotTests(SqliteGolden golden, ITestOutputHelper output) : IDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    readonly TempFolder folder = new(), other = new();

    public static TheoryData<string> Names => SqliteGolden.Names;

    public void Dispose()
    {
        folder.Dispose();
        other.Dispose();
    }

    SnapshotStore Open(string name)
    {
        golden[name].CopyTo(folder.Path);
        return SnapshotStore.Open(folder.Path);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Get_EveryKey_HasTheValueThatWasWritten(string name)
    {
        var rows = golden[name].Rows;
        await using var store = Open(name);
        await using var reader = await store.OpenReaderAsync(new ReaderOptions(), Token);
        // Keys with columns that no shard has.
        foreach (var row in rows.Where(row => row.DbId is null))
            Assert.Equal(ErrorKind.ShardAssignment, (await Assert.ThrowsAsync<ShardyFusionException>(async () =>
                await reader.GetAsync(row.Key, row.Context, Token))).Kind);
        rows = [.. rows.Where(row => row.DbId is not null)];
        foreach (var row in rows)
        {
            var found = await reader.GetAsync(row.Key, row.Context, Token);
            Assert.Equal(row.Value, found.Value?.ToArray());
            Assert.Equal(row.DbId, found.ShardId);
        }
        foreach (var group in rows.GroupBy(row => row.Context is null ? "" : string.Join(',', row.Context.Values)))
        {
            var found = await reader.GetManyAsync([.. group.Select(row => row.Key)], group.First().Context, Token);
            Assert.All(group.Zip(found), pair => Assert.Equal(pair.First.Value, pair.Second.Value?.ToArray()));
        }
        output.WriteLine($"counts: {name}: {rows.Count(row => row.IsPresent)} keys found, {rows.Count(row => !row.IsPresent)} absent");
        Assert.InRange(rows.Count(row => row.IsPresent), 20, int.MaxValue);
    }

    [Fact]
    public async Task Get_WithoutWaiting_HasTheSameValue()
    {
        await using var store = Open("hash-u64be");
        var codec = KeyCodec.For(KeyEncoding.U64BE);
        // A memory that keeps nothing: every page is read each time.
        await using var reader = await store.OpenReaderAsync(new ReaderOptions { Memory = new BlockCache(0) }, Token);
        foreach (var row in golden["hash-u64be"].Rows)
            Assert.Equal(row.Value, reader.Get(codec.ConvertLookup(row.Key))?.ToArray());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ScanAndExport_WholeSnapshot_EveryRowOnce(string name)
    {
        await using var store = Open(name);
        await using var reader = await store.OpenReaderAsync(new ReaderOptions(), Token);
        var expected = golden[name].Rows.Where(row => row.IsPresent).DistinctBy(row => row.Id)
            .ToDictionary(row => row.Id, row => row.Value);
        var scanned = await reader.ScanAsync(null, Token).ToListAsync(Token);
        Assert.Equal(expected.Count, scanned.Count);
        foreach (var row in scanned)
            Assert.Equal(expected[new SqliteSnapshot.Row(row.Key, null, null, row.ShardId).Id], row.Value.ToArray());
        var export = await store.OpenExportAsync(new ExportOptions(), Token);
        using var written = new MemoryStream();
        Assert.Equal(expected.Count, await export.WriteAsync(written, ExportFormat.JsonLines, null, Token));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Verify_EachLevel_FindsNothing(string name)
    {
        await using var store = Open(name);
        var rows = golden[name].Rows.Where(row => row.IsPresent).DistinctBy(row => row.Id).Count();
        // Each snapshot has some keys that were given twice.
        var given = (await store.GetInfoAsync(SnapshotSelector.Current, Token)).RowCount;
        foreach (var level in Enum.GetValues<VerifyLevel>())
        {
            var report = await store.VerifyAsync(new VerifyOptions { Level = level }, null, Token);
            Assert.Empty(report.Findings);
            Assert.Equal(level >= VerifyLevel.Checksum ? rows : 0, report.RowsRead);
            // The later version's manifests have none.
            Assert.Equal(level >= VerifyLevel.Checksum && name.StartsWith("head", StringComparison.Ordinal),
                report.Notes.Any(note => note.Contains("no SHA-256", StringComparison.Ordinal)));
            Assert.Equal(level == VerifyLevel.Deep && given > rows,
                report.Notes.Any(note => note.Contains($"{given - rows} rows more", StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData("head-hash", 3, null, 4096)]
    [InlineData("head-cel-values", 4, "us, eu, ap, Île", null)]
    [InlineData("head-hash-utf8", 4, null, 8192)]
    public async Task Info_ManifestThatIsASqliteFile_StatesWhatItStates(string name, int shards, string? values, int? pageBytes)
    {
        await using var store = Open(name);
        var info = await store.GetInfoAsync(SnapshotSelector.Current, int.MaxValue, Token);
        Assert.Equal(($"run-{name}", shards), (info.RunId, info.ShardCount));
        Assert.Equal(values ?? "", string.Join(", ", info.RoutingValues));
        Assert.NotNull(info.Bytes);
        if (pageBytes is not null)
            Assert.All(info.Shards, shard => Assert.Equal($"SQLite (pages of {pageBytes} bytes)", shard.Engine));
    }

    [Fact]
    public async Task Publish_ManifestThatIsASqliteFile_PointerNamesItsType()
    {
        await using var store = Open("head-hash");
        var rules = new PublishRules { Pointer = "BLESSED" };
        var plan = await store.PlanPublishAsync(new SnapshotSelector { RunId = "run-head-hash" }, rules, Token);
        await store.PublishAsync(plan, rules, false, Token);
        Assert.Contains("\"manifest_content_type\":\"application/x-sqlite3\"",
            await File.ReadAllTextAsync(folder[SnapshotPaths.PointerKey("BLESSED")], Token), StringComparison.Ordinal);
    }

    [Fact]
    public void Manifest_DamagedSqliteFile_IsRefusedOrRead()
    {
        var whole = File.ReadAllBytes(Directory.GetFiles(Path.Combine(golden["head-hash"].Tree, "manifests"), "manifest",
            SearchOption.AllDirectories).Single());
        var random = new Random(20);
        var refused = 0;
        for (var turn = 0; turn < 2000; turn++)
        {
            var bytes = turn % 10 == 0 ? whole[..random.Next(whole.Length)] : (byte[])whole.Clone();
            if (bytes.Length > 100)
                bytes[turn % 3 == 0 ? random.Next(100) : random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                ManifestCodec.ReadStored(bytes, "m", out _);
            }
            catch (ShardyFusionException damage)
            {
                Assert.Equal(ErrorKind.ManifestParse, damage.Kind);
                refused++;
            }
        }
        Assert.InRange(refused, 300, int.MaxValue);
    }

    [Fact]
    public async Task Verify_FlippedByteAndMissingFile_NamedEach()
    {
        await using var store = Open("hash-u64be");
        var files = golden["hash-u64be"].ShardFiles;
        // The last byte is in a value: only the hash tells.
        var bytes = await File.ReadAllBytesAsync(folder[files[1]], Token);
        bytes[^1] ^= 0x10;
        await File.WriteAllBytesAsync(folder[files[1]], bytes, Token);
        File.Delete(folder[files[2]]);
        var report = await store.VerifyAsync(new VerifyOptions { Level = VerifyLevel.Deep }, null, Token);
        Assert.Equal([(VerifyFault.WrongHash, 1), (VerifyFault.Missing, 2)],
            report.Findings.Select(finding => (finding.Fault, finding.ShardId!.Value)));
    }

    [Theory]
    [InlineData("hash-u64be")]
    [InlineData("hash-raw")]
    [InlineData("cel-range-key")]
    public async Task Copy_WithAShardCount_WritesTheRowsAnewAndComparesEqual(string name)
    {
        await using var store = Open(name);
        await using var destination = SnapshotStore.Open(other.Path);
        var result = await store.CopyToAsync(destination,
            new CopyOptions { Reshard = new BuildOptions { ShardCount = 3 }, Publish = true }, null, Token);
        Assert.Equal(golden[name].Rows.Count(row => row.IsPresent), result.RowCount);
        Assert.DoesNotContain((await destination.VerifyAsync(new VerifyOptions { Level = VerifyLevel.Deep }, null, Token)).Findings,
            finding => finding.Fault != VerifyFault.NotCheckable);
        var comparison = await destination.CompareAsync(new CompareOptions { Level = CompareLevel.Rows }, store, null, null, Token);
        Assert.Equal((0L, 0L, 0L), (comparison.Added, comparison.Removed, comparison.Changed));
        Assert.Equal(2 * result.RowCount, comparison.RowsRead);
    }

    [Fact]
    public async Task Copy_KeyUnderTwoColumns_RefusedWithTheKey()
    {
        await using var store = Open("cel-two-columns");
        await using var destination = SnapshotStore.Open(other.Path);
        var refusal = await Assert.ThrowsAsync<ShardyFusionException>(() => store.CopyToAsync(destination,
            new CopyOptions { Reshard = new BuildOptions { ShardCount = 3 }, Publish = true }, null, Token));
        Assert.Contains("key", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RollbackAndKeyHistory_ThreeRuns_EachAnswersAsItWasWritten()
    {
        await using var store = Open("rollback");
        for (var run = 0; run < 3; run++)
        {
            await using var reader = await store.OpenReaderAsync(new ReaderOptions
            {
                Selector = new SnapshotSelector { RunId = $"run-rollback-{run}" },
            }, Token);
            foreach (var row in golden["rollback"].RowsOf($"expected-run-{run}.jsonl"))
                Assert.Equal(row.Value, (await reader.GetAsync(row.Key, Token)).Value?.ToArray());
        }
        Assert.Equal("run-rollback-0", (await store.GetInfoAsync(SnapshotSelector.Current, Token)).RunId);
        var plan = await store.PlanRollbackAsync(new SnapshotSelector { RunId = "run-rollback-2" }, Token);
        Assert.True((await store.RollbackAsync(plan, false, Token)).Changed);
        var key = golden["rollback"].RowsOf("expected-run-0.jsonl").First(row => row.IsPresent).Key;
        var versions = await store.GetKeyHistoryAsync(key, null, Token).ToListAsync(Token);
        Assert.Equal("run-rollback-2", versions[0].RunId);
    }

    [Theory]
    [InlineData("hash-u64be")]
    [InlineData("hash-utf8")]
    public async Task HealthWarmUpAndEngine_OfACurrentSnapshot_Work(string name)
    {
        await using var store = Open(name);
        var shards = golden[name].ShardFiles.Length;
        var health = await store.CheckHealthAsync(new HealthOptions { Deep = true }, Token);
        Assert.Equal((HealthStatus.Healthy, shards), (health.Status, health.ShardsProbed));
        await using var reader = await store.OpenReaderAsync(new ReaderOptions { Memory = new BlockCache(64 << 20) }, Token);
        var warm = await reader.WarmUpAsync(new WarmUpOptions { Level = WarmUpLevel.Full }, null, Token);
        Assert.Equal((shards, null), (warm.OpenShardCount, warm.Shortfall));
        var row = golden[name].Rows.First(row => row.IsPresent);
        Assert.Equal(LookupSource.Cache, (await reader.GetAsync(row.Key, Token)).Source);
        var info = await store.GetInfoAsync(SnapshotSelector.Current, int.MaxValue, Token);
        Assert.All(info.Shards, shard => Assert.Equal("SQLite (pages of 4096 bytes)", shard.Engine));
    }
}
