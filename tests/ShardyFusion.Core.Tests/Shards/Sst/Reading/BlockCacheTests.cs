using System.Runtime.CompilerServices;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Core.Tests.Shards.Sst.Reading;

public class BlockCacheTests
{
    const int BlockBytes = 872;
    const int Charge = BlockBytes + BlockCache.EntryOverheadBytes;

    [Fact]
    public void Complete_MoreThanTheBudget_StaysWithinIt()
    {
        var cache = new BlockCache(10 * Charge);
        for (var i = 0; i < 100; i++)
        {
            Load(cache, i);
            Assert.True(cache.UsedBytes <= 10 * Charge);
        }
        Assert.Equal(10 * Charge, cache.UsedBytes);
        Assert.Equal(10, Enumerable.Range(0, 100).Count(i => cache.TryGet(1, i, out _)));
    }

    [Fact]
    public void Complete_BlockUsedBetween_IsKeptOverUnusedOnes()
    {
        var cache = new BlockCache(4 * Charge);
        for (var i = 0; i < 50; i++)
        {
            Load(cache, i);
            Assert.True(cache.TryGet(1, 0, out _), $"block 0 went when {i} came");
        }
    }

    /// <summary>Else memory would grow beyond the budget with every place that somebody remembers.</summary>
    [Fact]
    public void Place_OfABlockThatWasEvicted_HoldsNoneOfItsBytesAndIsForgotten()
    {
        var cache = new BlockCache(4 * Charge);
        var (place, bytes) = LoadWatched(cache);
        var places = new CachedBlock?[10];
        place.RememberIn(places, 3);
        Assert.Same(place, places[3]);
        for (var i = 10; i < 30; i++) Load(cache, i);
        Assert.False(cache.TryGet(place, out _));
        Assert.Null(places[3]);
        place.RememberIn(places, 3);
        Assert.Null(places[3]);
        for (var i = 0; i < 10 && bytes.IsAlive; i++) GC.Collect();
        Assert.False(bytes.IsAlive);
        GC.KeepAlive(place);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static (CachedBlock Place, WeakReference Bytes) LoadWatched(BlockCache cache)
    {
        Assert.True(cache.TryClaim(1, 7, out var claim));
        var block = Block(7);
        claim.Complete(block);
        Assert.True(cache.TryGet(claim.Place, out var found));
        Assert.Equal(7, found.Span[0]);
        return (claim.Place, new WeakReference(block));
    }

    [Fact]
    public void Complete_BlockLargerThanTheBudget_IsNotKept()
    {
        var cache = new BlockCache(100);
        Assert.True(cache.TryClaim(1, 1, out var claim));
        claim.Complete(new byte[BlockBytes]);
        Assert.True(claim.Block.IsCompletedSuccessfully);
        Assert.False(cache.TryGet(1, 1, out _));
        Assert.Equal(0, cache.UsedBytes);
    }

    [Fact]
    public async Task TryClaim_SecondCaller_WaitsForTheFirst()
    {
        var cache = new BlockCache(10 * Charge);
        Assert.True(cache.TryClaim(1, 1, out var first));
        Assert.False(cache.TryClaim(1, 1, out var second));
        Assert.False(second.Block.IsCompleted);
        first.Complete(new byte[] { 1, 2, 3 });
        Assert.Equal([1, 2, 3], (await second.Block).ToArray());
    }

    [Fact]
    public async Task Fail_Error_ReachesThoseWhoWaitAndIsForgotten()
    {
        var cache = new BlockCache(10 * Charge);
        cache.TryClaim(1, 1, out var first);
        cache.TryClaim(1, 1, out var second);
        first.Fail(new InvalidOperationException("broken"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => second.Block);
        Assert.True(cache.TryClaim(1, 1, out _));
    }

    [Fact]
    public void Remove_Shard_DropsItsBlocksOnly()
    {
        var cache = new BlockCache(10 * Charge);
        Load(cache, 1);
        cache.TryClaim(2, 1, out var other);
        other.Complete(new byte[BlockBytes]);
        cache.Remove(1);
        Assert.False(cache.TryGet(1, 1, out _));
        Assert.True(cache.TryGet(2, 1, out _));
        Assert.Equal(Charge, cache.UsedBytes);
    }

    [Fact]
    public async Task TryGet_ManyThreads_NeverExceedsTheBudgetOrMixesBlocksUp()
    {
        var cache = new BlockCache(20 * Charge);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var round = 0; round < 20_000; round++)
            {
                var ordinal = random.Next(60);
                if (cache.TryGet(1, ordinal, out var block))
                    Assert.Equal(ordinal, block.Span[0]);
                else if (cache.TryClaim(1, ordinal, out var claim))
                    claim.Complete(Block(ordinal));
                Assert.True(cache.UsedBytes <= 20 * Charge);
            }
        })));
        Assert.True(cache.Hits > 0 && cache.Misses > 0);
    }

    static void Load(BlockCache cache, int ordinal)
    {
        Assert.True(cache.TryClaim(1, ordinal, out var claim));
        claim.Complete(Block(ordinal));
    }

    static byte[] Block(int ordinal)
    {
        var block = new byte[BlockBytes];
        block[0] = (byte)ordinal;
        return block;
    }
}
