using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.Building.BuiltSnapshots;

namespace ShardyFusion.Core.Tests.Building;

/// <summary>Whatever fails once the pointer has moved: the publish is done, and says what is missing.</summary>
public sealed class AfterPublishTests : IDisposable
{
    readonly TempFolder folder = new();
    readonly IObjectStore store;

    public AfterPublishTests() => store = ObjectStores.Open(folder["snap"]);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, string> Faults()
    {
        var faults = new TheoryData<string, string>();
        foreach (var key in new[] { "events/", "runs/", "runs/_LOCK", "" })
            foreach (var kind in new[] { "io", "full", "denied", "transient", "other" }) faults.Add(key, kind);
        return faults;
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Complete_WriteAfterThePointerFails_IsDoneWithAWarning(string keyPart, string kind)
    {
        await PublishAsync(store, [1, 2], "old");
        var result = await PublishAsync(new AfterPointerStore(store, keyPart, kind), [3, 4], "new");
        Assert.True(result.Published);
        Assert.NotEmpty(result.Warnings);
        Assert.Equal(Expected([3, 4], "new"), await ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Complete_StoppedWhileThePointerMoves_SaysWhereItIs()
    {
        await PublishAsync(store, [1, 2], "old");
        using var stop = new CancellationTokenSource();
        await using var build = await StartAsync(new FaultyStore(store).Before(StoreOperation.Get, _ => stop.CancelAsync(),
            SnapshotPaths.CurrentKey, nth: 2));
        build.Add(3L, "new3");
        var result = await build.CompleteAsync(stop.Token);
        Assert.True(result.Published);
        Assert.NotEmpty(result.Warnings);
        Assert.Equal(Expected([3], "new"), await ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Complete_ShardsWentMeanwhile_NothingIsPublishedOrLeft()
    {
        await PublishAsync(store, [1, 2], "old");
        var taken = new FaultyStore(store).Before(StoreOperation.Put, async inner =>
        {
            var keys = new List<string>();
            await foreach (var entry in inner.ListAsync("shards/run_id=robbed/", null, Token)) keys.Add(entry.Key);
            await inner.DeleteAsync([keys[0]], Token);
        }, SnapshotPaths.ManifestsPrefix);
        var failure = await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(taken,
            Enumerable.Range(0, 50).Select(static n => (long)n), "new", new BuildOptions { ShardCount = 4, RunId = "robbed" }));
        Assert.Equal(ErrorKind.SnapshotIncomplete, failure.Kind);
        Assert.Contains("Nothing was published", failure.Message, StringComparison.Ordinal);
        Assert.Equal(Expected([1, 2], "old"), await ReadCurrentAsync(store));
        Assert.DoesNotContain(await KeysAsync(store, ""), static key => key.Contains("robbed", StringComparison.Ordinal)
            && !key.StartsWith("runs/", StringComparison.Ordinal) && !key.StartsWith("events/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Complete_CleanupIsAtItsRun_NothingIsPublished()
    {
        await PublishAsync(store, [1, 2], "old");
        const string mark = """
            {"format_version":1,"target_ref":"x/shards/run_id=robbed","created_at":"2020-01-01T00:00:00Z",
            "expires_at":"2999-01-01T00:00:00Z","host":"far","process_id":1}
            """;
        var taken = new FaultyStore(store).Before(StoreOperation.Put, inner =>
            inner.PutAsync("removals/run_id=robbed.json", System.Text.Encoding.UTF8.GetBytes(mark), new PutOptions(PutCondition.Always),
                Token), SnapshotPaths.ManifestsPrefix);
        var failure = await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(taken, [3, 4], "new",
            new BuildOptions { ShardCount = 2, RunId = "robbed" }));
        Assert.Equal(ErrorKind.SnapshotIncomplete, failure.Kind);
        Assert.Contains("'far'", failure.Message, StringComparison.Ordinal);
        Assert.Equal(Expected([1, 2], "old"), await ReadCurrentAsync(store));
    }

    /// <summary>Fails writes once the pointer was written and read back.</summary>
    sealed class AfterPointerStore(IObjectStore inner, string keyPart, string kind) : DelegatingStore(inner)
    {
        bool isWritten, isReadBack;

        public override async Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> content, PutOptions options,
            CancellationToken cancellationToken)
        {
            if (isReadBack && key.Contains(keyPart, StringComparison.Ordinal)) throw Fault();
            var put = await Inner.PutAsync(key, content, options, cancellationToken);
            isWritten |= key == SnapshotPaths.CurrentKey;
            return put;
        }

        public override async Task<StoredObject?> GetAsync(string key, long maxBytes, CancellationToken cancellationToken)
        {
            var found = await Inner.GetAsync(key, maxBytes, cancellationToken);
            isReadBack |= isWritten && key == SnapshotPaths.CurrentKey;
            return found;
        }

        Exception Fault() => kind switch
        {
            "io" => new IOException("I/O error"),
            "full" => new ShardyFusionException(ErrorKind.StorageFull, "Full."),
            "denied" => new ShardyFusionException(ErrorKind.StorageDenied, "Denied."),
            "transient" => new ShardyFusionException(ErrorKind.StorageTransient, "Gone for now."),
            _ => new InvalidOperationException("Something else."),
        };
    }
}
