using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Remote;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Maintenance;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.Remote.RemotePrefix;

namespace ShardyFusion.Core.Tests.Azure;

/// <summary>Copies from one cloud to another, both real servers: verified by hash, taken up where they broke off, refs naming the new
/// place.</summary>
public sealed class CloudCopyTests(AzuriteServer azure, S3Server s3)
{
    static readonly int[] Keys = [.. Enumerable.Range(0, 3000)];
    static readonly CopyOptions Publish = new() { Publish = true };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Copy_BetweenS3AndAzure_KeepsEveryRowAndRelocatesRefs(bool isToAzure)
    {
        await using var here = await CreateAsync(isToAzure ? s3 : azure);
        await using var there = await CreateAsync(isToAzure ? azure : s3);
        await PublishAsync(here.Direct, Keys);
        var copied = await here.Direct.CopyToAsync(there.Direct, Publish, null, Token);
        Assert.Equal((4, 0, "CURRENT"), (copied.ShardsCopied, copied.ShardsCopiedByStore, copied.Pointer));
        Assert.StartsWith(there.Path + "/manifests/", copied.ManifestRef, StringComparison.Ordinal);
        Assert.Equal(Rows(Keys), await there.ReadAllAsync());
        var manifest = System.Text.Encoding.UTF8.GetString((await there.Objects.GetAsync(Assert.Single(await there.KeysAsync("manifests/")),
            1 << 20, Token))!.Content.Span);
        Assert.Contains(there.Path, manifest, StringComparison.Ordinal);
        Assert.DoesNotContain(here.Path, manifest, StringComparison.Ordinal);
        Assert.True((await there.Direct.CompareAsync(new CompareOptions(), here.Direct, null, null, Token)).RowsEqual);
        Assert.True((await there.Direct.VerifyAsync(new VerifyOptions { Level = VerifyLevel.Deep }, null, Token)).Passed);
    }

    [Fact]
    public async Task Copy_BrokenOff_GoesOnWithTheShardsThatAreMissing()
    {
        await using var here = await CreateAsync(s3);
        await using var there = await CreateAsync(azure);
        await PublishAsync(here.Direct, Keys, options: new BuildOptions { ShardCount = 8 });
        var broken = there.OpenProxied(static c => c with { MaxRetries = 0 });
        there.Proxy.On(static r => r.IsWrite && r.Target.Contains("/shards/", StringComparison.Ordinal), FaultProxy.Reset, nth: 4,
            count: int.MaxValue);
        await Assert.ThrowsAsync<ShardyFusionException>(() => here.Direct.CopyToAsync(broken, Publish with { Parallelism = 1 }, null,
            Token));
        Assert.Equal(3, (await there.KeysAsync("shards/")).Count);
        Assert.Empty(await there.KeysAsync("manifests/"));
        var again = await here.Direct.CopyToAsync(there.Direct, Publish, null, Token);
        Assert.Equal((5, 3), (again.ShardsCopied, again.ShardsSkipped));
        Assert.Equal(Rows(Keys), await there.ReadAllAsync());
    }

    [Fact]
    public async Task Copy_SourceShardDamaged_NothingIsPublished()
    {
        await using var here = await CreateAsync(s3);
        await using var there = await CreateAsync(azure);
        await PublishAsync(here.Direct, Keys, options: new BuildOptions { ShardCount = 1 });
        var key = Assert.Single(await here.KeysAsync("shards/"));
        var bytes = (await here.Objects.GetAsync(key, long.MaxValue, Token))!.Content.ToArray();
        bytes[50] ^= 1;
        await here.Objects.PutAsync(key, bytes, new PutOptions(PutCondition.Always), Token);
        Assert.Equal(ErrorKind.ShardCorrupt, (await Assert.ThrowsAnyAsync<ShardyFusionException>(() => here.Direct.CopyToAsync(there.Direct,
            Publish, null, Token))).Kind);
        Assert.Empty(await there.KeysAsync("shards/"));
        Assert.Empty(await there.KeysAsync("manifests/"));
    }

    [Fact]
    public async Task Copy_WithinTheAccount_IsDoneByTheService()
    {
        await using var here = await CreateAsync(azure);
        await using var there = await CreateAsync(azure);
        await PublishAsync(here.Direct, Keys);
        var copied = await here.Direct.CopyToAsync(there.Direct, Publish, null, Token);
        Assert.Equal((4, 4), (copied.ShardsCopied, copied.ShardsCopiedByStore));
        Assert.Equal(Rows(Keys), await there.ReadAllAsync());
    }
}
