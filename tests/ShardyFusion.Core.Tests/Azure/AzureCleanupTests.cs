using ShardyFusion.Catalog;
using ShardyFusion.Cleaning;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Remote;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Remote;
using static ShardyFusion.Core.Tests.Remote.RemotePrefix;

namespace ShardyFusion.Core.Tests.Azure;

/// <summary>What is no longer needed goes, staged blocks included.</summary>
public sealed class AzureCleanupTests(AzuriteServer server)
{
    [Fact]
    public async Task StagedBlocks_OfAProcessThatDied_AreFoundAndDropped()
    {
        var prefix = await server.NewPrefixAsync();
        await using (var child = ChildProcess.Start(LeaveUploadAsync, ((IStoreServer)server).ChildArguments(prefix, server.Endpoint)))
        {
            Assert.Equal("sent", await child.ReadLineAsync());
            // The block is on its way; nobody says when it has arrived.
            while ((await ((IStoreServer)server).UploadsAsync(prefix)).Count == 0) await Task.Delay(20, Token);
            await child.KillAsync();
        }
        await using var store = ((IStoreServer)server).Open(prefix, server.Connection());
        Assert.Equal(["never"], await ((IStoreServer)server).UploadsAsync(prefix));
        Assert.Equal(0, await store.CleanTempAsync(TimeSpan.Zero, Token));
        Assert.Equal(0, await store.AbortUploadsAsync(static (_, _) => Task.FromResult(false), Token));
        Assert.Equal(1, await store.AbortUploadsAsync(static (_, _) => Task.FromResult(true), Token));
        Assert.Empty(await ((IStoreServer)server).UploadsAsync(prefix));
        Assert.Null(await store.HeadAsync("never", Token));
    }

    static async Task<int> LeaveUploadAsync(string[] args)
    {
        var store = ObjectStores.Open(args[0], IStoreServer.OfChild(args));
        var upload = await store.OpenUploadAsync("never", new PutOptions(PutCondition.CreateOnly), default);
        await upload.WriteAsync(new byte[PartedUpload.PartBytes + 1], default);
        Console.WriteLine("sent");
        await Console.In.ReadLineAsync();
        return 0;
    }

    [Fact]
    public async Task Drop_OfABlobThatExistsByNow_ChangesNothing()
    {
        await using var store = ((IStoreServer)server).Open(await server.NewPrefixAsync(), server.Connection());
        await using var upload = await store.OpenUploadAsync("u", new PutOptions(PutCondition.Always), Token);
        await upload.WriteAsync(new byte[PartedUpload.PartBytes + 1], Token);
        await store.PutAsync("u", "other"u8.ToArray(), new PutOptions(PutCondition.Always), Token);
        await upload.DisposeAsync();
        Assert.Equal("other", await Stores.ObjectStoreContract.TextAsync(store, "u"));
    }

    [Fact]
    public async Task Cleanup_OldSnapshots_AreGoneAndTheCurrentOneIsWhole()
    {
        await using var prefix = await CreateAsync(server);
        for (var run = 0; run < 3; run++) await PublishAsync(prefix.Direct, Enumerable.Range(0, 50), $"v{run}:");
        var later = prefix.Open(server.Connection(), new LaterClock(TimeSpan.FromDays(40)));
        var options = new CleanupPolicy { KeepLast = 1 };
        var plan = await later.PlanCleanupAsync(options, Token);
        var done = await later.CleanUpAsync(plan, isSaved: false, Token);
        Assert.True(done.Deleted.Count >= 2);
        Assert.Empty(done.Failures);
        Assert.Single(await prefix.KeysAsync("manifests/"));
        Assert.Equal(4, (await prefix.KeysAsync("shards/")).Count);
        Assert.Equal(Rows(Enumerable.Range(0, 50), "v2:"), await prefix.ReadAllAsync());
    }
}
