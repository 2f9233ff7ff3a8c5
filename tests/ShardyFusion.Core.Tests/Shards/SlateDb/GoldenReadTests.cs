using ShardyFusion.Errors;
using ShardyFusion.Shards.SlateDb.Reading;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Core.Tests.Shards.SlateDb;

/// <summary>Every key of every database that SlateDB wrote for these tests, in each way of reading.</summary>
public class GoldenReadTests(SlateGolden golden, ITestOutputHelper output)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_EveryGoldenDatabase_EveryKeyPresentDeletedAndAbsentIsRight()
    {
        var (databases, present, absent, merges, scanned) = (0, 0, 0, 0, 0);
        foreach (var name in golden.Names)
        {
            var database = golden[name];
            foreach (var dbId in database.ShardIds)
            {
                using var shard = await database.OpenAsync(dbId);
                var rows = database.RowsOf(dbId);
                foreach (var row in rows)
                    await CheckAsync(shard, row, name);
                await CheckBatchAsync(shard, rows, name);
                scanned += await CheckScanAsync(shard, rows, name);
                databases++;
                present += rows.Count(row => row.IsPresent && !row.IsMerge);
                absent += rows.Count(row => !row.IsPresent);
                merges += rows.Count(row => row.IsMerge);
            }
        }
        Assert.True(databases >= 79, $"{databases} databases");
        output.WriteLine($"counts: {databases} databases by releases 0.8 to 0.17: {present} keys present, {absent} deleted or absent, "
            + $"{merges} merge operands reported, {scanned} rows scanned; wrong answers: 0");
    }

    static async Task CheckAsync(SlateShard shard, GoldenRow row, string what)
    {
        if (row.IsMerge)
        {
            await Assert.ThrowsAsync<ShardCorruptException>(async () => await shard.GetAsync(row.Key, Token));
            return;
        }
        if (!row.Is(await shard.GetAsync(row.Key, Token)))
            Assert.Fail($"{what}: the key {Convert.ToHexStringLower(row.Key)} is wrong");
        var isFound = shard.TryGet(row.Key, out var value);
        Assert.True(row.Is(isFound ? value.ToArray() : (ReadOnlyMemory<byte>?)null), what);
    }

    static async Task CheckBatchAsync(SlateShard shard, GoldenRow[] rows, string what)
    {
        var asked = rows.Where(row => !row.IsMerge).ToArray();
        var values = await shard.GetManyAsync([.. asked.Select(row => (ReadOnlyMemory<byte>)row.Key)], Token);
        for (var i = 0; i < asked.Length; i++)
            Assert.True(asked[i].Is(values[i]), what);
    }

    static async Task<int> CheckScanAsync(SlateShard shard, GoldenRow[] rows, string what)
    {
        if (rows.Any(row => row.IsMerge))
        {
            await Assert.ThrowsAsync<ShardCorruptException>(async () => await shard.ScanAsync(Token).CountAsync(Token));
            return 0;
        }
        var expected = GoldenDatabase.InOrder(rows);
        var count = 0;
        await foreach (var row in shard.ScanAsync(Token))
        {
            if (count == expected.Length || !row.Key.Span.SequenceEqual(expected[count].Key) || !expected[count].Is(row.Value))
                Assert.Fail($"{what}: row {count} of the scan is wrong: {Convert.ToHexStringLower(row.Key.Span)}");
            count++;
        }
        Assert.True(expected.Length == count, $"{what}: {count} of {expected.Length} rows scanned");
        return count;
    }
}
