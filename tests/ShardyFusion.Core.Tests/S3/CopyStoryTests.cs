using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Maintenance;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>Copies between a folder and a real S3 server, and within that server.</summary>
public sealed class CopyStoryTests(S3Server server)
{
    [Fact]
    public async Task Copy_FolderToBucketToBucketToFolder_KeepsEveryRow()
    {
        await using var first = await CreateAsync(server);
        await using var second = await CreateAsync(server);
        using var here = new TempFolder();
        using var back = new TempFolder();
        await using var source = SnapshotStore.Open(here.Path);
        await using var end = SnapshotStore.Open(back.Path);
        await PublishAsync(source, Enumerable.Range(0, 3000));
        var publish = new CopyOptions { Publish = true };

        var up = await source.CopyToAsync(first.Direct, publish, null, Token);
        Assert.Equal((4, 0, "CURRENT"), (up.ShardsCopied, up.ShardsCopiedByStore, up.Pointer));
        Assert.Equal(Rows(Enumerable.Range(0, 3000)), await first.ReadAllAsync());

        var written = second.Direct.Counters.BytesWritten;
        var across = await first.Direct.CopyToAsync(second.Direct, publish, null, Token);
        Assert.Equal((4, 4), (across.ShardsCopied, across.ShardsCopiedByStore));
        // Manifest, pointer and run record, but no shard.
        Assert.InRange(second.Direct.Counters.BytesWritten - written, 1, across.BytesCopied - 1);
        Assert.Equal(Rows(Enumerable.Range(0, 3000)), await second.ReadAllAsync());
        Assert.Equal((0, 4), ((await first.Direct.CopyToAsync(second.Direct, publish, null, Token)) is var again
            ? (again.ShardsCopied, again.ShardsSkipped) : default));

        var down = await second.Direct.CopyToAsync(end, publish, null, Token);
        Assert.Equal(4, down.ShardsCopied);
        Assert.True((await end.CompareAsync(new CompareOptions(), source, null, null, Token)).RowsEqual);
        Assert.True((await end.VerifyAsync(new VerifyOptions { Level = VerifyLevel.Deep }, null, Token)).Passed);
    }

    [Fact]
    public async Task Copy_WithinTheServer_DamagedShard_IsTakenBack()
    {
        await using var first = await CreateAsync(server);
        await using var second = await CreateAsync(server);
        await PublishAsync(first.Direct, Enumerable.Range(0, 3000), options: new BuildOptions { ShardCount = 1 });
        var key = Assert.Single(await first.KeysAsync("shards/"));
        var bytes = (await first.Objects.GetAsync(key, long.MaxValue, Token))!.Content.ToArray();
        bytes[50] ^= 1;
        await first.Objects.PutAsync(key, bytes, new PutOptions(PutCondition.Always), Token);
        var error = await Assert.ThrowsAnyAsync<ShardyFusion.Errors.ShardyFusionException>(() => first.Direct.CopyToAsync(second.Direct,
            new CopyOptions(), null, Token));
        Assert.Equal(ShardyFusion.Errors.ErrorKind.ShardCorrupt, error.Kind);
        Assert.Empty(await second.KeysAsync("shards/"));
        Assert.Empty(await second.KeysAsync("manifests/"));
    }
}
