using System.Text;
using ShardyFusion.Routing;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Core.Tests.Routing.Cel;

public class KeySampleTests
{
    static readonly byte[] buffer = new byte[KeyCodec.MaxKeyBytes];

    static void Add(KeySample sample, KeyEncoding encoding, object key) =>
        sample.Add(buffer.AsSpan(0, KeyCodec.For(encoding).Encode(key, buffer)));

    [Theory]
    [InlineData(8, 1_000)]
    [InlineData(64, 300_000)]
    public void Cut_ManyKeys_GivesEvenRanges(int shards, int rows)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var sample = new KeySample();
        var keys = Enumerable.Range(0, rows).Select(_ => (long)Math.Exp(random.NextDouble() * 40)).ToArray();
        keys = [.. keys.Distinct()];
        foreach (var key in keys) Add(sample, KeyEncoding.U64BE, key);
        var boundaries = sample.Cut(shards, KeyEncoding.U64BE);

        var router = CelSharding.ByRanges(CelType.Int, boundaries).CreateRouter(boundaries.Count + 1, KeyEncoding.U64BE);
        var shares = sample.Shares(router);
        Assert.Equal(1, shares.Sum(), 9);
        Assert.All(shares, share => Assert.InRange(share, 0.9 / shares.Length, 1.1 / shares.Length));
        var counts = keys.GroupBy(router.Route).ToDictionary(shard => shard.Key, shard => shard.Count());
        for (var dbId = 0; dbId < shares.Length; dbId++)
            Assert.True(Math.Abs(counts.GetValueOrDefault(dbId) / (double)keys.Length - shares[dbId]) < 0.01, $"seed {seed}: shard {dbId}");
    }

    [Fact]
    public void Cut_Texts_CutsInWholeCharactersAndNoLongerThanNeeded()
    {
        var sample = new KeySample();
        foreach (var key in (string[])["aaaa-1", "aaaa-2", "aaaé-1", "aaaé-2", "b", "😀1", "😀2", "😃 and more"])
            Add(sample, KeyEncoding.Utf8, key);
        Assert.Equal(["aaaé", "b", "😀2"], sample.Cut(4, KeyEncoding.Utf8));
    }

    [Fact]
    public void Cut_FewDifferentKeys_GivesFewerRanges()
    {
        var sample = new KeySample();
        for (var i = 0; i < 100; i++) Add(sample, KeyEncoding.Raw, Encoding.UTF8.GetBytes(i < 90 ? "same" : "tame"));
        Assert.Equal([[(byte)'t']], sample.Cut(10, KeyEncoding.Raw).Cast<byte[]>());
        Assert.Empty(new KeySample().Cut(10, KeyEncoding.Raw));
    }

    [Fact]
    public void Cut_SameKeysInAnyOrderFromAnyThreadAndSeveralTimes_CutsAtTheSamePlaces()
    {
        var seed = Environment.TickCount;
        long[] keys = [.. Enumerable.Range(0, 5_000).Select(key => (long)key * key)];
        var (inOrder, mixed) = (new KeySample(capacity: 500), new KeySample(capacity: 500));
        foreach (var key in keys) Add(inOrder, KeyEncoding.U64BE, key);
        long[] repeated = [.. keys, .. keys];
        new Random(seed).Shuffle(repeated);
        Parallel.ForEach(repeated, key => mixed.Add(KeyCodec.For(KeyEncoding.U64BE).Encode(key)));
        var boundaries = inOrder.Cut(7, KeyEncoding.U64BE);
        Assert.True(boundaries.SequenceEqual(mixed.Cut(7, KeyEncoding.U64BE)), $"seed {seed}");
        Assert.Equal((500, 6), (inOrder.Count, boundaries.Count));
        for (var shard = 1; shard < 7; shard++)
            Assert.InRange(keys.Count(key => key < (long)boundaries[shard - 1]), 5_000 * shard / 7 - 350, 5_000 * shard / 7 + 350);
    }
}
