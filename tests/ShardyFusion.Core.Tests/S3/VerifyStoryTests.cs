using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Maintenance;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>Verification on a real S3 server.</summary>
public sealed class VerifyStoryTests(S3Server server)
{
    [Fact]
    public async Task Verify_WholeThenDamaged_SeesBoth()
    {
        await using var prefix = await CreateAsync(server);
        var built = await PublishAsync(prefix.Direct, Enumerable.Range(0, 5000), options: new BuildOptions { ShardCount = 3 });
        var before = prefix.Direct.Counters.BytesRead;
        var whole = await prefix.Direct.VerifyAsync(new VerifyOptions { Level = VerifyLevel.Deep }, null, Token);
        Assert.True(whole.Passed);
        Assert.Equal((5000L, built.ShardBytes), (whole.RowsRead, whole.BytesRead));
        // Scan and hash share one pass; only the metadata at the end is read twice.
        Assert.InRange(prefix.Direct.Counters.BytesRead - before, built.ShardBytes, built.ShardBytes * 5 / 4 + 100_000);

        var key = (await prefix.KeysAsync("shards/"))[1];
        var bytes = (await prefix.Objects.GetAsync(key, long.MaxValue, Token))!.Content.ToArray();
        bytes[100] ^= 1;
        await prefix.Objects.PutAsync(key, bytes, new PutOptions(PutCondition.Always), Token);
        var damaged = await prefix.Direct.VerifyAsync(new VerifyOptions { Level = VerifyLevel.Deep }, null, Token);
        Assert.Equal([(VerifyFault.WrongHash, 1), (VerifyFault.Damaged, 1)], damaged.Findings.Select(f => (f.Fault, f.ShardId ?? -1)));
    }
}
