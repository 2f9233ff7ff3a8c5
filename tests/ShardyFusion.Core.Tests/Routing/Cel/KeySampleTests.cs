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
        var sample = new KeySample(KeyEncoding.U64BE);
        var keys = Enumerable.Range(0, rows).Select(_ => (long)Math.Exp(random.NextDouble() * 40)).ToArray();
        foreach (var key in keys) Add(sample, KeyEncoding.U64BE, key);
        var (boundaries, shares) = sample.Cut(shards);

        Assert.Equal(shares.Count, boundaries.Count + 1);
        Assert.Equal(1, shares.Sum(), 9);
        var router = CelSharding.ByRanges(CelType.Int, boundaries).CreateRouter(boundaries.Count + 1, KeyEncoding.U64BE);
        var counts = keys.CountBy(router.Route).ToDictionary();
        for (var dbId = 0; dbId < shares.Count; dbId++)
            Assert.True(Math.Abs(counts.GetValueOrDefault(dbId) / (double)rows - shares[dbId]) < 0.01, $"seed {seed}: shard {dbId}");
    }

    [Fact]
    public void Cut_Texts_CutsInWholeCharactersAndNoLongerThanNeeded()
    {
        var sample = new KeySample(KeyEncoding.Utf8);
        foreach (var key in (string[])["aaaa-1", "aaaa-2", "aaaé-1", "aaaé-2", "b", "😀1", "😀2", "😃 and more"]) Add(sample, KeyEncoding.Utf8,
            key);
        var (boundaries, shares) = sample.Cut(4);
        Assert.Equal(["aaaé", "b", "😀2"], boundaries);
        Assert.All(shares, share => Assert.Equal(0.25, share));
    }

    [Fact]
    public void Cut_FewDifferentKeys_GivesFewerRanges()
    {
        var sample = new KeySample(KeyEncoding.Raw);
        for (var i = 0; i < 100; i++) Add(sample, KeyEncoding.Raw, Encoding.UTF8.GetBytes(i < 90 ? "same" : "tame"));
        var (boundaries, shares) = sample.Cut(10);
        Assert.Equal([[(byte)'t']], boundaries.Cast<byte[]>());
        Assert.Equal([0.9, 0.1], shares);
        Assert.Empty(new KeySample(KeyEncoding.Raw).Cut(10).Boundaries);
    }

    [Fact]
    public void Merge_SamplesOfDifferentInputs_WeighsThemByTheirRows()
    {
        var (large, small) = (new KeySample(KeyEncoding.U64BE), new KeySample(KeyEncoding.U64BE));
        for (var i = 0L; i < 900_000; i++) Add(large, KeyEncoding.U64BE, i);
        for (var i = 0L; i < 100_000; i++) Add(small, KeyEncoding.U64BE, 1_000_000 + i);
        var (_, shares) = KeySample.Merge(KeyEncoding.U64BE, [large, small]).Cut(10);
        var (boundaries, _) = KeySample.Merge(KeyEncoding.U64BE, [large, small]).Cut(10);
        Assert.InRange((long)boundaries[^1], 880_000, 1_010_000);
        Assert.Equal(10, shares.Count);
    }
}
