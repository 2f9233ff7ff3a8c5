using System.Globalization;
using System.Text;
using System.Text.Json;
using ShardyFusion.Core.Tests.Golden;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Routing;

/// <summary>Every vector of shardyfusion's routing: hash and shard of integers, text and bytes.</summary>
public class RoutingGoldenTests
{
    [Fact]
    public void Route_EveryVector_GivesTheSameShard()
    {
        using var vectors = JsonDocument.Parse(GoldenFiles.Read("routing.json"));
        var checkedShards = 0;
        foreach (var vector in vectors.RootElement.EnumerateArray())
        {
            var key = vector.GetProperty("key").GetString()!;
            var type = vector.GetProperty("type").GetString();
            var hash = ulong.Parse(vector.GetProperty("xxh3_64").GetString()!, CultureInfo.InvariantCulture);
            foreach (var shard in vector.GetProperty("db_id").EnumerateObject())
            {
                var router = ShardRouter.ForHash(int.Parse(shard.Name, CultureInfo.InvariantCulture), KeyEncoding.Utf8);
                var actual = type switch
                {
                    "int" => router.Route(long.Parse(key, CultureInfo.InvariantCulture)),
                    "str" => router.Route(Encoding.UTF8.GetBytes(key)),
                    _ => router.Route(Convert.FromBase64String(key)),
                };
                Assert.True(shard.Value.GetInt32() == actual,
                    $"{type} '{key}' of {shard.Name} shards: {shard.Value} expected, {actual} found");
                Assert.Equal(shard.Value.GetInt32(), (int)(hash % (ulong)router.NumDbs));
                checkedShards++;
            }
        }
        Assert.True(checkedShards > 9_000, $"only {checkedShards} vectors found");
    }

    [Theory]
    [InlineData(KeyEncoding.U64BE)]
    [InlineData(KeyEncoding.U32BE)]
    public void RouteStored_IntegerKey_IsTheIntegersShardUnderEveryEncoding(KeyEncoding encoding)
    {
        var router = ShardRouter.ForHash(8, encoding);

        // 42 belongs to shard 0 of 8; its stored big-endian bytes would hash to another one.
        Assert.Equal(0, router.Route(42));
        Assert.Equal(0, router.RouteStored(KeyCodec.For(encoding).Encode(42)));
        Assert.NotEqual(0, router.Route(new byte[] { 0, 0, 0, 0, 0, 0, 0, 42 }));
    }
}
