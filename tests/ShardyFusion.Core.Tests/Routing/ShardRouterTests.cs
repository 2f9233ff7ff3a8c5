using ShardyFusion.Errors;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Routing;

public class ShardRouterTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void ForHash_FewerThanOneShard_IsRefused(int numDbs) => Assert.Equal(ErrorKind.ConfigValidation,
        Assert.Throws<ShardyFusionException>(() => ShardRouter.ForHash(numDbs, KeyEncoding.Raw)).Kind);

    [Fact]
    public void Reduce_AnyHashAndShardCount_IsTheRemainder()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        int[] counts = [1, 2, 3, 5, 7, 8, 63, 64, 65, 1000, 4095, 4096, 65_537, int.MaxValue - 1, int.MaxValue,
            .. random.GetItems(Enumerable.Range(1, 100_000).ToArray(), 200)];
        foreach (var count in counts)
        {
            var router = new HashShardRouter(count, KeyEncoding.Raw);
            var divisor = (ulong)count;
            ulong[] hashes = [0, 1, divisor - 1, divisor, divisor + 1, ulong.MaxValue, ulong.MaxValue - 1,
                ulong.MaxValue / divisor * divisor,
                ulong.MaxValue / divisor * divisor - 1, 1UL << 63,
                .. Enumerable.Range(0, 500).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue))];
            foreach (var hash in hashes)
                Assert.True((int)(hash % divisor) == router.Reduce(hash), $"seed {seed}: {hash} mod {count}");
        }
    }

    [Theory]
    [InlineData(KeyEncoding.U64BE, "2a")]
    [InlineData(KeyEncoding.U64BE, "8000000000000000")]
    [InlineData(KeyEncoding.U32BE, "000000000000002a")]
    [InlineData(KeyEncoding.Utf8, "")]
    [InlineData(KeyEncoding.Raw, "")]
    public void RouteStored_BytesThatAreNoKey_AreRefused(KeyEncoding encoding, string hex) => Assert.Equal(ErrorKind.ShardAssignment,
        Assert.Throws<ShardyFusionException>(() => ShardRouter.ForHash(4, encoding).RouteStored(Convert.FromHexString(hex))).Kind);
}
