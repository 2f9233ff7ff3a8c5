using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.Building.BuiltSnapshots;

namespace ShardyFusion.Core.Tests.Building;

/// <summary>A store that fails between the shards and the probe after the publish.</summary>
public sealed class PublishFaultTests : IDisposable
{
    readonly TempFolder folder = new();
    readonly IObjectStore store;

    public PublishFaultTests() => store = ObjectStores.Open(folder["snap"]);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(ErrorKind.StorageTransient)]
    [InlineData(ErrorKind.StorageNotFound)]
    public async Task Complete_ManifestCannotBeWritten_NamesItAndPublishesNothing(ErrorKind kind)
    {
        await PublishAsync(store, [1, 2], "old");
        var failing = new FaultyStore(store).Fail(StoreOperation.Put, SnapshotPaths.ManifestsPrefix, count: 100, kind: kind);
        var failure = await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(failing, [3, 4], "new"));
        Assert.Equal(ErrorKind.PublishManifest, failure.Kind);
        Assert.StartsWith(SnapshotPaths.ManifestsPrefix, Assert.IsType<string>(failure.Target), StringComparison.Ordinal);
        Assert.Equal(Expected([1, 2], "old"), await ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Complete_ProbeFailsAndThePointerCannotGoBack_SaysBoth()
    {
        await PublishAsync(store, [1, 2], "old", new BuildOptions { RunId = "before" });
        var failing = new FaultyStore(store).Fail(StoreOperation.Put, SnapshotPaths.CurrentKey, nth: 2, count: 100);
        var failure = await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(failing, [3, 4], "new",
            new BuildOptions { RunId = "after", Rules = new PublishRules { ProbeKeys = [99L] } }));
        Assert.Equal(ErrorKind.ProbeFailed, failure.Kind);
        Assert.Contains("could not be moved back to run 'before'", failure.Message, StringComparison.Ordinal);
        Assert.Equal(Expected([3, 4], "new"), await ReadCurrentAsync(store));
    }
}
