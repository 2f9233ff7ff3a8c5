using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Cleaning;
using ShardyFusion.Core.Tests.Shards.Sqlite;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Maintenance;
using ShardyFusion.Reading;
using ShardyFusion.Routing;
using ShardyFusion.Shards;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Core.Tests.Building;

/// <summary>Snapshots whose shards are built as SQLite files.</summary>
public sealed class SqliteBuildTests : IDisposable
{
    static BuildOptions Options { get; } = new() { ShardCount = 4, ShardFormat = ShardFormat.Sqlite };

    static CancellationToken Token => TestContext.Current.CancellationToken;

    readonly TempFolder folder = new(), other = new();

    public void Dispose()
    {
        folder.Dispose();
        other.Dispose();
    }

    static async Task<BuildResult> BuildAsync(SnapshotStore store, IEnumerable<object> keys, BuildOptions options)
    {
        await using var build = await store.StartBuildAsync(options, null, Token);
        foreach (var key in keys)
            build.Add(key, $"value of {key}");
        return await build.CompleteAsync(Token);
    }

    string[] ShardFiles() => Directory.GetFiles(folder["shards"], "*", SearchOption.AllDirectories);

    public static TheoryData<KeyEncoding> Encodings => [.. Enum.GetValues<KeyEncoding>()];

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task Build_EachEncoding_SqliteFilesThatHoldTheRows(KeyEncoding encoding)
    {
        await using var store = SnapshotStore.Open(folder.Path);
        object[] keys = [.. Enumerable.Range(1, 3000).Select(object (i) => encoding switch
        {
            KeyEncoding.Utf8 => $"ключ-{i}",
            KeyEncoding.Raw => new[] { (byte)0xff, (byte)(i >> 8), (byte)i },
            _ => i,
        })];
        var result = await BuildAsync(store, keys, Options with { KeyEncoding = encoding });
        Assert.Equal((3000, 4), (result.RowsWritten, result.Shards.Count));
        Assert.Equal(4, ShardFiles().Length);
        foreach (var file in ShardFiles())
        {
            Assert.Equal("shard.db", Path.GetFileName(file));
            Assert.Equal("ok", SqliteMaker.Ask(file, "PRAGMA integrity_check"));
        }
        Assert.Equal(3000, ShardFiles().Sum(file => SqliteMaker.Rows(file).Count));
        await using var reader = await store.OpenReaderAsync(new ReaderOptions(), Token);
        var found = await reader.GetManyAsync(keys, Token);
        Assert.All(keys.Zip(found), pair => Assert.Equal($"value of {pair.First}", Encoding.UTF8.GetString(pair.Second.Value!)));
        var report = await store.VerifyAsync(new VerifyOptions { Level = VerifyLevel.Deep }, null, Token);
        Assert.Empty(report.Findings);
        Assert.Empty(report.Notes);
        Assert.Equal(HealthStatus.Healthy, (await store.CheckHealthAsync(new HealthOptions { Deep = true }, Token)).Status);
    }

    [Fact]
    public async Task Build_KeysGivenTwice_LaterValuesAndTheirNumber()
    {
        await using var store = SnapshotStore.Open(folder.Path);
        await using (var build = await store.StartBuildAsync(Options, null, Token))
        {
            for (var i = 0; i < 2000; i++)
                build.Add(i % 1000, $"{i}");
            Assert.Equal(1000, (await build.CompleteAsync(Token)).DuplicateRows);
        }
        await using var reader = await store.OpenReaderAsync(new ReaderOptions(), Token);
        Assert.Equal("1007", Encoding.UTF8.GetString((await reader.GetAsync(7, Token)).Value!));
        Assert.Equal(1000, reader.Info.RowCount);
    }

    // More rows than the least memory holds: they are merged from disk, twice.
    [Fact]
    public async Task Build_RowsThatSpill_SameFilesAsWithoutSpilling()
    {
        var value = new string('v', 2000);
        async Task<string[]> HashesAsync(TempFolder target, long memory)
        {
            await using var store = SnapshotStore.Open(target.Path);
            await using var build = await store.StartBuildAsync(Options with { MemoryBudgetBytes = memory, Parallelism = 1 }, null, Token);
            for (var i = 0; i < 12_000; i++)
                build.Add(i * 7919 % 12_000, value + i % 10);
            var result = await build.CompleteAsync(Token);
            Assert.Equal(memory < 64 << 20, result.SpilledBytes > 0);
            return [.. result.Shards.Select(shard => shard.Sha256)];
        }
        Assert.Equal(await HashesAsync(folder, 16 << 20), await HashesAsync(other, 256 << 20));
    }

    [Fact]
    public async Task Manifest_WithoutOurOwnFields_IsAsShardyfusionWritesIt()
    {
        await using var store = SnapshotStore.Open(folder.Path);
        var result = await BuildAsync(store, [1, 2, 3], Options with { ShardCount = 1, RunId = "r" });
        var manifest = await File.ReadAllTextAsync(
            Directory.GetFiles(folder["manifests"], "manifest", SearchOption.AllDirectories).Single(), Token);
        Assert.DoesNotContain("shard_format", manifest, StringComparison.Ordinal);
        Assert.DoesNotContain("tail_offset", manifest, StringComparison.Ordinal);
        Assert.Contains($"  checkpoint_id: {result.Shards[0].Sha256}\n", manifest, StringComparison.Ordinal);
        Assert.Contains("/shards/run_id=r/db=00000/attempt=00\n", manifest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_DeadBuild_KeepsTheShardsThatAreWhole()
    {
        await using var store = SnapshotStore.Open(folder.Path);
        object[] keys = [.. Enumerable.Range(0, 1000).Select(object (i) => i)];
        await BuildAsync(store, keys, Options with { RunId = "r", Publish = false });
        // As if it had died before its manifest, and one shard were damaged.
        Directory.Delete(folder["manifests"], recursive: true);
        await File.AppendAllTextAsync(ShardFiles().Order(StringComparer.Ordinal).First(), "x", Token);
        var result = await BuildAsync(store, keys, Options with { ResumeRunId = "r" });
        Assert.Equal(3, result.KeptShards);
        Assert.Empty((await store.VerifyAsync(new VerifyOptions { Level = VerifyLevel.Deep }, null, Token)).Findings);
    }

    [Fact]
    public async Task Copy_TablesToSqliteAndBack_CompareEqual()
    {
        await using var store = SnapshotStore.Open(folder.Path);
        await BuildAsync(store, Enumerable.Range(0, 1000).Cast<object>(), new BuildOptions { ShardCount = 2 });
        await using var destination = SnapshotStore.Open(other.Path);
        await store.CopyToAsync(destination, new CopyOptions { Reshard = Options with { ShardCount = 3 }, Publish = true }, null, Token);
        var comparison = await destination.CompareAsync(new CompareOptions { Level = CompareLevel.Rows }, store, null, null, Token);
        Assert.Equal((0L, 0L, 0L), (comparison.Added, comparison.Removed, comparison.Changed));
        Assert.StartsWith("SQLite", (await destination.GetInfoAsync(SnapshotSelector.Current, 1, Token)).Engine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartBuild_OptionsOfTables_Refused()
    {
        await using var store = SnapshotStore.Open(folder.Path);
        var refusal = await Assert.ThrowsAsync<ShardyFusionException>(() => store.StartBuildAsync(Options with
        {
            Shard = new SstOptions { Compression = ShardCompression.Lz4 },
        }, null, Token));
        Assert.Contains("SQLite", refusal.Message, StringComparison.Ordinal);
    }
}
