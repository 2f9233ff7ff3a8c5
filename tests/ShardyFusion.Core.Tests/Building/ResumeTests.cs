using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.Building.BuiltSnapshots;

namespace ShardyFusion.Core.Tests.Building;

/// <summary>Builds that died in the middle and are gone on with.</summary>
public sealed class ResumeTests : IDisposable
{
    static readonly long[] Keys = [.. Enumerable.Range(0, 4000).Select(k => (long)k)];

    readonly TempFolder folder = new();
    readonly IObjectStore store;
    readonly ManualClock clock = new();

    public ResumeTests() => store = ObjectStores.Open(folder["snap"]);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    static BuildOptions Options => new() { ShardCount = 4, Parallelism = 1, MaxShardAttempts = 1 };

    /// <summary>A run that got as far as two shards and was never heard of again.</summary>
    async Task DieAsync(string runId = "r", string text = "v")
    {
        var faulty = new FaultyStore(store).Fail(StoreOperation.OpenUpload, "db=00002");
        var dead = await StartAsync(faulty, Options with { RunId = runId }, clock);
        foreach (var key in Keys) dead.Add(key, text + key);
        await Assert.ThrowsAsync<ShardyFusionException>(() => dead.CompleteAsync(Token));
        // Never disposed, as when the process was killed: record and shards stay.
        clock.Now += TimeSpan.FromMinutes(11);
    }

    async Task<(BuildResult Result, FaultyStore Seen)> ResumeAsync(string runId = "r", BuildOptions? options = null)
    {
        var seen = new FaultyStore(store);
        await using var build = await StartAsync(seen, (options ?? Options) with { ResumeRunId = runId }, clock);
        foreach (var key in Keys) build.Add(key, "v" + key);
        return (await build.CompleteAsync(Token), seen);
    }

    static List<string> Uploaded(FaultyStore seen) =>
        [.. seen.Calls.Where(c => c.Operation == StoreOperation.UploadComplete).Select(c => c.Key)];

    static string Shard(int dbId, int attempt = 0) => SnapshotPaths.ShardKey(SnapshotPaths.AttemptKey("r", dbId, attempt));

    [Fact]
    public async Task Resume_WithoutAMessage_KeepsThatOfTheRun()
    {
        var faulty = new FaultyStore(store).Fail(StoreOperation.OpenUpload, "db=00002");
        var dead = await StartAsync(faulty, Options with { RunId = "told", Message = "nightly prices" }, clock);
        foreach (var key in Keys) dead.Add(key, "v" + key);
        await Assert.ThrowsAsync<ShardyFusionException>(() => dead.CompleteAsync(Token));
        clock.Now += TimeSpan.FromMinutes(11);
        await ResumeAsync("told");
        var snapshots = new SnapshotStore(store, clock);
        Assert.Equal("nightly prices", (await snapshots.GetInfoAsync(SnapshotSelector.Current, Token)).Message);
        Assert.Equal("nightly prices", (await snapshots.GetRunAsync("told", Token)).Message);
    }

    [Fact]
    public async Task Resume_DeadRun_UploadsOnlyWhatIsMissingAndEqualsAnUninterruptedBuildByteForByte()
    {
        await DieAsync();
        Assert.Equal([Shard(0), Shard(1)], await KeysAsync(store, "shards/"));
        var (result, seen) = await ResumeAsync();

        Assert.Equal([Shard(2), Shard(3)], Uploaded(seen).Order());
        Assert.Equal((true, 2, 4, 4000L), (result.Published, result.KeptShards, result.Shards.Count, result.RowsWritten));
        Assert.Equal(Expected(Keys), await ReadCurrentAsync(store));

        var whole = ObjectStores.Open(folder["whole"]);
        await using (var build = await StartAsync(whole, Options with { RunId = "r" }, clock))
        {
            foreach (var key in Keys) build.Add(key, "v" + key);
            await build.CompleteAsync(Token);
        }
        Assert.Equal(await KeysAsync(whole, "shards/"), await KeysAsync(store, "shards/"));
        foreach (var key in await KeysAsync(whole, "shards/"))
            Assert.Equal(await File.ReadAllBytesAsync(whole.LocalPath(key)!, Token), await File.ReadAllBytesAsync(store.LocalPath(key)!,
                Token));
        Assert.Equal(await ManifestBytesAsync(whole), await ManifestBytesAsync(store));
    }

    /// <summary>The one manifest, but for where it lies and how long each shard took.</summary>
    static async Task<byte[]> ManifestBytesAsync(IObjectStore store)
    {
        var manifest = (await new SnapshotCatalog(store).LoadManifestAsync(Assert.Single(await KeysAsync(store, "manifests/")),
            Token)).Manifest;
        return ManifestCodec.Write(manifest with
        {
            Required = manifest.Required with { S3Prefix = "s3://somewhere/else" },
            Shards = [.. manifest.Shards.Select(shard => shard with { WriterInfo = new WriterInfo() })],
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Resume_ShardDamagedMeanwhile_IsWrittenAnewBesideItAndTheDamagedOneRemoved(bool isShorter)
    {
        await DieAsync();
        var path = store.LocalPath(Shard(1))!;
        var bytes = await File.ReadAllBytesAsync(path, Token);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, isShorter ? bytes[..^1] : bytes, Token);
        var (result, seen) = await ResumeAsync();

        Assert.Equal([Shard(1, 1), Shard(2), Shard(3)], Uploaded(seen).Order());
        Assert.Equal(1, result.KeptShards);
        Assert.Equal(1, Assert.Single(result.Shards, s => s.ShardId == 1).Attempt);
        Assert.Equal([Shard(0), Shard(1, 1), Shard(2), Shard(3)], await KeysAsync(store, "shards/"));
        Assert.Equal(Expected(Keys), await ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Resume_OtherRowsThanTheDeadRun_KeepsNothingOfIt()
    {
        await DieAsync(text: "other");
        var (result, _) = await ResumeAsync();
        Assert.Equal(0, result.KeptShards);
        Assert.Equal(Expected(Keys), await ReadCurrentAsync(store));
        Assert.Equal([Shard(0, 1), Shard(1, 1), Shard(2), Shard(3)], await KeysAsync(store, "shards/"));
    }

    [Fact]
    public async Task Resume_FewerShards_RemovesWhatIsLeftOver()
    {
        await DieAsync();
        await ResumeAsync(options: Options with { ShardCount = 1 });
        Assert.Equal([Shard(0, 1)], await KeysAsync(store, "shards/"));
        Assert.Equal(Expected(Keys), await ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Resume_FailsAgain_KeepsTheShardsForTheNextTime()
    {
        await DieAsync();
        var faulty = new FaultyStore(store).Fail(StoreOperation.OpenUpload, "db=00003");
        await using (var build = await StartAsync(faulty, Options with { ResumeRunId = "r" }, clock))
        {
            foreach (var key in Keys) build.Add(key, "v" + key);
            await Assert.ThrowsAsync<ShardyFusionException>(() => build.CompleteAsync(Token));
        }
        var (result, seen) = await ResumeAsync();
        Assert.Equal([Shard(3)], Uploaded(seen));
        Assert.Equal(3, result.KeptShards);
        Assert.Equal(Expected(Keys), await ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Resume_DeadRun_ItsRecordSaysSoAndTheNewOneSucceeded()
    {
        await DieAsync();
        await ResumeAsync();
        var records = await RunsAsync(store);
        Assert.Contains(records, r => r is { RunId: "r", Status: RunStatus.Failed, ErrorType: RunRecord.Abandoned });
        Assert.Contains(records, r => r is { RunId: "r", Status: RunStatus.Succeeded, Rows: 4000, Bytes: > 0 });
    }

    [Fact]
    public async Task Resume_LiveRun_BuildInProgress()
    {
        await using var live = await StartAsync(store, Options with { RunId = "r" }, clock);
        Assert.Equal(ErrorKind.BuildInProgress, (await Assert.ThrowsAsync<ShardyFusionException>(() => ResumeAsync())).Kind);
        // Without the lock the records tell.
        Assert.Equal(ErrorKind.BuildInProgress,
            (await Assert.ThrowsAsync<ShardyFusionException>(() =>
            ResumeAsync(options: Options with { AllowConcurrentBuild = true }))).Kind);
    }

    [Fact]
    public async Task Resume_RunThatHasItsManifest_IsRefused()
    {
        await PublishAsync(store, [1], options: new BuildOptions { ShardCount = 1, RunId = "r", Publish = false });
        Assert.Equal(ErrorKind.ConfigValidation, (await Assert.ThrowsAsync<ShardyFusionException>(() => ResumeAsync())).Kind);
        Assert.Equal([Shard(0)], await KeysAsync(store, "shards/"));
    }

    [Fact]
    public async Task Resume_UnknownRun_RunNotFoundAndNoRecordIsLeft()
    {
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => ResumeAsync("nobody"));
        Assert.Equal((ErrorKind.RunNotFound, "nobody"), (error.Kind, error.Target));
        Assert.Empty(await KeysAsync(store, "runs/"));
    }

    [Fact]
    public async Task Resume_WithARunId_ConfigValidation() => Assert.Equal(ErrorKind.ConfigValidation,
        (await Assert.ThrowsAsync<ShardyFusionException>(() => StartAsync(store, Options with { RunId = "a", ResumeRunId = "r" }))).Kind);
}
