using ShardyFusion.Building.Sorting;

namespace ShardyFusion.Core.Tests.Building.Sorting;

public class SortEntryListTests
{
    [Fact]
    public void Add_ListsOfAllLengthsFromOnePool_EachKeepsItsOwn()
    {
        var pool = new SortEntryChunks();
        var random = new Random(3);
        var lists = Enumerable.Range(0, 60).Select(_ => new SortEntryList(pool)).ToArray();
        for (var round = 0; round < 4; round++)
        {
            // Interleaved, so that chunks of all sizes are cut from the same arrays, in later rounds from those given back.
            var lengths = lists.Select((_, i) => random.Next(1 << random.Next(16))).ToArray();
            for (var at = 0; at < lengths.Max(); at++)
                for (var i = 0; i < lists.Length; i++)
                    if (at < lengths[i]) lists[i].Add(new SortEntry((ulong)i, (ulong)at));
            Assert.InRange(pool.LiveBytes, lengths.Sum() * 16L, long.MaxValue);
            for (var i = 0; i < lists.Length; i++)
            {
                Assert.Equal(lengths[i], lists[i].Count);
                var copy = new SortEntry[lengths[i]];
                lists[i].CopyTo(copy);
                Assert.Equal(Enumerable.Range(0, lengths[i]).Select(at => new SortEntry((ulong)i, (ulong)at)), copy);
                lists[i].Clear();
            }
            Assert.Equal(0, pool.LiveBytes);
        }
    }

    [Fact]
    public void Arrays_ReturnedOnes_AreUsedAgain()
    {
        var arrays = new SortEntryArrays();
        var first = arrays.Rent(1000);
        Assert.InRange(first.Length, 1000, int.MaxValue);
        arrays.Return(first);
        Assert.Same(first, arrays.Rent(900));
        arrays.Return(first);
        Assert.InRange(arrays.Rent(5000).Length, 5000, int.MaxValue);
        arrays.Clear();
        Assert.NotSame(first, arrays.Rent(10));
    }
}
