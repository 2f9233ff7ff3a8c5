using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>A real store without conditional writes.</summary>
public sealed class SwiftTests(SwiftServer swift) : IClassFixture<SwiftServer>
{
    [Fact]
    public async Task Store_WithoutConditionalWrites_FoundByTheProbeAndRefusedUnlessAllowed()
    {
        var path = await swift.NewPrefixAsync();
        await using var objects = ObjectStores.Open(path, swift.Connection());
        await using var store = SnapshotStore.Open(path, swift.Connection());

        var results = await StoreProbe.RunAsync(objects, Token);
        Assert.All(["create-only conflict", "if-match stale"], check => Assert.Contains(results, r => r.Check == check
            && r.Passed == false));
        Assert.All(results.Where(static r => r.Check is "read" or "ranges" or "list" or "list paging" or "delete"),
            static r => Assert.True(r.Passed, $"{r.Check}: {r.Detail}"));
        Assert.False(objects.Capabilities.ConditionalWrites);

        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(store, [1, 2, 3]));
        Assert.Equal(ErrorKind.StoreUnsafe, error.Kind);
        Assert.Empty(await Building.BuiltSnapshots.KeysAsync(objects, ""));

        // Whoever allows it gets all the rest.
        var options = new BuildOptions { ShardCount = 2, AllowUnsafePointer = true };
        var old = await PublishAsync(store, [1, 2, 3], "old", options);
        await PublishAsync(store, [1, 2, 3], "new", options);
        await using var reader = await store.OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range }, Token);
        Assert.Equal("new2", Encoding.UTF8.GetString((await reader.GetAsync(2, Token)).Value!));
        var plan = await store.PlanRollbackAsync(new SnapshotSelector { Offset = 1 }, Token);
        Assert.Equal(ErrorKind.StoreUnsafe,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => store.RollbackAsync(plan, false, Token))).Kind);
        Assert.Equal(old.RunId, (await store.RollbackAsync(plan, allowUnsafePointer: true, Token)).To);
        Assert.True((await reader.RefreshAsync(Token)).Changed);
        Assert.Equal("old2", Encoding.UTF8.GetString((await reader.GetAsync(2, Token)).Value!));
    }
}
