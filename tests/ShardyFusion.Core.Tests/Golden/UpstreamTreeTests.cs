using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Maintenance;
using ShardyFusion.Reading;

namespace ShardyFusion.Core.Tests.Golden;

/// <summary>A tree that shardyfusion wrote, with SQLite shards, copied to a disk.</summary>
public sealed class UpstreamTreeTests : IDisposable
{
    const string Older = "fb9c19b872204de28a877d72bd394da2", Newer = "ca8e41cb3d37434e9a5b56e3e146dade";
    static CancellationToken Token => TestContext.Current.CancellationToken;
    readonly TempFolder folder = new();

    public UpstreamTreeTests()
    {
        var source = Path.Combine(GoldenFiles.Root, "upstream-sqlite", "golden-seven");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = folder[Path.GetRelativePath(source, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task History_BothSnapshots_CurrentMarked()
    {
        await using var store = SnapshotStore.Open(folder["ints"]);
        var history = new List<HistoryEntry>();
        await foreach (var entry in store.GetHistoryAsync(null, Token))
            history.Add(entry);
        Assert.Equal([(Newer, 0, true), (Older, 1, false)], history.Select(entry => (entry.RunId, entry.Offset!.Value, entry.IsCurrent)));
        Assert.Equal([1000L, 2000L], history.Select(entry => entry.RowCount));
        Assert.Equal([-1000L, null], history.Select(entry => entry.RowChange));
    }

    [Fact]
    public async Task Reader_RoutesAsTheWriterDidAndFindsTheKeys()
    {
        foreach (var tree in new[] { "ints", "strings" })
        {
            await using var store = SnapshotStore.Open(folder[tree]);
            await using var reader = await store.OpenReaderAsync(new ReaderOptions(), Token);
            foreach (var shard in reader.Info.Shards)
            {
                Assert.Equal(shard.ShardId, reader.ResolveShard(shard.MinKey!));
                Assert.Equal(shard.ShardId, reader.ResolveShard(shard.MaxKey!));
            }
            foreach (var shard in reader.Info.Shards)
                Assert.Equal((true, true), ((await reader.GetAsync(shard.MinKey!, Token)).Found,
                    (await reader.GetAsync(shard.MaxKey!, Token)).Found));
            Assert.Empty((await store.VerifyAsync(new VerifyOptions { Level = VerifyLevel.Deep }, null, Token)).Findings);
        }
    }

    [Fact]
    public async Task Rollback_OneBackAndForth_WorksOnTheCopy()
    {
        await using var store = SnapshotStore.Open(folder["ints"]);
        var back = await store.RollbackAsync(await store.PlanRollbackAsync(new SnapshotSelector { Offset = 1 }, Token), false, Token);
        Assert.Equal((Newer, Older, true, 2000L), (back.From, back.To, back.Changed, back.RowCount));
        Assert.Equal(Older, (await store.GetInfoAsync(SnapshotSelector.Current, Token)).RunId);
        var plan = await store.PlanRollbackAsync(new SnapshotSelector { Ref = back.FromRef }, Token);
        Assert.Equal((Newer, false), (plan.To, plan.IsNoOp));
    }

    [Fact]
    public async Task Health_ShardsOfShardyfusion_Healthy()
    {
        await using var store = SnapshotStore.Open(folder["ints"]);
        var report = await store.CheckHealthAsync(new HealthOptions(), Token);
        Assert.Equal((HealthStatus.Healthy, Newer), (report.Status, report.RunId));
    }
}
