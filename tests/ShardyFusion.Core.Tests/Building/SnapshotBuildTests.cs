using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;
using ShardyFusion.Publishing.Guards;
using ShardyFusion.Routing;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.Building.BuiltSnapshots;

namespace ShardyFusion.Core.Tests.Building;

public sealed class SnapshotBuildTests : IDisposable
{
    static readonly long[] Keys = [.. Enumerable.Range(0, 3000).Select(k => (long)k)];

    readonly TempFolder folder = new();
    readonly IObjectStore store;

    public SnapshotBuildTests() => store = ObjectStores.Open(folder["snap"]);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Complete_IntegerKeys_PublishesEveryRowAndSaysSo()
    {
        var result = await PublishAsync(store, Keys, options: new BuildOptions { ShardCount = 4, RunId = "first", Message = "hello" });

        Assert.Equal(Expected(Keys), await ReadCurrentAsync(store));
        Assert.True(result.Published);
        Assert.Equal((3000, 3000, 0, 0), (result.RowsRead, result.RowsWritten, result.DuplicateRows, result.RejectedRows));
        Assert.Equal((KeyEncoding.U64BE, ValueEncoding.Utf8, 4), (result.KeyEncoding, result.ValueEncoding, result.Shards.Count));
        var run = Assert.Single(await RunsAsync(store));
        Assert.Equal((RunStatus.Succeeded, "first", result.ManifestRef, "hello"), (run.Status, run.RunId, run.ManifestRef, run.Message));
        var manifest = (await new SnapshotCatalog(store).LoadManifestAsync((await KeysAsync(store, "manifests/"))[0], Token)).Manifest;
        Assert.Equal("hello", manifest.Custom["message"]);
        Assert.Equal("rocksdb-sst", manifest.Required.ShardFormat);
        Assert.All(manifest.Shards, s => Assert.Equal(0, s.Attempt));
    }

    [Fact]
    public async Task Complete_SpilledTextKeysWithDuplicates_KeepsTheLastAndCountsTheRest()
    {
        var options = new BuildOptions { ShardCount = 3, MemoryBudgetBytes = 16 << 20, SpillDirectory = folder["spill"] };
        Directory.CreateDirectory(options.SpillDirectory);
        await using var build = await StartAsync(store, options);
        var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < 80_000; i++)
        {
            var (key, value) = ($"user-{i * 7919L % 50_000:D8}", new string('x', 400) + i);
            expected[key] = value;
            build.Add(key, value);
        }
        var result = await build.CompleteAsync(Token);

        Assert.True(result.SpilledBytes > 0, "the memory budget should have forced spilling");
        Assert.Equal((80_000, 50_000, 30_000), (result.RowsRead, result.RowsWritten, result.DuplicateRows));
        Assert.Equal(expected, await ReadCurrentAsync(store));
        await build.DisposeAsync();
        Assert.Empty(Directory.GetFileSystemEntries(options.SpillDirectory));
    }

    [Theory]
    [InlineData(1000L, null, 3)]
    [InlineData(2999L, null, 2)]
    [InlineData(5000L, null, 1)]
    public async Task Complete_MaxKeysPerShard_DerivesTheShardCount(long? maxKeys, int? count, int expected)
    {
        var result = await PublishAsync(store, Keys, options: new BuildOptions { MaxKeysPerShard = maxKeys, ShardCount = count });
        Assert.Equal(expected, result.ShardCount);
        Assert.Equal(Expected(Keys), await ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Complete_TargetShardBytes_DerivesTheShardCount()
    {
        await using var build = await StartAsync(store, new BuildOptions { TargetShardBytes = 64 << 10 });
        for (var i = 0; i < 1000; i++) build.Add(i, new byte[192]);
        Assert.Equal(4, (await build.CompleteAsync(Token)).ShardCount); // 1000 × 200 bytes / 65,536
    }

    [Fact]
    public async Task Complete_EmptyShards_AreLeftOut()
    {
        var result = await PublishAsync(store, [1, 2], options: new BuildOptions { ShardCount = 100 });
        Assert.Equal(2, result.Shards.Count);
        Assert.Equal(2, (await KeysAsync(store, "shards/")).Count);
    }

    [Fact]
    public async Task Complete_NoRows_IsAnErrorUnlessAllowed()
    {
        await using (var build = await StartAsync(store))
            Assert.Equal(ErrorKind.InputInvalid, (await Assert.ThrowsAsync<ShardyFusionException>(() => build.CompleteAsync(Token))).Kind);
        Assert.Null(await ReadCurrentAsync(store));

        await using var allowed = await StartAsync(store, new BuildOptions { ShardCount = 2, AllowEmpty = true });
        Assert.Equal(0, (await allowed.CompleteAsync(Token)).RowsWritten);
        Assert.Empty((await ReadCurrentAsync(store))!);
    }

    [Fact]
    public async Task Complete_NoPublish_LeavesThePointer()
    {
        await PublishAsync(store, Keys, "old");
        var staged = await PublishAsync(store, [1], "new", new BuildOptions { ShardCount = 1, Publish = false });

        Assert.False(staged.Published);
        Assert.Equal(Expected(Keys, "old"), await ReadCurrentAsync(store));
        Assert.Equal(2, (await KeysAsync(store, "manifests/")).Count);
    }

    [Theory]
    [InlineData(RowErrorPolicy.Skip)]
    [InlineData(RowErrorPolicy.Reject)]
    public async Task Add_BadRows_AreCountedAndNamed(RowErrorPolicy policy)
    {
        var rejects = folder["rejects.jsonl"];
        await using var build = await StartAsync(store, new BuildOptions { ShardCount = 2, OnRowError = policy, RejectPath = rejects });
        build.Add(1, "a");
        build.Add(-5, "b");
        build.Add(2, "c");
        build.Add("", "d");
        build.Add(true, "e");
        build.AddRejected("broken line", "k");
        var result = await build.CompleteAsync(Token);
        await build.DisposeAsync();

        Assert.Equal((6, 2, 4), (result.RowsRead, result.RowsWritten, result.RejectedRows));
        Assert.Contains("Row 2", result.RejectionSamples[0], StringComparison.Ordinal);
        Assert.Contains("-5", result.RejectionSamples[0], StringComparison.Ordinal);
        if (policy == RowErrorPolicy.Reject)
        {
            var lines = await File.ReadAllLinesAsync(rejects, Token);
            Assert.Equal(4, lines.Length);
            Assert.StartsWith("{\"row\":2,", lines[0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Add_BadRow_StopsByDefaultAndPublishesNothing()
    {
        await PublishAsync(store, Keys);
        await using (var build = await StartAsync(store))
        {
            build.Add(1, "a");
            var error = Assert.Throws<RowException>(() => build.Add("nine", "b"));
            Assert.Equal((ErrorKind.ShardAssignment, 2L, "nine"), (error.Kind, error.RowNumber, error.Target));
        }
        Assert.Equal(Expected(Keys), await ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Add_MoreBadRowsThanAllowed_Stops()
    {
        await using var build = await StartAsync(store, new BuildOptions
        {
            ShardCount = 1,
            OnRowError = RowErrorPolicy.Skip,
            MaxRowErrors = 1
        });
        build.Add(1, "a");
        build.Add(-1, "b");
        Assert.Contains("at most 1", Assert.Throws<RowException>(() => build.Add(-2, "c")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Complete_DuplicateUnderFail_NamesTheRows()
    {
        await using var build = await StartAsync(store, new BuildOptions { ShardCount = 1, DuplicateKey = DuplicateKeyPolicy.Fail });
        build.Add(7, "a");
        build.Add(8, "b");
        build.Add(7, "c");
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => build.CompleteAsync(Token));
        Assert.Contains("Rows 1 and 3 have the same key '7'", error.Message, StringComparison.Ordinal);
        Assert.Empty(await KeysAsync(store, "manifests/"));
    }

    [Fact]
    public async Task Dispose_WithoutComplete_AbandonsEverything()
    {
        await PublishAsync(store, Keys, "old");
        var shardsBefore = await KeysAsync(store, "shards/");
        await using (var build = await StartAsync(store, new BuildOptions { ShardCount = 1, RunId = "gone" })) build.Add(1, "new");

        Assert.Equal(Expected(Keys, "old"), await ReadCurrentAsync(store));
        Assert.Equal(shardsBefore, await KeysAsync(store, "shards/"));
        var run = Assert.Single(await RunsAsync(store), r => r.RunId == "gone");
        Assert.Equal((RunStatus.Failed, "Cancelled"), (run.Status, run.ErrorType));
        await PublishAsync(store, [5]); // the lock was given back
    }

    [Fact]
    public async Task Complete_OneUploadFails_RetriesAsANewAttempt()
    {
        var faulty = new FaultyStore(store).Fail(StoreOperation.UploadComplete, "db=00002", nth: 1);
        var result = await PublishAsync(faulty, Keys);

        Assert.Equal(1, result.LostAttempts);
        Assert.Equal(1, Assert.Single(result.Shards, s => s.ShardId == 2).Attempt);
        Assert.Equal(Expected(Keys), await ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Complete_UploadFailedAfterItsWork_RemovesTheLoser()
    {
        var faulty = new FaultyStore(store).FailAfterwards(StoreOperation.UploadComplete, "db=00001", nth: 1);
        await PublishAsync(faulty, Keys);

        Assert.Equal(Expected(Keys), await ReadCurrentAsync(store));
        Assert.DoesNotContain(await KeysAsync(store, "shards/"), k => k.Contains("db=00001/attempt=00", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Complete_ShardFailsEveryTime_NamesItAndCleansUp()
    {
        await PublishAsync(store, [1], "old");
        var before = await KeysAsync(store, "shards/");
        var faulty = new FaultyStore(store).Fail(StoreOperation.UploadComplete, "db=00003", count: 99);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(faulty, Keys));

        Assert.Equal(ErrorKind.ShardWrite, error.Kind);
        Assert.Contains("Shard 3", error.Message, StringComparison.Ordinal);
        Assert.Equal(Expected([1], "old"), await ReadCurrentAsync(store));
        Assert.Equal(before, await KeysAsync(store, "shards/"));
        Assert.Contains(await RunsAsync(store), r => r.Status == RunStatus.Failed && r.ErrorType == "ShardWrite");
    }

    [Fact]
    public async Task Complete_PointerMovedDuringTheBuild_IsAConflictAndStaysStaged()
    {
        await PublishAsync(store, [1], "base");
        await using var build = await StartAsync(store, new BuildOptions { ShardCount = 1, RunId = "slow" });
        build.Add(1, "slow");
        await PublishAsync(store, [1], "fast", new BuildOptions { ShardCount = 1, RunId = "fast", AllowConcurrentBuild = true });

        var error = await Assert.ThrowsAsync<PointerConflictException>(() => build.CompleteAsync(Token));
        await build.DisposeAsync();

        Assert.Equal(("slow", "fast"), (error.OwnRunId, error.OtherRunId));
        Assert.Equal(Expected([1], "fast"), await ReadCurrentAsync(store));
        Assert.Contains(await KeysAsync(store, "shards/"), k => k.Contains("run_id=slow", StringComparison.Ordinal));
        Assert.Contains(await RunsAsync(store), r => r is
        {
            RunId: "slow", Status: RunStatus.Failed, ErrorType: "PointerConflict",
            ManifestRef: not null
        });
    }

    [Fact]
    public async Task Complete_PointerWriteSucceedsWithoutAnswer_ReportsSuccessOnce()
    {
        var faulty = new FaultyStore(store).FailAfterwards(StoreOperation.Put, "_CURRENT");
        var result = await PublishAsync(faulty, Keys);

        Assert.True(result.Published);
        Assert.Equal(Expected(Keys), await ReadCurrentAsync(store));
        Assert.Equal(RunStatus.Succeeded, Assert.Single(await RunsAsync(store)).Status);
    }

    [Fact]
    public async Task Start_AnotherLiveBuild_IsRefusedAndNamed()
    {
        await using var first = await StartAsync(store, new BuildOptions { ShardCount = 1, RunId = "first" });
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => StartAsync(store));

        Assert.Equal((ErrorKind.BuildInProgress, "first"), (error.Kind, error.Target));
        Assert.True(error.Retryable);
        await using var beside = await StartAsync(store, new BuildOptions { ShardCount = 1, AllowConcurrentBuild = true });
    }

    [Fact]
    public async Task Start_ExpiredLease_IsTakenOverAndTheOldRunCannotPublish()
    {
        var clock = new ManualClock();
        await using var suspended = await StartAsync(store, new BuildOptions { ShardCount = 1, RunId = "suspended" }, clock);
        suspended.Add(1, "late");
        clock.Now += TimeSpan.FromMinutes(11);

        await using (var next = await StartAsync(store, new BuildOptions { ShardCount = 1, RunId = "next" }, clock))
        {
            next.Add(1, "next1");
            await next.CompleteAsync(Token);
        }

        var record = Assert.Single(await RunsAsync(store), r => r.RunId == "suspended");
        Assert.Equal((RunStatus.Failed, "Abandoned"), (record.Status, record.ErrorType));
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => suspended.CompleteAsync(Token));
        Assert.Equal(ErrorKind.BuildInProgress, error.Kind);
        Assert.Equal(Expected([1], "next"), await ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Start_RecordWrittenButItsAnswerLost_MarksItFailed()
    {
        var faulty = new FaultyStore(store).FailAfterwards(StoreOperation.Put, "run.yaml");
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() =>
            SnapshotBuild.StartAsync(faulty, new BuildOptions { ShardCount = 1 }, null, TimeProvider.System, Token));

        Assert.Equal(ErrorKind.StorageTransient, error.Kind);
        Assert.Equal(RunStatus.Failed, Assert.Single(await RunsAsync(store)).Status);
        await PublishAsync(store, [1]); // the lock was given back
    }

    [Fact]
    public async Task Start_RunIdUsedBefore_IsRefused()
    {
        await PublishAsync(store, [1], options: new BuildOptions { ShardCount = 1, RunId = "again" });
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => StartAsync(store,
            new BuildOptions { ShardCount = 1, RunId = "again" }));
        Assert.Equal(ErrorKind.ConfigValidation, error.Kind);
        await PublishAsync(store, [2]);
    }

    [Fact]
    public async Task Start_InvalidOptions_NamesEveryOne()
    {
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() =>
            StartAsync(store, new BuildOptions
            {
                ShardCount = 0,
                RunId = "a/b",
                OnRowError = RowErrorPolicy.Reject,
                MaxShardAttempts = 0
            }));
        Assert.Equal(ErrorKind.ConfigValidation, error.Kind);
        Assert.All(["ShardCount is 0", "RunId 'a/b'", "RejectPath", "MaxShardAttempts is 0"],
            part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.False(Directory.Exists(folder["snap"]));
    }

    [Fact]
    public async Task Complete_FailedGuard_StagesWithoutPublishing()
    {
        await PublishAsync(store, Keys, "old");
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() =>
            PublishAsync(store, [1], "new", new BuildOptions
            {
                ShardCount = 1,
                RunId = "shrunk",
                Rules = new PublishRules { Guards = [new RowDrop(), new AlwaysFine()] }
            }));

        Assert.Equal(ErrorKind.GuardFailed, error.Kind);
        Assert.Contains("1 rows after 3000", error.Message, StringComparison.Ordinal);
        Assert.Equal(Expected(Keys, "old"), await ReadCurrentAsync(store));
        Assert.Contains(await KeysAsync(store, "shards/"), k => k.Contains("run_id=shrunk", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_Cancelled_EndsTheRunAsFailed()
    {
        using var stop = new CancellationTokenSource();
        await using (var build = await SnapshotBuild.StartAsync(store, new BuildOptions { ShardCount = 1 }, null, TimeProvider.System,
            stop.Token))
        {
            build.Add(1, "a");
            await stop.CancelAsync();
            Assert.ThrowsAny<OperationCanceledException>(() => build.Add(2, "b"));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build.CompleteAsync(Token));
        }
        Assert.Equal(RunStatus.Failed, Assert.Single(await RunsAsync(store)).Status);
        Assert.Empty(await KeysAsync(store, "manifests/"));
    }

    [Fact]
    public async Task Complete_CancelledAfterThePointerMoved_IsDoneWithAWarning()
    {
        using var stop = new CancellationTokenSource();
        var faulty = new FaultyStore(store).Before(StoreOperation.Get, async _ => await stop.CancelAsync(), "_CURRENT", nth: 2)
            .Stall(StoreOperation.Get, "_CURRENT", nth: 2);
        await using (var build = await SnapshotBuild.StartAsync(faulty, new BuildOptions { ShardCount = 1 }, null, TimeProvider.System,
            stop.Token))
        {
            build.Add(1, "v1");
            Assert.NotEmpty((await build.CompleteAsync(Token)).Warnings);
        }
        Assert.Equal(Expected([1]), await ReadCurrentAsync(store));
        Assert.Equal(RunStatus.Succeeded, Assert.Single(await RunsAsync(store)).Status);
    }

    [Fact]
    public async Task Plan_BeforeABuild_WritesNothing()
    {
        await PublishAsync(store, [1], options: new BuildOptions { ShardCount = 1, RunId = "now" });
        var before = Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).Order().ToList();
        await using var snapshots = SnapshotStore.Open(folder["snap"]);
        var plan = await snapshots.PlanBuildAsync(new BuildOptions { ShardCount = 8 }, Token);

        Assert.Equal(("now", null), (plan.CurrentRunId, plan.LiveRunId));
        Assert.Contains("Write 8 shards, empty ones left out.", plan.Steps);
        Assert.Equal(before, Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).Order());
    }

    sealed class RowDrop : IPublishGuard
    {
        public string Name => "RowDrop";
        public Task<GuardResult> CheckAsync(GuardContext context, CancellationToken cancellationToken) =>
            Task.FromResult(new GuardResult(Name, context.Staged.RowCount >= context.Current!.RowCount,
                $"{context.Staged.RowCount} rows after {context.Current.RowCount}."));
    }

    sealed class AlwaysFine : IPublishGuard
    {
        public string Name => "Fine";
        public Task<GuardResult> CheckAsync(GuardContext context, CancellationToken cancellationToken) =>
            Task.FromResult(new GuardResult(Name, true, "fine"));
    }
}
