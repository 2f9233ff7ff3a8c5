using ShardyFusion.Building;
using ShardyFusion.Building.Sorting;
using ShardyFusion.Catalog;
using ShardyFusion.Cleaning;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Maintenance;
using ShardyFusion.Measuring;
using ShardyFusion.Reading;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Cleaning;

/// <summary>What someone else keeps in or behind a snapshot prefix is there after everything that cleans.</summary>
public sealed class ForeignFileTests(ITestOutputHelper output) : IDisposable
{
    const string Hex32 = "0123456789abcdef0123456789abcdef";
    const string Other32 = "ffffffffffffffffffffffffffffffff";
    // As it stands in a file name.
    const string Time = "2024-01-02T03%3A04%3A05.000000Z";

    static readonly DateTime LongAgo = new(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    static readonly CleanupPolicy Policy = new()
    {
        KeepLast = 1,
        Grace = TimeSpan.Zero,
        StagedGrace = TimeSpan.Zero,
        RunRecordAge = TimeSpan.Zero,
        EventAge = TimeSpan.Zero,
        ClockSkew = TimeSpan.Zero,
    };
    static readonly MeasureOptions SmallMeasure = new()
    {
        ShardCounts = [1],
        RowCount = 20,
        ValueBytes = 8,
        ColdGets = 1,
        WarmGets = 1,
        BatchSize = 5,
        Refreshes = 1,
        Threads = 1,
    };

    readonly TempFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    string Snap => folder["snap"];

    public void Dispose() => folder.Dispose();

    /// <summary>Names that look like ours at a glance, in every place where something is cleaned.</summary>
    static readonly string[] ForeignNames =
    [
        ".tmp/notes.txt", $".tmp/{Hex32.ToUpperInvariant()}", $".tmp/{Hex32[1..]}", $".tmp/{Hex32}.bak", $".tmp/{Hex32}x", ".tmp/deep/"
            + Hex32,
        ".locks/notes.txt", ".locks/40", ".locks/0a.bak",
        ".probe/old.txt", $".probe/{Other32}", ".probe/notes/cas", $".probe/{Hex32}/Important File",
        ".measure/old.txt", $".measure/{Hex32}/notes.txt", $".measure/{Hex32}/4/notes.txt", $".measure/{Hex32}/4/shards/old.csv",
        ".measure/mine/4/_CURRENT", $".measure/{Hex32}/4/.locks/notes",
        "shards/readme.txt", "shards/run_id=dead/notes.txt", "shards/run_id=dead/db=00000/attempt=00/shard.sst.bak",
        "shards/run_id=dead/db=00000/attempt=00/data.csv", "shards/run_id=dead/db=00000/shard.sst",
        "shards/run_id=a/notes.txt", "shards/run_id=a/db=00000/attempt=00/notes.txt",
        "runs/readme.txt", $"runs/{Time}_run_id=dead_{Hex32}/notes.txt", "manifests/readme.txt", $"manifests/{Time}_run_id=a/notes.txt",
        "tags/readme.txt", "events/readme.json", $"events/{Time}_mine.json", "pins/mine.json", "removals/mine.json", "blocks/mine.json",
        "own/file",
    ];

    static void Plant(string path, string content = "precious")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        File.SetLastWriteTimeUtc(path, LongAgo);
    }

    static async Task PublishAsync(IObjectStore store, string runId) =>
        await BuiltSnapshots.PublishAsync(store, [1, 2, 3], options: new BuildOptions { ShardCount = 2, RunId = runId });

    static async Task BuildAsync(string prefix)
    {
        await using var store = ObjectStores.Open(prefix);
        await PublishAsync(store, $"r{Guid.NewGuid():N}");
    }

    async Task CopyAsync(string prefix)
    {
        var origin = folder[$"origin-{Guid.NewGuid():N}"];
        await BuildAsync(origin);
        await using var from = SnapshotStore.Open(origin, null);
        await using var to = SnapshotStore.Open(prefix, null);
        await from.CopyToAsync(to, new CopyOptions(), null, Token);
    }

    static async Task<CleanupResult> CleanUpAsync(string prefix)
    {
        await using var snapshots = SnapshotStore.Open(prefix, null);
        return await snapshots.CleanUpAsync(await snapshots.PlanCleanupAsync(Policy, Token), isSaved: false, Token);
    }

    Task RunAsync(string verb, string prefix) => verb switch
    {
        "build" => BuildAsync(prefix),
        "copy" => CopyAsync(prefix),
        "measure" => SnapshotMeasure.RunAsync(prefix, null, SmallMeasure, null, Token),
        _ => CleanUpAsync(prefix),
    };

    [Theory]
    [InlineData("build")]
    [InlineData("copy")]
    [InlineData("measure")]
    [InlineData("cleanup")]
    public async Task Clean_FilesOfOtherNames_Stay(string verb)
    {
        await using (var store = ObjectStores.Open(Snap))
        {
            await PublishAsync(store, "a");
            await PublishAsync(store, "b");
        }
        foreach (var name in ForeignNames) Plant(Path.Combine(Snap, name));
        await RunAsync(verb, Snap);
        Assert.Equal([], ForeignNames.Where(name => !File.Exists(Path.Combine(Snap, name))));
        Assert.All(ForeignNames, name => Assert.Equal("precious", File.ReadAllText(Path.Combine(Snap, name))));
        output.WriteLine($"counts: {verb}: {ForeignNames.Length} files of other names, {ForeignNames.Length} left alone");
    }

    [Theory]
    [InlineData("build")]
    [InlineData("copy")]
    [InlineData("measure")]
    [InlineData("cleanup")]
    public async Task Clean_LinksToFoldersOutside_NothingBehindThemGoes(string verb)
    {
        string[] own =
        [
            Other32, "0a", $"{Hex32}/cas", $"{Hex32}/4/_CURRENT", $"{Hex32}/4/.locks/0a", "run_id=dead/db=00000/attempt=00/shard.sst",
                $"{Time}_run_id=dead_{Hex32}/run.yaml", $"{Time}_{Hex32}.json",
            $"{Time}_run_id=dead/manifest", "notes.txt",
        ];
        var (refused, passed) = (0, 0);
        foreach (var linked in new[] { ".tmp", ".locks", ".probe", ".measure", "shards", "runs", "manifests", "events", "tags", "pins",
            "removals", "blocks" })
        {
            foreach (var isDangling in new[] { false, true })
            {
                var (prefix, outside) = (folder[$"{linked}-{isDangling}"], folder[$"outside-{linked}-{isDangling}"]);
                if (!isDangling)
                    foreach (var name in own) Plant(Path.Combine(outside, name));
                await BuildAsync(prefix);
                if (Directory.Exists(Path.Combine(prefix, linked))) Directory.Delete(Path.Combine(prefix, linked), recursive: true);
                Directory.CreateSymbolicLink(Path.Combine(prefix, linked), outside);
                if (await Record.ExceptionAsync(() => RunAsync(verb, prefix)) is { } error)
                {
                    var refusal = Assert.IsType<ShardyFusionException>(error);
                    Assert.Equal(ErrorKind.ConfigValidation, refusal.Kind);
                    Assert.Contains($"'{Path.Combine(prefix, linked)}' is a symbolic link", refusal.Message, StringComparison.Ordinal);
                    refused++;
                }
                else passed++;
                Assert.NotNull(new FileInfo(Path.Combine(prefix, linked)).LinkTarget);
                Assert.Equal(!isDangling, Directory.Exists(outside));
                Assert.All(isDangling ? [] : own, name => Assert.Equal("precious", File.ReadAllText(Path.Combine(outside, name))));
            }
        }
        Assert.True(refused > 0);
        output.WriteLine(
            $"counts: {verb}: links in place of folders: {refused} refused by name, {passed} not needed; files lost behind them: 0");
    }

    [Fact]
    public async Task Clean_LinksAmongOurFiles_TheyAndWhatTheyNameStay()
    {
        await BuildAsync(Snap);
        var store = new FileObjectStore(Snap);
        Plant(folder["outside/file"]);
        string[] links = [$".tmp/{Hex32}", $".probe/{Hex32}/cas", $"shards/run_id=dead/db=00000/attempt=00/shard.sst",
            $"events/{Time}_{Hex32}.json"];
        foreach (var link in links)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Snap, link))!);
            File.CreateSymbolicLink(Path.Combine(Snap, link), folder["outside/file"]);
        }
        File.CreateSymbolicLink(Path.Combine(Snap, $".tmp/{Other32}"), folder["outside/nowhere"]);
        await BuildAsync(Snap);
        await CleanUpAsync(Snap);
        Assert.All(links, link => Assert.NotNull(new FileInfo(Path.Combine(Snap, link)).LinkTarget));
        Assert.Equal("precious", await File.ReadAllTextAsync(folder["outside/file"], Token));
        foreach (var key in links.Skip(1).Select(link => link.Replace("%3A", ":", StringComparison.Ordinal)))
        {
            Assert.Contains("is a symbolic link", Assert.Single(await store.DeleteAsync([key], Token)).Error, StringComparison.Ordinal);
            var refusal = await Assert.ThrowsAsync<ShardyFusionException>(() => store.PutAsync(key, new byte[1],
                new PutOptions(PutCondition.Always), Token));
            Assert.Contains("is a symbolic link", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(".tmp")]
    [InlineData(".locks")]
    [InlineData("shards")]
    [InlineData("manifests")]
    public async Task Build_FileWhereAFolderBelongs_IsNamed(string name)
    {
        Plant(Path.Combine(Snap, name));
        var refusal = await Assert.ThrowsAsync<ShardyFusionException>(() => BuildAsync(Snap));
        Assert.Equal(ErrorKind.ConfigValidation, refusal.Kind);
        Assert.Contains($"'{Path.Combine(Snap, name)}' is a file", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(Path.Combine(Snap, name), Token));
    }

    [Fact]
    public async Task Build_LockFileThatIsALink_IsRefusedAndCreatesNothingOutside()
    {
        await BuildAsync(Snap);
        foreach (var file in Enumerable.Range(0, 64).Select(stripe => Path.Combine(Snap, ".locks", $"{stripe:x2}")))
        {
            File.Delete(file);
            File.CreateSymbolicLink(file, folder["created"]);
        }
        Assert.Contains("is a symbolic link", (await Assert.ThrowsAsync<ShardyFusionException>(() => BuildAsync(Snap))).Message,
            StringComparison.Ordinal);
        Assert.False(File.Exists(folder["created"]));
    }

    [Fact]
    public void DeleteAbandoned_SpillFolders_OnlyOursAndOnlyOurFiles()
    {
        string[] foreign =
        [
            "shardyfusion-spill-mine/rows-0001", "shardyfusion-spill-run-0123abcg/rows-0001", "shardyfusion-spill-run-0123abcd/notes.txt",
                "shardyfusion-spill-run-0123abcd/rows-1.bak", "shardyfusion-spill-run-0123abcd/deep/rows-0001",
        ];
        foreach (var name in foreign) Plant(folder[name]);
        Plant(folder["shardyfusion-spill-run-0123abcd/lock"], "");
        Plant(folder["shardyfusion-spill-run-0123abcd/rows-0001"]);
        Plant(folder["shardyfusion-spill-run-89abcdef/rows-0001"]);
        Plant(folder["shardyfusion-spill-run-89abcdef/lock"], "");
        Plant(folder["outside/rows-0001"]);
        Plant(folder["outside/lock"], "");
        Directory.CreateSymbolicLink(folder["shardyfusion-spill-run-00000000"], folder["outside"]);
        using (var spill = new SpillFolder(folder.Path, "new")) spill.DeleteAbandoned();
        Assert.All(foreign, name => Assert.True(File.Exists(folder[name]), name));
        Assert.False(File.Exists(folder["shardyfusion-spill-run-0123abcd/rows-0001"]));
        Assert.False(Directory.Exists(folder["shardyfusion-spill-run-89abcdef"]));
        Assert.Equal(2, Directory.GetFiles(folder["outside"]).Length);
    }

    [Fact]
    public async Task ShardCache_MakingRoom_OnlyFilesThatItMadeGo()
    {
        await BuildAsync(Snap);
        await using var store = ObjectStores.Open(Snap);
        var manifest = (await new SnapshotCatalog(store)
            .LoadManifestAsync((await new SnapshotCatalog(store).ReadPointerAsync(Token)).ManifestKey!, Token)).Manifest;
        string hash = new('a', 64), link = new('b', 64);
        string[] foreign = [$"{hash[1..]}.sst", $"{hash}.sst.sst", "mine.sst", $"{hash}.tmp", $"{hash}.{Hex32}x.tmp", "mine.tmp",
            $"{hash.ToUpperInvariant()}.sst"];
        foreach (var name in foreign) Plant(folder[$"cache/{name}"]);
        Plant(folder[$"cache/{hash}.sst"], new string('x', 100_000));
        Plant(folder[$"cache/{hash}.{Hex32}.tmp"]);
        Plant(folder["outside.sst"], new string('x', 100_000));
        File.CreateSymbolicLink(folder[$"cache/{link}.sst"], folder["outside.sst"]);
        var entry = manifest.Shards[0];
        var cache = new ShardFileCache(folder["cache"], 50_000);
        using (await cache.OpenAsync(entry, Source(), path => MappedShard.Open(path, SstReadOptions.Default), Token)) { }
        Assert.All(foreign, name => Assert.True(File.Exists(folder[$"cache/{name}"]), name));
        Assert.False(File.Exists(folder[$"cache/{hash}.sst"]));
        Assert.False(File.Exists(folder[$"cache/{hash}.{Hex32}.tmp"]));
        Assert.True(File.Exists(folder[$"cache/{link}.sst"]));

        File.Delete(folder[$"cache/{entry.Sha256}.sst"]);
        File.CreateSymbolicLink(folder[$"cache/{entry.Sha256}.sst"], folder["outside.sst"]);
        var refusal = await Assert.ThrowsAsync<ShardyFusionException>(() => cache.OpenAsync(entry, Source(),
            path => MappedShard.Open(path, SstReadOptions.Default), Token));
        Assert.Contains("is a symbolic link", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(100_000, new FileInfo(folder["outside.sst"]).Length);

        StoreShardSource Source() => new(store, entry.ObjectKey, entry.ObjectKey, entry.DbBytes!.Value,
            cause => new ShardyFusionException(ErrorKind.SnapshotIncomplete, "gone", cause));
    }
}
