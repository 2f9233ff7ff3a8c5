using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Maintenance;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Remote;
using ShardyFusion.Stores.S3;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>A real store on folders that ignores conditions silently: refused at once, and usable when the risk is taken.</summary>
public sealed class S3rverTests(S3rverServer server) : IClassFixture<S3rverServer>
{
    [Fact]
    public async Task Store_OnFoldersThatIgnoresConditions_RefusedAtOnceEveryTime()
    {
        var path = await server.NewPrefixAsync();
        // Another test may have met this server before.
        KnownConditions.Forget(server.Connection().EndpointUrl!);
        await using var objects = ObjectStores.Open(path, server.Connection());
        await using var store = SnapshotStore.Open(path, server.Connection());
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var writes = objects.Counters.Puts;
            Assert.Equal(ErrorKind.StoreUnsafe,
                (await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(store, [1, 2, 3]))).Kind);
            Assert.Empty(await BuiltSnapshots.KeysAsync(objects, ""));
        }
        // By its second write already: no race is needed.
        Assert.InRange(store.Counters.Puts, 1, 6);

        var results = await StoreProbe.RunAsync(objects, Token);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', results.Select(static r => $"{r.Check}: {r.Passed} {r.Detail}")));
        Assert.Equal(StoreFitness.Unfit, StoreProbe.Judge(results));
        Assert.Contains(results, static r => r is { Check: "create-only conflict", Passed: false });
        // What it does have is said of it, too. It takes the last bytes of an object for the first.
        Assert.Contains(results, static r => r is { Check: "ranges", Passed: false });
        Assert.All(results.Where(static r => r.Check is "read" or "list" or "copy" or "clock" or "delete"),
            static r => Assert.True(r.Passed, $"{r.Check}: {r.Detail}"));
    }

    [Fact]
    public async Task Store_WithAllowUnsafePointer_DoesAllTheRest()
    {
        var path = await server.NewPrefixAsync();
        await using var store = SnapshotStore.Open(path, server.Connection());
        await using var other = SnapshotStore.Open(await server.NewPrefixAsync(), server.Connection());
        var options = new BuildOptions { ShardCount = 2, AllowUnsafePointer = true };
        var old = await PublishAsync(store, [1, 2, 3], "old", options);
        await PublishAsync(store, [1, 2, 3], "new", options);
        await store.CopyToAsync(other, new CopyOptions { Publish = true, AllowUnsafePointer = true }, null, Token);
        await using var reader = await other.OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range }, Token);
        Assert.Equal("new2"u8.ToArray(), (await reader.GetAsync(2, Token)).Value);
        Assert.Equal(old.RunId, (await store.RollbackAsync(await store.PlanRollbackAsync(new SnapshotSelector { Offset = 1 }, Token),
            allowUnsafePointer: true, Token)).To);
    }
}
