using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>Each rule of the double does what it says.</summary>
public sealed class FaultyStoreTests : IDisposable
{
    static readonly PutOptions Always = new(PutCondition.Always);
    static CancellationToken Token => TestContext.Current.CancellationToken;
    readonly TempFolder folder = new();
    readonly FaultyStore store;

    public FaultyStoreTests() => store = new FaultyStore(new FileObjectStore(folder.Path));

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Fail_SecondPutOfKey_OnlyThatOneAndNothingWritten()
    {
        store.Fail(StoreOperation.Put, "p", nth: 2, kind: ErrorKind.StorageDenied);
        var first = await store.PutAsync("p", new byte[1], Always, Token);
        await store.PutAsync("other", new byte[1], Always, Token);
        Assert.Equal(ErrorKind.StorageDenied,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => store.PutAsync("p", new byte[2], Always, Token))).Kind);
        Assert.Equal(first.ETag, (await store.HeadAsync("p", Token))!.ETag);
        Assert.True((await store.PutAsync("p", new byte[3], Always, Token)).Written);
        Assert.Equal(4, store.Calls.Count(static c => c.Operation == StoreOperation.Put));
    }

    [Fact]
    public async Task FailAfterwards_Put_ThrowsButWritten()
    {
        store.FailAfterwards(StoreOperation.Put);
        await Assert.ThrowsAsync<ShardyFusionException>(() => store.PutAsync("p", new byte[1], Always, Token));
        Assert.NotNull(await store.HeadAsync("p", Token));
    }

    [Fact]
    public async Task Stall_UploadCompletion_EndsWithCancellation()
    {
        store.Stall(StoreOperation.UploadComplete);
        using var cancel = new CancellationTokenSource();
        await using var upload = await store.OpenUploadAsync("u", Always, Token);
        await upload.WriteAsync(new byte[1], Token);
        var completion = upload.CompleteAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => completion);
        Assert.Null(await store.HeadAsync("u", Token));
    }

    [Fact]
    public async Task LoseRace_IfMatchPut_ConditionFails()
    {
        var etag = (await store.PutAsync("p", "1"u8.ToArray(), Always, Token)).ETag!;
        store.LoseRace("p", "theirs"u8.ToArray());
        Assert.False((await store.PutAsync("p", "ours"u8.ToArray(), new PutOptions(PutCondition.IfMatch(etag)), Token)).Written);
        Assert.Equal("theirs", await ObjectStoreContract.TextAsync(store, "p"));
    }
}
