using System.Buffers.Binary;
using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Building.Sorting;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;

namespace ShardyFusion.Core.Tests.Building.Sorting;

public class RowCollectorTests
{
    const int ShardCount = 5;

    static int Route(ReadOnlySpan<byte> key) => key[^1] % ShardCount;

    [Theory]
    [InlineData(DuplicateKeyPolicy.Last, true)]
    [InlineData(DuplicateKeyPolicy.First, true)]
    [InlineData(DuplicateKeyPolicy.Last, false)]
    [InlineData(DuplicateKeyPolicy.First, false)]
    public void Open_SpilledOverSeveralCollectors_YieldsEachKeyOnceInOrder(DuplicateKeyPolicy policy, bool shardCountKnown)
    {
        using var temp = new TempFolder();
        using var spill = new SpillFolder(temp.Path, "run");
        var duplicates = new DuplicateKeys(policy, key => Convert.ToHexString(key));
        var context = new CollectorContext(spill, duplicates, FixedEightByteKeys: false);
        var random = new Random(7);
        var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var collectors = Enumerable.Range(0, 2).Select(_ => new RowCollector(context, shardCountKnown ? ShardCount
            : null)
        { BudgetBytes = 3 << 20 }).ToList();
        for (var ordinal = 1; ordinal <= 60_000; ordinal++)
        {
            var key = "key-" + random.Next(40_000);
            var value = new string('v', random.Next(300)) + ordinal;
            if (policy == DuplicateKeyPolicy.Last || !expected.ContainsKey(key)) expected[key] = value;
            var bytes = Encoding.UTF8.GetBytes(key);
            collectors[random.Next(2)].Add(bytes, Encoding.UTF8.GetBytes(value), ordinal, Route(bytes));
        }
        foreach (var collector in collectors)
        {
            if (!shardCountKnown) collector.Distribute(ShardCount, Route);
            collector.Seal();
        }

        var rows = new CollectedRows(collectors);
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        long dropped = collectors.Sum(c => c.SpilledDuplicates);
        for (var dbId = 0; dbId < ShardCount; dbId++)
        {
            var cursors = new List<RowCursor>();
            dropped += rows.Open(dbId, 4096, cursors);
            Assert.True(cursors.Count > 2, "the budget should have forced spilling");
            var merger = new RowMerger(cursors, duplicates);
            var previous = "";
            while (merger.MoveNext())
            {
                var key = Encoding.UTF8.GetString(merger.Current.Key);
                Assert.True(string.CompareOrdinal(previous, key) < 0, $"{previous} then {key}");
                Assert.Equal(dbId, Route(merger.Current.Key));
                found.Add(key, Encoding.UTF8.GetString(merger.Current.Value));
                previous = key;
            }
            dropped += merger.Dropped;
        }
        foreach (var collector in collectors) collector.Dispose();

        Assert.Equal(expected, found);
        Assert.Equal(60_000, found.Count + dropped);
        Assert.True(spill.SpilledBytes > 0);
    }

    [Fact]
    public void Open_DuplicateUnderFail_NamesKeyAndBothRows()
    {
        using var temp = new TempFolder();
        using var spill = new SpillFolder(temp.Path, "run");
        var context = new CollectorContext(spill,
            new DuplicateKeys(DuplicateKeyPolicy.Fail, key => $"{BinaryPrimitives.ReadUInt64BigEndian(key)}"), true);
        using var collector = new RowCollector(context, 1) { BudgetBytes = 5 << 20 };
        var key = new byte[8];
        foreach (var (number, ordinal) in new[] { (9, 1), (42, 2), (7, 3), (42, 4) })
        {
            BinaryPrimitives.WriteInt64BigEndian(key, number);
            collector.Add(key, [], ordinal, 0);
        }

        var error = Assert.Throws<ShardyFusionException>(() => new CollectedRows([collector]).Open(0, 4096, []));

        Assert.Equal(ErrorKind.InputInvalid, error.Kind);
        Assert.Contains("Rows 2 and 4 have the same key '42'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_RowLargerThanASlab_SurvivesSpilling()
    {
        using var temp = new TempFolder();
        using var spill = new SpillFolder(temp.Path, "run");
        var duplicates = new DuplicateKeys(DuplicateKeyPolicy.Last, _ => "");
        using var collector = new RowCollector(new CollectorContext(spill, duplicates, false), 1) { BudgetBytes = 5 << 20 };
        var large = new byte[9 << 20];
        new Random(3).NextBytes(large);
        collector.Add("b"u8, large, 1, 0);
        collector.Add("a"u8, "small"u8, 2, 0);
        collector.Seal();

        var cursors = new List<RowCursor>();
        new CollectedRows([collector]).Open(0, 4096, cursors);
        var merger = new RowMerger(cursors, duplicates);

        Assert.True(merger.MoveNext());
        Assert.Equal("small"u8, merger.Current.Value);
        Assert.True(merger.MoveNext());
        Assert.True(merger.Current.Value.SequenceEqual(large));
        Assert.False(merger.MoveNext());
    }

    [Fact]
    public void DeleteAbandoned_FolderOfALiveBuild_Stays()
    {
        using var temp = new TempFolder();
        using var alive = new SpillFolder(temp.Path, "alive");
        using var file = new SpillFile(alive);
        Directory.CreateDirectory(temp["shardyfusion-spill-dead-00000000"]);
        File.WriteAllText(Path.Combine(temp["shardyfusion-spill-dead-00000000"], "lock"), "");
        File.WriteAllText(Path.Combine(temp["shardyfusion-spill-dead-00000000"], "rows-0001"), "leftover");

        using var next = new SpillFolder(temp.Path, "next");
        next.DeleteAbandoned();

        var left = Assert.Single(Directory.GetDirectories(temp.Path));
        Assert.Contains("alive", left, StringComparison.Ordinal);
    }
}
