using ShardyFusion.Core.Tests.Oracle;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Core.Tests.Shards.Sst.Reading;

/// <summary>Reads a whole shard in every way there is and compares with the rows it must hold.</summary>
static class ShardChecks
{
    public static void AssertMappedHolds(string path, IReadOnlyList<OracleRow> rows, IReadOnlyList<byte[]> absent, string what)
    {
        using var shard = MappedShard.Open(path, SstReadOptions.Default);
        Assert.Equal(rows.Count, shard.RowCount);
        // Backwards, so that blocks are first used by their later rows too.
        for (var i = rows.Count - 1; i >= 0; i--)
        {
            if (!shard.TryGet(rows[i].Key, out var value))
                Assert.Fail($"{what}: row {i} not found");
            if (!value.SequenceEqual(rows[i].Value))
                Assert.Fail($"{what}: row {i} has another value");
        }
        foreach (var key in absent)
            if (shard.TryGet(key, out _))
                Assert.Fail($"{what}: found a key that is not there");
        AssertBatchFinds(shard, rows, absent, what);
        AssertScanGives(shard, rows, what);
    }

    static void AssertBatchFinds(MappedShard shard, IReadOnlyList<OracleRow> rows, IReadOnlyList<byte[]> absent, string what)
    {
        var keys = new ReadOnlyMemory<byte>[rows.Count + absent.Count];
        for (var i = 0; i < rows.Count; i++)
            keys[i] = rows[i].Key;
        for (var i = 0; i < absent.Count; i++)
            keys[rows.Count + i] = absent[i];
        var order = Enumerable.Range(0, keys.Length).ToArray();
        new Random(3).Shuffle(order);
        var sink = new Collector(rows);
        shard.GetMany(keys, order, ref sink);
        Assert.True(sink.Found == rows.Count && sink.Wrong == 0, $"{what}: batch found {sink.Found} of {rows.Count}, {sink.Wrong} wrong");
        sink = new Collector(rows);
        shard.GetMany(keys, ref sink);
        Assert.True(sink.Found == rows.Count && sink.Wrong == 0, $"{what}: batch found {sink.Found} of {rows.Count}, {sink.Wrong} wrong");
    }

    static void AssertScanGives(MappedShard shard, IReadOnlyList<OracleRow> rows, string what)
    {
        using var scanner = shard.Scan();
        var count = 0;
        for (; scanner.MoveNext(); count++)
            if (!scanner.Key.SequenceEqual(rows[count].Key) || !scanner.Value.SequenceEqual(rows[count].Value))
                Assert.Fail($"{what}: scanned row {count} differs");
        Assert.True(count == rows.Count, $"{what}: scanned {count} of {rows.Count} rows");
    }

    public static async Task AssertRemoteHoldsAsync(
        IShardSource source, long? tailOffset, IReadOnlyList<OracleRow> rows, IReadOnlyList<byte[]> absent, string what)
    {
        var cancel = TestContext.Current.CancellationToken;
        var cache = new BlockCache(32 << 20);
        using var shard = await RemoteShard.OpenAsync(source, tailOffset, source.Length, cache, cancel);
        Assert.Equal(rows.Count, shard.RowCount);
        for (var i = rows.Count - 1; i >= 0; i--)
        {
            var value = await shard.GetAsync(rows[i].Key, cancel);
            if (value is null || !value.Value.Span.SequenceEqual(rows[i].Value))
                Assert.Fail($"{what}: remote row {i} is {(value is null ? "not found" : "different")}");
        }
        foreach (var key in absent)
            if (await shard.GetAsync(key, cancel) is not null)
                Assert.Fail($"{what}: remote found a key that is not there");
        shard.Dispose();
        using var other = await RemoteShard.OpenAsync(source, tailOffset, source.Length, cache, cancel);
        var values = await other.GetManyAsync([.. rows.Select(row => (ReadOnlyMemory<byte>)row.Key), .. absent], cancel);
        for (var i = 0; i < values.Length; i++)
            if (i < rows.Count ? values[i] is not { } value || !value.Span.SequenceEqual(rows[i].Value) : values[i] is not null)
                Assert.Fail($"{what}: remote batch entry {i} is wrong");
        var count = 0;
        await foreach (var row in other.ScanAsync(cancel))
        {
            if (!row.Key.Span.SequenceEqual(rows[count].Key) || !row.Value.Span.SequenceEqual(rows[count].Value))
                Assert.Fail($"{what}: remote scan row {count} differs");
            count++;
        }
        Assert.True(count == rows.Count, $"{what}: remote scan gave {count} of {rows.Count} rows");
        Assert.True(cache.UsedBytes <= 32 << 20);
    }

    /// <summary>Counts a batch's values and those of them that are not the rows'.</summary>
    /// <param name="rows">The rows of the batch's first keys; null when wrong values cannot be told.</param>
    public struct Collector(IReadOnlyList<OracleRow>? rows) : IValueSink
    {
        public int Found { get; private set; }
        public int Wrong { get; private set; }

        public void OnValue(int keyIndex, ReadOnlySpan<byte> value)
        {
            Found++;
            if (rows is not null && (keyIndex >= rows.Count || !value.SequenceEqual(rows[keyIndex].Value)))
                Wrong++;
        }
    }
}
