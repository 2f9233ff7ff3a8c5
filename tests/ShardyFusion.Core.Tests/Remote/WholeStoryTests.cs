using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Reading;
using static ShardyFusion.Core.Tests.Remote.RemotePrefix;

namespace ShardyFusion.Core.Tests.Remote;

/// <summary>Publish, read, history, rollback and health on a real S3 server, one after another.</summary>
public abstract class WholeStoryTests
{
    readonly IStoreServer server;

    private protected WholeStoryTests(IStoreServer server) => this.server = server;

    static async Task<string?> GetAsync(SnapshotReader reader, object key) =>
        (await reader.GetAsync(key, Token)).Value is { } value ? Encoding.UTF8.GetString(value) : null;

    [Fact]
    public async Task WholeStory_PublishTwiceReadHistoryRollBackHealth()
    {
        await using var prefix = await CreateAsync(server);
        var store = prefix.Direct;
        await PublishAsync(store, Enumerable.Range(0, 1000), "one:", new BuildOptions { ShardCount = 4, RunId = "one" });
        await PublishAsync(store, Enumerable.Range(0, 1000), "two:", new BuildOptions { ShardCount = 4, RunId = "two" });
        await using (var reader = await store.OpenReaderAsync(new ReaderOptions(), Token))
        {
            for (var key = 0; key < 1000; key += 37)
                Assert.Equal($"two:{key}", await GetAsync(reader, key));
            Assert.Null(await GetAsync(reader, 1000));
        }
        var history = new List<string>();
        await foreach (var entry in store.GetHistoryAsync(null, Token))
            history.Add(entry.RunId);
        Assert.Equal(["two", "one"], history);
        var rollback = await store.RollbackAsync(await store.PlanRollbackAsync(new SnapshotSelector { Offset = 1 }, Token), false, Token);
        Assert.Equal(("two", "one", true), (rollback.From, rollback.To, rollback.Changed));
        await using var again = await store.OpenReaderAsync(new ReaderOptions(), Token);
        Assert.Equal("one:5", await GetAsync(again, 5));
        Assert.Equal(HealthStatus.Healthy, (await store.CheckHealthAsync(new HealthOptions(), Token)).Status);
    }
}
