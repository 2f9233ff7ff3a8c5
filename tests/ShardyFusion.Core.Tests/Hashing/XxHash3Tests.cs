using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ShardyFusion.Hashing;

namespace ShardyFusion.Core.Tests.Hashing;

public class XxHash3Tests
{
    static readonly string RoutingFile = Path.Combine(AppContext.BaseDirectory, "Golden", "data", "routing.json");

    [Fact]
    public void Hash_EveryRoutingVector_GivesItsHashAndShards()
    {
        using var vectors = JsonDocument.Parse(File.ReadAllBytes(RoutingFile));
        var checkedVectors = 0;
        foreach (var vector in vectors.RootElement.EnumerateArray())
        {
            var text = vector.GetProperty("key").GetString()!;
            var canonical = vector.GetProperty("type").GetString() switch
            {
                "int" => LittleEndian(long.Parse(text, CultureInfo.InvariantCulture)),
                "str" => Encoding.UTF8.GetBytes(text),
                _ => Convert.FromBase64String(text),
            };
            var expected = ulong.Parse(vector.GetProperty("xxh3_64").GetString()!, CultureInfo.InvariantCulture);
            Assert.Equal(expected, XxHash3.Hash(canonical));
            foreach (var shards in vector.GetProperty("db_id").EnumerateObject())
                Assert.Equal((ulong)shards.Value.GetInt32(), expected % ulong.Parse(shards.Name, CultureInfo.InvariantCulture));
            checkedVectors++;
        }
        Assert.True(checkedVectors > 700, $"{checkedVectors} vectors");
    }

    [Fact]
    public void Hash8_AnyWord_EqualsHashOfItsBytes()
    {
        var random = new Random(1);
        for (var i = 0; i < 1000; i++)
        {
            var value = random.NextInt64(long.MinValue, long.MaxValue);
            Assert.Equal(XxHash3.Hash(LittleEndian(value)), XxHash3.Hash8((ulong)value));
        }
    }

    [Fact]
    public void Hash_LongInput_EqualsScalarTwin()
    {
        var bytes = new byte[20_000];
        new Random(2).NextBytes(bytes);
        for (var length = 241; length < 2_200; length++)
            Assert.Equal(XxHash3.HashLongScalar(bytes.AsSpan(0, length)), XxHash3.Hash(bytes.AsSpan(0, length)));
        for (var length = 2_200; length < bytes.Length; length += 61)
            Assert.Equal(XxHash3.HashLongScalar(bytes.AsSpan(length % 7, length - 7)), XxHash3.Hash(bytes.AsSpan(length % 7, length - 7)));
    }

    static byte[] LittleEndian(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }
}
