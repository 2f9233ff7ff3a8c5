using ShardyFusion.Errors;
using ShardyFusion.Shards.SlateDb.Reading;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Core.Tests.Shards.SlateDb;

/// <summary>Reads a possibly damaged database: each answer is right or an error that names the file.</summary>
/// <param name="database">What the undamaged one holds.</param>
/// <param name="dbId">Which shard of it.</param>
/// <param name="mostKeys">Looks up so many keys, spread evenly.</param>
sealed class SlateProbe(GoldenDatabase database, int dbId, int mostKeys)
{
    // Errors with their stacks, and what an open database takes however small it is.
    const long FixedAllocationBytes = 1 << 20, AllocationPerByte = 40;

    readonly GoldenRow[] rows = database.RowsOf(dbId);

    /// <summary>Answers that were right so far.</summary>
    public long Right { get; private set; }

    /// <summary>Reads that were refused so far.</summary>
    public long Refused { get; private set; }

    /// <summary>Reads it in every way.</summary>
    /// <param name="store">Holds it.</param>
    /// <param name="what">The damage, for the message.</param>
    /// <param name="isScanned">False to look keys up only.</param>
    public async Task CheckAsync(SpoiledStore store, string what, bool isScanned = true)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        SlateShard? opened = null;
        await GuardAsync(async () => opened = await database.OpenAsync(store, dbId, new BlockCache(1 << 20)), what);
        if (opened is { } shard)
        {
            foreach (var row in Chosen())
                await GuardAsync(async () =>
                {
                    var value = await shard.GetAsync(row.Key, CancellationToken.None);
                    if (row.IsMerge || !row.Is(value))
                        Assert.Fail($"{what}: the key {Convert.ToHexStringLower(row.Key)} is {(value is null ? "not found" : "wrong")}");
                    Right++;
                }, what);
            if (isScanned)
                await GuardAsync(() => ScanAsync(shard, what), what);
            shard.Dispose();
        }
        // Memory answers at once, so all of it ran on this thread.
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < FixedAllocationBytes + AllocationPerByte * (store.TotalBytes + 64 * rows.Length),
            $"{what}: {allocated} bytes allocated");
    }

    IEnumerable<GoldenRow> Chosen()
    {
        for (var i = 0; i < Math.Min(mostKeys, rows.Length); i++)
            yield return rows[(int)((long)i * rows.Length / Math.Min(mostKeys, rows.Length))];
    }

    async Task ScanAsync(SlateShard shard, string what)
    {
        var expected = GoldenDatabase.InOrder(rows);
        var count = 0;
        await foreach (var row in shard.ScanAsync(CancellationToken.None))
        {
            if (count == expected.Length || expected[count].IsMerge || !row.Key.Span.SequenceEqual(expected[count].Key)
                || !expected[count].Is(row.Value))
                Assert.Fail($"{what}: scanned row {count} is wrong");
            count++;
            Right++;
        }
        if (count != expected.Length)
            Assert.Fail($"{what}: the scan ended after {count} of {expected.Length} rows");
    }

    async Task GuardAsync(Func<Task> read, string what)
    {
        try
        {
            await read();
        }
        catch (ShardyFusionException refused) when (refused.Kind is ErrorKind.ShardCorrupt or ErrorKind.SnapshotIncomplete)
        {
            Refused++;
            if (refused.Target is not string { Length: > 0 } || refused is ShardCorruptException { Offset: < 0 })
                Assert.Fail($"{what}: an error without file and offset: {refused.Message}");
        }
    }
}
