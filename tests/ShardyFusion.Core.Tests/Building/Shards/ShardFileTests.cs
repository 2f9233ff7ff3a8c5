using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Oracle;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;
using ShardyFusion.Publishing.Guards;
using ShardyFusion.Routing;
using ShardyFusion.Shards.Sst.Writing;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.Building.BuiltSnapshots;

namespace ShardyFusion.Core.Tests.Building.Shards;

/// <summary>Snapshots that are made of shard files which something else wrote.</summary>
public sealed class ShardFileTests : IDisposable
{
    const int Shards = 4;

    static readonly long[] Keys = [.. Enumerable.Range(0, 400).Select(k => (long)k)];

    readonly TempFolder folder = new();
    readonly IObjectStore store;
    readonly SnapshotStore snapshots;

    public ShardFileTests()
    {
        store = ObjectStores.Open(folder["snap"]);
        snapshots = new SnapshotStore(store);
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    static byte[] Stored(long key) => KeyCodec.For(KeyEncoding.U64BE).Encode(key);

    static int Owner(long key) => ShardRouter.ForHash(Shards, KeyEncoding.U64BE).Route(key);

    static byte[] Table(IEnumerable<long> keys) => SstWriting.Encode(new SstOptions(),
        keys.Order().Select(key => new OracleRow(Stored(key), System.Text.Encoding.UTF8.GetBytes("v" + key))));

    string Write(string name, byte[] content)
    {
        var path = folder[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>One file a shard, with names that say nothing.</summary>
    void WriteAll(Func<int, string> nameOf, IEnumerable<long>? keys = null)
    {
        foreach (var shard in (keys ?? Keys).GroupBy(Owner)) Write(nameOf(shard.Key), Table(shard));
    }

    async Task<BuildResult> TakeAsync(string location, BuildOptions? options = null, IObjectStore? through = null)
    {
        var opened = through is null ? snapshots : new SnapshotStore(through);
        await using var files = await opened.FindShardFilesAsync(location, null, Token);
        await using var build = await opened.StartBuildAsync((options ?? new BuildOptions()) with
        {
            ShardFiles = files,
            ShardCount = Shards,
            KeyEncoding = KeyEncoding.U64BE
        }, null, Token);
        return await build.CompleteAsync(Token);
    }

    async Task<ShardyFusionException> RefusedAsync(string location, BuildOptions? options = null)
    {
        var error = await Assert.ThrowsAnyAsync<ShardyFusionException>(() => TakeAsync(location, options));
        Assert.Null((await new SnapshotCatalog(store).ReadPointerAsync(Token)).Pointer);
        Assert.Empty(await KeysAsync(store, "manifests/"));
        return error;
    }

    static string Place(string runId, int dbId, int attempt = 0) =>
        $"snap/{SnapshotPaths.ShardKey(SnapshotPaths.AttemptKey(runId, dbId, attempt))}";

    [Fact]
    public async Task Take_FolderOfFiles_IsTheSnapshotThatABuildFromTheRowsWouldBe()
    {
        WriteAll(shard => $"out/task-{7 - shard}/part.sst");
        Write("out/_SUCCESS", []);
        var result = await TakeAsync(folder["out"], new BuildOptions { RunId = "spark", Message = "by another hand" });
        Assert.Equal((true, 400L, 400L, 0, Shards), (result.Published, result.RowsRead, result.RowsWritten, result.KeptShards,
            result.ShardCount));
        Assert.Equal(Expected(Keys), await ReadCurrentAsync(store));
        Assert.Equal(RunStatus.Succeeded, Assert.Single(await RunsAsync(store)).Status);

        var whole = ObjectStores.Open(folder["whole"]);
        await PublishAsync(whole, Keys, "v", new BuildOptions
        {
            ShardCount = Shards,
            RunId = "spark",
            KeyEncoding = KeyEncoding.U64BE,
            ValueEncoding = ValueEncoding.Raw,
            Message = "by another hand"
        });
        Assert.Equal(await EntriesAsync(whole), await EntriesAsync(store));
    }

    /// <summary>All that the manifest says about the shards, but for how long each took.</summary>
    static async Task<List<ShardEntry>> EntriesAsync(IObjectStore at)
    {
        var manifest = (await new SnapshotCatalog(at).LoadManifestAsync(Assert.Single(await KeysAsync(at, "manifests/")), Token)).Manifest;
        return [.. manifest.Shards.Select(shard => shard with { WriterInfo = new WriterInfo() })];
    }

    [Fact]
    public async Task Take_FilesInTheirPlaces_CopiesNothing()
    {
        WriteAll(shard => Place("spark", shard));
        Write(Place("spark", 1, attempt: 1), Table(Keys.Where(key => Owner(key) == 1).Take(3)));
        var seen = new FaultyStore(store);
        var result = await TakeAsync(folder["snap/shards/run_id=spark"], through: seen);
        Assert.Equal(("spark", 4, 400L), (result.RunId, result.KeptShards, result.RowsWritten));
        Assert.DoesNotContain(seen.Calls, call => call.Operation == StoreOperation.OpenUpload);
        Assert.Equal(Expected(Keys), await ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Take_WithoutPublish_IsStaged()
    {
        WriteAll(shard => $"out/{shard}.sst");
        Assert.False((await TakeAsync(folder["out"], new BuildOptions { RunId = "staged", Publish = false })).Published);
        Assert.Null((await new SnapshotCatalog(store).ReadPointerAsync(Token)).Pointer);
        var rules = new PublishRules();
        await snapshots.PublishAsync(await snapshots.PlanPublishAsync(new SnapshotSelector { RunId = "staged" }, rules, Token), rules,
            false, Token);
        Assert.Equal(Expected(Keys), await ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Take_Guards_SeeTheFiles()
    {
        WriteAll(shard => $"out/{shard}.sst");
        var rules = new PublishRules { Limits = new GuardLimits { MinRows = 401, MaxValueBytes = 3 }, Canaries = [new Canary(7L, "v7")] };
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => TakeAsync(folder["out"], new BuildOptions { Rules = rules }));
        Assert.Equal(ErrorKind.GuardFailed, error.Kind);
        Assert.Contains("MinRows", error.Message, StringComparison.Ordinal);
        Assert.Contains("MaxValueSize", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Canar", error.Message, StringComparison.Ordinal);
        Assert.Null((await new SnapshotCatalog(store).ReadPointerAsync(Token)).Pointer);
    }

    [Fact]
    public async Task Take_MisroutedKey_NamesFileAndKey()
    {
        var stray = Keys.First(key => Owner(key) == 2);
        WriteAll(shard => $"out/{shard}.sst", Keys.Where(key => key != stray));
        Write("out/1.sst", Table(Keys.Where(key => Owner(key) == 1).Append(stray)));
        var error = await RefusedAsync(folder["out"]);
        Assert.Equal(ErrorKind.ShardAssignment, error.Kind);
        Assert.Contains("/out/1.sst'", error.Message, StringComparison.Ordinal);
        Assert.Contains($"key {stray} belongs to shard 2 of 4", error.Message, StringComparison.Ordinal);
        Assert.Empty(await KeysAsync(store, "shards/"));
    }

    [Fact]
    public async Task Take_FileInAnotherShardsPlace_IsRefusedAndStays()
    {
        WriteAll(shard => Place("spark", 3 - shard));
        var error = await RefusedAsync(folder["snap/shards/run_id=spark"]);
        Assert.Equal(ErrorKind.ShardAssignment, error.Kind);
        Assert.Contains("lies in the place of shard", error.Message, StringComparison.Ordinal);
        Assert.Equal(4, (await KeysAsync(store, "shards/")).Count);
    }

    [Fact]
    public async Task Take_TwoFilesOfOneShard_NamesBoth()
    {
        var own = Keys.Where(key => Owner(key) == 1).ToArray();
        Write("out/a.sst", Table(own[..10]));
        Write("out/b.sst", Table(own[10..]));
        var error = await RefusedAsync(folder["out"]);
        Assert.Equal(ErrorKind.ShardAssignment, error.Kind);
        Assert.Contains("/out/a.sst' and 'file://", error.Message, StringComparison.Ordinal);
        Assert.Contains("/out/b.sst' both hold keys of shard 1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flip")]
    [InlineData("short")]
    [InlineData("foreign")]
    public async Task Take_DamagedFile_ShardCorruptNamesIt(string damage)
    {
        WriteAll(shard => $"out/{shard}.sst");
        var bytes = await File.ReadAllBytesAsync(folder["out/2.sst"], Token);
        if (damage == "flip") bytes[100] ^= 1;
        Write("out/2.sst", damage switch { "short" => bytes[..^7], "foreign" => "no table at all"u8.ToArray(), _ => bytes });
        var error = await RefusedAsync(folder["out"]);
        Assert.Equal(ErrorKind.ShardCorrupt, error.Kind);
        Assert.Contains("/out/2.sst", error.Message, StringComparison.Ordinal);
        Assert.Empty(await KeysAsync(store, "shards/"));
        var record = Assert.Single(await RunsAsync(store));
        Assert.Equal((RunStatus.Failed, "ShardCorrupt"), (record.Status, record.ErrorType));
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 255, 0, 0, 0, 0, 0, 0, 1 })]
    public async Task Take_KeyOfAnotherEncoding_NamesFileAndKey(byte[] key)
    {
        Write("out/x.sst", SstWriting.Encode(new SstOptions(), [new OracleRow(key, [])]));
        var error = await RefusedAsync(folder["out"]);
        Assert.Equal(ErrorKind.ShardAssignment, error.Kind);
        Assert.Contains("/out/x.sst', row 1: key 0x" + Convert.ToHexStringLower(key), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_NothingThere_NamesThePlace()
    {
        WriteAll(shard => Place("spark", shard));
        Write("out/rows.csv", []);
        foreach (var (place, kind) in new[] { ("out", ErrorKind.InputInvalid), ("snap/shards/run_id=nobody", ErrorKind.InputInvalid),
            ("nowhere", ErrorKind.StorageNotFound) })
        {
            var error = await Assert.ThrowsAsync<ShardyFusionException>(() => snapshots.FindShardFilesAsync(folder[place], null, Token));
            Assert.Equal(kind, error.Kind);
            Assert.Contains(place, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Take_RunThatIsPublishedAlready_Refused()
    {
        await PublishAsync(store, Keys, "v", new BuildOptions { ShardCount = Shards, RunId = "done" });
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => TakeAsync(folder["snap/shards/run_id=done"]));
        Assert.Equal((ErrorKind.ConfigValidation, "done"), (error.Kind, error.Target));
    }

    [Fact]
    public async Task Start_WithoutShardCountOrEncoding_EveryFaultIsNamed()
    {
        WriteAll(shard => Place("spark", shard));
        await using var files = await snapshots.FindShardFilesAsync(folder["snap/shards/run_id=spark"], null, Token);
        var faults = new BuildOptions { ShardFiles = files, RunId = "other", ResumeRunId = "more" }.Validate();
        Assert.All(["ShardCount", "KeyEncoding", "ResumeRunId", "'other'"],
            part => Assert.Contains(faults, fault => fault.Contains(part, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Add_RowsToABuildOfFiles_Refused()
    {
        WriteAll(shard => $"out/{shard}.sst");
        await using var files = await snapshots.FindShardFilesAsync(folder["out"], null, Token);
        await using var build = await snapshots.StartBuildAsync(new BuildOptions
        {
            ShardFiles = files,
            ShardCount = Shards,
            KeyEncoding = KeyEncoding.U64BE
        }, null, Token);
        Assert.Equal(ErrorKind.ReaderState, Assert.Throws<ShardyFusionException>(() => build.Add(1L, "v")).Kind);
    }
}
