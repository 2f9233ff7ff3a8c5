using System.Text;
using ShardyFusion.Building.Sorting;

namespace ShardyFusion.Core.Tests.Building.Sorting;

public class EntrySorterTests
{
    [Theory]
    [InlineData(10, 0)]
    [InlineData(5_000, 0)]
    [InlineData(5_000, 6)]
    [InlineData(5_000, 40)]
    public void Sort_RandomTextKeys_OrdersByKeyThenArrival(int count, int sharedPrefixLength)
    {
        var random = new Random(count + sharedPrefixLength);
        var shared = new string('p', sharedPrefixLength);
        // Few distinct letters and short keys make many prefixes of each other, and many duplicates.
        Sort_Matches(Enumerable.Range(0, count)
            .Select(_ => Encoding.UTF8.GetBytes(shared
                + new string([.. Enumerable.Range(0, 1 + random.Next(12)).Select(_ => (char)('a' + random.Next(2)))]))), false);
    }

    [Fact]
    public void Sort_ZeroBytesAtTheEnd_AreNotTakenForPadding() =>
        Sort_Matches([[1, 0], [1], [1, 0, 0], [1], [0], [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0]], false);

    [Theory]
    [InlineData(100)]
    [InlineData(20_000)]
    public void Sort_EightByteKeys_OrdersByKeyThenArrival(int count)
    {
        var random = new Random(count);
        Sort_Matches(Enumerable.Range(0, count).Select(_ =>
        {
            var key = new byte[8];
            random.NextBytes(key.AsSpan(random.Next(8)));
            key[7] &= 3;
            return key;
        }), true);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(777)]
    [InlineData(4_999)]
    public void Sort_OneKeyBeginsOtherwise_OrdersByKey(int deviant) =>
        Sort_Matches(Enumerable.Range(0, 5_000).Select(i => Encoding.UTF8.GetBytes(i == deviant ? "use-1"
            : $"user-{i * 7_919 % 5_000:D12}")), false);

    [Theory]
    [InlineData(40_000)]
    [InlineData(3_000)]
    public void Sort_DenseKeysAndOneFarAway_OrdersByKey(int count)
    {
        // The leading bits say nothing about all keys but one, and those of the others nothing about a second cluster.
        Sort_Matches(Enumerable.Range(0, count).Select(i =>
        {
            var key = new byte[8];
            var number = i == 17 ? ulong.MaxValue : i % 3 == 0 ? (1UL << 40) + (ulong)((long)i * 7_919 % count)
                : (ulong)((long)i * 104_729 % count);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(key, number);
            return key;
        }), true);
    }

    static void Sort_Matches(IEnumerable<byte[]> keys, bool fixedEightByteKeys)
    {
        var rows = new RowSlabs();
        var all = keys.ToList();
        var entries = all.Select((key, i) => new SortEntry(SortEntry.PrefixOf(key), rows.Append(key, [], i + 1))).ToArray();

        EntrySorter.Sort(entries, new SortEntry[entries.Length], rows, fixedEightByteKeys);

        var expected = all.Select((key, i) => (Key: Convert.ToHexString(key), Ordinal: i + 1)).OrderBy(r => r.Key, StringComparer.Ordinal)
            .ThenBy(r => r.Ordinal);
        Assert.Equal(expected, entries.Select(e => (Convert.ToHexString(rows.Read(e.Locator).Key), (int)rows.Read(e.Locator).Ordinal)));
    }
}
