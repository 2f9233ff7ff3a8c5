using System.IO.Compression;
using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Catalog;
using ShardyFusion.Cleaning;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Jobs;
using ShardyFusion.Reading;
using ShardyFusion.Runs;
using ShardyFusion.Shards;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Core.Tests.Jobs;

/// <summary>Jobs of files, from plan to snapshot.</summary>
public sealed class JobTests : IDisposable
{
    readonly JobRig rig = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => rig.Dispose();

    async Task RequireEqualAsync(BuildOptions options, InputFile reading, int? maps, params string[] paths)
    {
        var job = await rig.Jobs.PlanAsync(options, new JobSource { Reading = reading, Paths = paths, Maps = maps }, Token);
        var done = await rig.FinishAsync(job);
        Assert.Equal(await rig.BuildLocallyAsync(options, reading, paths), rig.Hashes(done));
        Assert.Equal(done.Build!.RowsRead, done.Build.RowsWritten + done.Build.DuplicateRows + done.Build.RejectedRows);
        Assert.Equal(VerifyOutcomeOf(await rig.Store.GetInfoAsync(SnapshotSelector.Current, Token)), done.JobId);
    }

    static string VerifyOutcomeOf(SnapshotInfo info) => info.RunId;

    [Theory]
    [InlineData(DuplicateKeyPolicy.Last, 1)]
    [InlineData(DuplicateKeyPolicy.Last, 7)]
    [InlineData(DuplicateKeyPolicy.First, 7)]
    [InlineData(DuplicateKeyPolicy.Last, 60)]
    public async Task CsvWithLineBreaksInFields_AnyNumberOfMaps_EqualsALocalBuildByteForByte(DuplicateKeyPolicy policy, int maps)
    {
        var (first, second) = (rig.WriteCsv(), rig.WriteCsv("more.csv", rows: 500, from: 2500));
        await RequireEqualAsync(JobRig.Options with { DuplicateKey = policy }, JobRig.Reading, maps, first, second);
    }

    [Fact]
    public async Task Maps_OfOneFile_AreAboutAsManyAsAskedFor()
    {
        var path = rig.WriteCsv(rows: 40_000);
        var job = await rig.Jobs.PlanAsync(JobRig.Options, JobRig.Files(8, path), Token);
        Assert.InRange(job.Maps!.Value, 7, 9);
    }

    [Fact]
    public async Task JsonLines_KeysAreIntegersByTheirFirstRow_EqualsALocalBuild() =>
        await RequireEqualAsync(JobRig.Options with { KeyEncoding = null }, JobRig.Reading, 5, rig.WriteJson());

    [Fact]
    public async Task TsvWithoutHeaderAndGzip_EqualsALocalBuild()
    {
        var plain = rig.Write("rows.tsv", string.Concat(Enumerable.Range(0, 2000).Select(i => $"k{i}\tv{i}\n")));
        var packed = rig["more.tsv.gz"];
        await using (var file = File.Create(packed))
        await using (var gzip = new GZipStream(file, CompressionLevel.Fastest))
            await gzip.WriteAsync("k1\tnew\nk9999\tnew\n"u8.ToArray(), Token);
        var reading = JobRig.Reading with { KeyField = "1", ValueFields = ["2"], Layout = new TextLayout { NoHeader = true } };
        await RequireEqualAsync(JobRig.Options with { KeyEncoding = null }, reading, 4, plain, packed);
    }

    [Fact]
    public async Task ByteOrderMarkSkippedLinesAndCommentsBeforeTheHeader_EqualsALocalBuild()
    {
        var text = string.Concat(Enumerable.Range(0, 2000).Select(i => $"{i};{i * 3}\n"));
        var path = rig.Write("report.csv", "\uFEFFReport of today\n# made by hand\nid;size\n" + text + "# the end\n");
        var reading = JobRig.Reading with { Delimiter = ';', Layout = new TextLayout { SkipLines = 1, Comment = "#" } };
        await RequireEqualAsync(JobRig.Options, reading, 6, path);
    }

    [Theory]
    [InlineData(ShardCompression.Lz4)]
    [InlineData(ShardCompression.Zstd)]
    public async Task RangesThatAreChosenFromTheRows_EqualsALocalBuild(ShardCompression compression) => await RequireEqualAsync(
        JobRig.Options with
        {
            ShardCount = null,
            Sharding = ShardingOptions.ByRanges(5),
            Shard = new SstOptions { Compression = compression },
        }, JobRig.Reading, 5, rig.WriteCsv());

    [Fact]
    public async Task ShardsAsSqliteFiles_EqualsALocalBuild() => await RequireEqualAsync(
        JobRig.Options with { ShardFormat = ShardFormat.Sqlite }, JobRig.Reading, 5, rig.WriteCsv());

    [Fact]
    public async Task ExpressionWithBoundaries_EqualsALocalBuild() => await RequireEqualAsync(JobRig.Options with
    {
        ShardCount = null,
        Sharding = ShardingOptions.ByExpression("region", new Dictionary<string, string> { ["region"] = "string" }, ["b", "f"]),
    }, JobRig.Reading, 5, rig.WriteJson());

    [Fact]
    public async Task RowsThatDoNotFitIntoMemory_SpillInMapsAndReduces_EqualsALocalBuild()
    {
        var text = new string('x', 4000);
        var path = rig.Write("large.jsonl", string.Concat(Enumerable.Range(0, 12_000).Select(i =>
            $"{{\"id\":{i % 9000},\"v\":\"{text}{i}\"}}\n")));
        var options = JobRig.Options with { ShardCount = 2 };
        var job = await rig.Jobs.PlanAsync(options, JobRig.Files(2, path), Token);
        var done = await rig.FinishAsync(job, new BuildOptions { MemoryBudgetBytes = 16 << 20, Parallelism = 2 });
        Assert.Equal(await rig.BuildLocallyAsync(options, JobRig.Reading, path), rig.Hashes(done));
    }

    [Fact]
    public async Task ShardsWithoutRows_AreEmptyOnlyOnceTheirReduceSaysSo()
    {
        var path = rig.Write("few.csv", "id,v\n1,a\n2,b\n");
        var job = await rig.Jobs.PlanAsync(JobRig.Options with { ShardCount = 16 }, JobRig.Files(1, path), Token);
        await rig.Jobs.MapAsync(job.JobId, 0, null, new JobWork(), Token);
        var shards = await rig.Jobs.ReduceAsync(job.JobId, [.. Enumerable.Range(0, 15)], new JobWork(), Token);
        var missing = await Assert.ThrowsAsync<ShardyFusionException>(() => rig.Jobs.CompleteAsync(job.JobId, new BuildOptions(), null,
            Token));
        Assert.Equal(ErrorKind.ShardCoverage, missing.Kind);
        Assert.Contains("1 shards have no result yet: 15", missing.Message, StringComparison.Ordinal);
        Assert.False(await rig.Store.HasSnapshotAsync(null, Token));
        shards = [.. shards, .. await rig.Jobs.ReduceAsync(job.JobId, [15], new JobWork(), Token)];
        var done = await rig.Jobs.CompleteAsync(job.JobId, new BuildOptions(), null, Token);
        Assert.Equal(2, done.Build!.RowsWritten);
        Assert.Equal(shards.Count(shard => shard.RowCount > 0), done.Build.Shards.Count);
    }

    [Fact]
    public async Task Reduce_BeforeAllMaps_NamesThoseThatAreMissing()
    {
        var job = await rig.Jobs.PlanAsync(JobRig.Options, JobRig.Files(10, rig.WriteCsv(rows: 20_000)), Token);
        foreach (var map in Enumerable.Range(0, job.Maps!.Value).Except([1, 2, 5]))
            await rig.Jobs.MapAsync(job.JobId, map, null, new JobWork(), Token);
        var missing = await Assert.ThrowsAsync<ShardyFusionException>(() => rig.Jobs.ReduceAsync(job.JobId, [0], new JobWork(), Token));
        Assert.Equal(ErrorKind.ShardCoverage, missing.Kind);
        Assert.Contains("3 maps have no result yet: 1-2,5", missing.Message, StringComparison.Ordinal);
        var status = await rig.Jobs.GetAsync(job.JobId, Token);
        Assert.Equal([1, 2, 5], status.MissingMaps);
        Assert.Equal("Run these maps: 1-2,5.", status.Next);
    }

    [Fact]
    public async Task Map_OfAFileThatChangedSinceThePlan_IsRefused()
    {
        var path = rig.WriteCsv();
        var job = await rig.Jobs.PlanAsync(JobRig.Options, JobRig.Files(3, path), Token);
        await File.AppendAllTextAsync(path, "1,new,new\n", Token);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => rig.Jobs.MapAsync(job.JobId, 2, null, new JobWork(), Token));
        Assert.Equal(ErrorKind.InputInvalid, error.Kind);
        Assert.Contains("is not what it was when job", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BadRow_IsNamedByItsNumberInTheFile_AndStopsTheMapAlone()
    {
        var path = rig.Write("bad.csv", "id,v\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => i == 15_000 ? "oops,\"x\"\n"
            : $"{i},\"{i}\"\n")));
        var job = await rig.Jobs.PlanAsync(JobRig.Options, JobRig.Files(4, path), Token);
        var errors = new List<ShardyFusionException>();
        for (var map = 0; map < job.Maps; map++)
        {
            try
            {
                await rig.Jobs.MapAsync(job.JobId, map, null, new JobWork(), Token);
            }
            catch (ShardyFusionException e)
            {
                errors.Add(e);
            }
        }
        var error = Assert.Single(errors);
        Assert.Equal(ErrorKind.ShardAssignment, error.Kind);
        Assert.Contains("15001", error.Message, StringComparison.Ordinal);
        Assert.Contains("bad.csv", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BadRows_ThatAreSkipped_CountOverAllMaps()
    {
        var path = rig.Write("bad.csv", "id,v\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => i % 5000 == 7 ? "oops,\"x\"\n"
            : $"{i},\"{i}\"\n")));
        var options = JobRig.Options with { OnRowError = RowErrorPolicy.Skip, MaxRowErrors = 3 };
        var job = await rig.Jobs.PlanAsync(options, JobRig.Files(4, path), Token);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => rig.FinishAsync(job));
        Assert.Contains("left out 4 rows; at most 3 are allowed", error.Message, StringComparison.Ordinal);
        await rig.Store.StopRunAsync(await rig.Store.GetRunAsync(job.JobId, Token), null, declareDead: true, Token);
        job = await rig.Jobs.PlanAsync(options with { MaxRowErrors = 4 }, JobRig.Files(4, path), Token);
        var done = await rig.FinishAsync(job);
        Assert.Equal((4, 19_996), (done.Build!.RejectedRows, done.Build.RowsWritten));
        Assert.Equal(4, done.Build.RejectionSamples.Count);
    }

    [Fact]
    public async Task Duplicates_ThatAreNotAllowed_AreNamedWithTheirMaps()
    {
        var path = rig.Write("twice.jsonl", string.Concat(Enumerable.Range(0, 5000).Select(i =>
            $"{{\"id\":{(i == 4990 ? 3 : i)},\"v\":{i}}}\n")));
        var job = await rig.Jobs.PlanAsync(JobRig.Options with { DuplicateKey = DuplicateKeyPolicy.Fail }, JobRig.Files(4, path), Token);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => rig.FinishAsync(job));
        Assert.Equal(ErrorKind.InputInvalid, error.Kind);
        Assert.Contains("Row 4 of map 0 and ", error.Message, StringComparison.Ordinal);
        Assert.Contains("have the same key '3'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_WithoutANumberOfShards_OrWithOneThatOnlyRowsTell_IsRefusedAndHoldsNothing()
    {
        var path = rig.WriteJson();
        foreach (var options in new[]
        {
            JobRig.Options with { ShardCount = null },
            JobRig.Options with
            {
                ShardCount = null,
                Sharding = ShardingOptions.ByExpression("key % 3", new Dictionary<string, string> { ["key"] = "int" }),
            },
        })
        {
            var error = await Assert.ThrowsAsync<ShardyFusionException>(() => rig.Jobs.PlanAsync(options, JobRig.Files(2, path), Token));
            Assert.Equal(ErrorKind.ConfigValidation, error.Kind);
        }
        Assert.False(Directory.Exists(rig["jobs"]));
    }

    [Fact]
    public async Task Guard_ThatFails_LeavesTheShards_SoThatTheJobCanBeCompletedOtherwise()
    {
        var job = await rig.Jobs.PlanAsync(JobRig.Options, JobRig.Files(2, rig.WriteCsv()), Token);
        var strict = new BuildOptions { Rules = new() { Limits = new() { MinRows = 1_000_000 } } };
        var refused = await Assert.ThrowsAsync<ShardyFusionException>(() => rig.FinishAsync(job, strict));
        Assert.Equal(ErrorKind.GuardFailed, refused.Kind);
        Assert.Equal(RunState.Failed, (await rig.Jobs.GetAsync(job.JobId, Token)).State);
        var milder = new BuildOptions { Rules = new() { Limits = new() { MinRows = 100 } } };
        var done = await rig.Jobs.CompleteAsync(job.JobId, milder, null, Token);
        Assert.Equal((false, null), (done.AlreadyDone, done.Build));
        var info = await rig.Store.GetInfoAsync(SnapshotSelector.Current, Token);
        Assert.Equal((done.ManifestRef, 2000L), (info.ManifestRef, info.RowCount));
    }

    [Fact]
    public async Task RowsOfAMap_ThatAreDamaged_AreRefusedAndNamed()
    {
        var job = await rig.Jobs.PlanAsync(JobRig.Options, JobRig.Files(2, rig.WriteCsv(rows: 9000)), Token);
        for (var map = 0; map < job.Maps; map++) await rig.Jobs.MapAsync(job.JobId, map, null, new JobWork(), Token);
        var rows = Directory.EnumerateFiles(rig["jobs"], "*.rows", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        var bytes = await File.ReadAllBytesAsync(rows, Token);
        for (var place = 5; place < bytes.Length; place += bytes.Length / 23)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[place] ^= 0x10;
            File.SetAttributes(rows, FileAttributes.Normal);
            await File.WriteAllBytesAsync(rows, damaged, Token);
            var error = await Assert.ThrowsAsync<ShardyFusionException>(() => rig.Jobs.ReduceAsync(job.JobId, [0, 1, 2, 3], new JobWork(),
                Token));
            Assert.Equal(ErrorKind.ShardCorrupt, error.Kind);
            Assert.Contains(".rows", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Cleanup_DuringAJob_TouchesNothingOfIt_AndRemovesWhatItLeavesLater()
    {
        var job = await rig.Jobs.PlanAsync(JobRig.Options with { LeaseDuration = TimeSpan.FromDays(90) }, JobRig.Files(3, rig.WriteCsv()),
            Token);
        for (var map = 0; map < job.Maps; map++) await rig.Jobs.MapAsync(job.JobId, map, null, new JobWork(), Token);
        rig.Clock.Now += TimeSpan.FromDays(60);
        var policy = new CleanupPolicy();
        Assert.Empty((await rig.Store.PlanCleanupAsync(policy, Token)).Items);
        await rig.Jobs.ReduceAsync(job.JobId, [0, 1, 2, 3], new JobWork(), Token);
        await rig.Jobs.CompleteAsync(job.JobId, new BuildOptions(), null, Token);
        Assert.Empty(Directory.EnumerateFiles(rig["jobs"], "*.rows", SearchOption.AllDirectories));
        rig.Clock.Now += TimeSpan.FromDays(60);
        var plan = await rig.Store.PlanCleanupAsync(policy, Token);
        Assert.All(plan.Items, item => Assert.DoesNotContain(item.Objects, found => found.Key.EndsWith("shard.sst",
            StringComparison.Ordinal)));
        await rig.Store.CleanUpAsync(plan, isSaved: false, Token);
        Assert.DoesNotContain(Directory.EnumerateFiles(rig["jobs"], "*.json", SearchOption.AllDirectories),
            path => path.Contains("/job/", StringComparison.Ordinal));
        await using var reader = await rig.Store.OpenReaderAsync(new ReaderOptions(), Token);
        Assert.NotNull((await reader.GetAsync(7919L % 2000, Token)));
    }
}
