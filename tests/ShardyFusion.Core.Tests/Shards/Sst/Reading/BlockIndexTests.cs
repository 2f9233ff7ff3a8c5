using System.Buffers.Binary;
using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Core.Tests.Shards.Sst.Reading;

/// <summary>The flattened index against a plain search over full keys.</summary>
public class BlockIndexTests
{
    const int Seed = 4711;

    public static TheoryData<string, int> Shapes()
    {
        var data = new TheoryData<string, int>();
        foreach (var shape in new[] { "eight_random", "eight_dense", "prefixed", "short", "skewed", "long_ties", "nested", "extreme" })
            foreach (var count in new[] { 0, 1, 2, 3, 17, 3_000 })
                data.Add(shape, count);
        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Find_AnyKey_GivesTheFirstSeparatorNotLess(string shape, int count)
    {
        var random = new Random(Seed);
        var separators = Enumerable.Range(0, count).Select(i => Key(shape, i, random)).Distinct(ByteComparer.Instance)
            .Order(ByteComparer.Instance).ToList();
        var index = Build(separators, gap: 0);
        Assert.Equal(separators.Count, index.Count);
        foreach (var key in separators.SelectMany(Around).Concat(Enumerable.Range(0, 200).Select(i => Key(shape, i, random))))
            AssertFinds(index, separators, key);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Item_BlocksWithAndWithoutGaps_GivesTheirPlaces(int gap)
    {
        var separators = Enumerable.Range(0, 100).Select(i => Key("eight_dense", i, new Random(1))).ToList();
        var index = Build(separators, gap);
        long offset = 0;
        for (var i = 0; i < index.Count; i++)
        {
            Assert.Equal(new BlockHandle(offset, 20 + i % 3), index[i]);
            offset = index[i].EndWithTrailer + (i > 4 ? gap : 0);
        }
    }

    [Fact]
    public void CompareToSeparator_AnyKey_EqualsTheOrderOfTheBytes()
    {
        foreach (var shape in new[] { "eight_random", "prefixed", "short" })
        {
            var random = new Random(Seed);
            var separators = Enumerable.Range(0, 50).Select(i => Key(shape, i, random)).Distinct(ByteComparer.Instance)
                .Order(ByteComparer.Instance).ToList();
            var index = Build(separators, gap: 0);
            for (var i = 0; i < separators.Count; i++)
                foreach (var key in separators.SelectMany(Around))
                    Assert.Equal(Math.Sign(key.AsSpan().SequenceCompareTo(separators[i])), Math.Sign(index.CompareToSeparator(key, i)));
        }
    }

    [Theory]
    [InlineData(0, 20, "b")]
    [InlineData(30, 5, "b")]
    [InlineData(30, 100, "b")]
    [InlineData(30, 20, "0")]
    public void Add_EntryOutsideOrOutOfOrder_IsRefused(long offset, long size, string separator)
    {
        var builder = new BlockIndexBuilder(new BlockOrigin("f", 9), 100, 0);
        builder.Add("a"u8, new BlockHandle(0, 20));
        var error = Assert.Throws<ShardCorruptException>(() => builder.Add(System.Text.Encoding.ASCII.GetBytes(separator),
            new BlockHandle(offset, size)));
        Assert.Equal(9, error.Offset);
    }

    static void AssertFinds(BlockIndex index, List<byte[]> separators, byte[] key)
    {
        // A key behind all separators belongs to the last block, where it will not be found.
        var expected = Math.Min(separators.TakeWhile(separator => separator.AsSpan().SequenceCompareTo(key) < 0).Count(),
            separators.Count - 1);
        var found = index.Find(key, out var position);
        Assert.True(found == expected, $"seed {Seed}: {Convert.ToHexString(key)} found in {found}, expected {expected}");
        Assert.InRange(position, 0u, 65535u);
    }

    static BlockIndex Build(List<byte[]> separators, int gap)
    {
        var builder = new BlockIndexBuilder(new BlockOrigin("f", 0), long.MaxValue / 2, separators.Count / 2);
        long offset = 0;
        for (var i = 0; i < separators.Count; i++)
        {
            var handle = new BlockHandle(offset, 20 + i % 3);
            builder.Add(separators[i], handle);
            offset = handle.EndWithTrailer + (i > 4 ? gap : 0);
        }
        return builder.Build();
    }

    static byte[] Key(string shape, int i, Random random)
    {
        var eight = new byte[8];
        switch (shape)
        {
            case "eight_random":
                random.NextBytes(eight);
                return eight;
            case "eight_dense":
                BinaryPrimitives.WriteInt64BigEndian(eight, i * 3L);
                return eight;
            case "prefixed":
                return System.Text.Encoding.ASCII.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                    $"user-{random.Next(1_000_000):d12}"));
            case "short":
                return eight[..random.Next(0, 3)].Select(_ => (byte)random.Next(4)).ToArray();
            case "skewed":
                BinaryPrimitives.WriteUInt64BigEndian(eight, (ulong)random.NextInt64() >> random.Next(63));
                return eight;
            case "long_ties":
                return [.. "same-prefix-"u8, .. Enumerable.Repeat((byte)'x', random.Next(20)), (byte)random.Next(256),
                    (byte)random.Next(256)];
            case "nested":
                return Enumerable.Range(0, random.Next(1, 24)).Select(_ => (byte)random.Next(2)).ToArray();
            default:
                Array.Fill(eight, random.Next(2) == 0 ? (byte)0xFF : (byte)0);
                eight[random.Next(8)] ^= (byte)random.Next(256);
                return [.. eight, .. eight[..random.Next(3)]];
        }
    }

    static IEnumerable<byte[]> Around(byte[] key)
    {
        yield return key;
        yield return [.. key, 0];
        if (key.Length == 0)
            yield break;
        yield return key[..^1];
        byte[] less = [.. key], more = [.. key];
        less[^1]--;
        more[^1]++;
        yield return less;
        yield return more;
    }
}
