using ShardyFusion.Core.Tests.Oracle;
using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Core.Tests.Shards.Sst.Reading;

/// <summary>Reads a possibly damaged table in every way there is: each answer is right or a <see cref="ShardCorruptException"/>.</summary>
/// <param name="rows">What the undamaged table holds; null when wrong answers cannot be told (damage below a right checksum).</param>
/// <param name="absent">Keys that it does not hold.</param>
/// <param name="lookups">Keys to look up: those of the undamaged rows.</param>
/// <param name="dataBytes">Keys and values of the undamaged rows: what a scan unpacks, where blocks are packed.</param>
sealed class DamageProbe(IReadOnlyList<OracleRow>? rows, IReadOnlyList<byte[]> absent, IReadOnlyList<byte[]> lookups, long dataBytes)
{
    // Errors, readers, and a raw block whose size is believed uncounted.
    const long FixedAllocationBytes = 128 << 10;

    // The first error of a process costs more than any later one, whatever the file: it is raised here, in both ways of reading.
    static DamageProbe()
    {
        var (damaged, key) = (GoldenTables.Read(GoldenTables.Readable.First()), GoldenTables.Rows[0].Key);
        damaged[0] ^= 1;
        using var folder = new OracleFolder();
        var path = folder.File("damaged.sst");
        File.WriteAllBytes(path, damaged);
        using (var mapped = MappedShard.Open(path, SstReadOptions.Default))
            Assert.Throws<ShardCorruptException>(() => mapped.TryGet(key, out _));
        using var remote = RemoteShard.OpenAsync(new MemorySource(damaged), null, damaged.Length, new BlockCache(0), CancellationToken.None)
            .GetAwaiter().GetResult();
        Assert.Throws<ShardCorruptException>(() => remote.GetAsync(key, CancellationToken.None).AsTask().GetAwaiter().GetResult());
    }

    public static DamageProbe Strict(IReadOnlyList<OracleRow> rows, IReadOnlyList<byte[]> absent) =>
        new(rows, absent, [.. rows.Select(row => row.Key)], DataBytes(rows));

    /// <summary>For damage that no checksum can tell: only how it fails is checked.</summary>
    public static DamageProbe Lenient(IReadOnlyList<OracleRow> rows, IReadOnlyList<byte[]> absent) =>
        new(null, absent, [.. rows.Select(row => row.Key)], DataBytes(rows));

    static long DataBytes(IReadOnlyList<OracleRow> rows) => rows.Sum(static row => (long)row.Key.Length + row.Value.Length);

    // A key's part of a batch: its claim, its task, and the error of its block.
    const long BatchedKeyAllocationBytes = 512;

    // Batches, which find every key once more, are tried on each so many-th file.
    const int ReadsABatch = 4;

    int _mappedReads, _remoteReads;

    // The rows' keys first.
    readonly ReadOnlyMemory<byte>[] _batch = [.. lookups.Concat(absent).Select(key => (ReadOnlyMemory<byte>)key)];

    /// <summary>Answers that were right so far.</summary>
    public long Right { get; private set; }

    /// <summary>Reads that were refused so far.</summary>
    public long Refused { get; private set; }

    /// <summary>Reads a file by the memory map.</summary>
    public void CheckMapped(string path, long fileBytes, string what)
    {
        MappedShard? opened = null;
        Guard(fileBytes, what, () => opened = MappedShard.Open(path, SstReadOptions.Default));
        if (opened is null)
            return;
        using var shard = opened;
        for (var i = 0; i < lookups.Count; i++)
        {
            var number = i;
            Guard(fileBytes, what, () => CheckValue(shard.TryGet(lookups[number], out var value), value, number, what));
        }
        foreach (var key in absent)
            Guard(fileBytes, what, () => CheckAbsent(shard.TryGet(key, out _), what));
        if (++_mappedReads % ReadsABatch == 0)
            Guard(fileBytes, what, () => CheckBatch(shard, what), _batch.Length);
        Guard(fileBytes, what, () => CheckScan(shard, what));
    }

    void CheckAllocated(long before, long fileBytes, int keys, string what)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= 2 * Math.Max(fileBytes, dataBytes) + FixedAllocationBytes + keys * BatchedKeyAllocationBytes,
            $"{what}: {allocated} bytes allocated for a file of {fileBytes} with {dataBytes} bytes of rows");
    }

    /// <summary>Reads a file by ranges.</summary>
    public async Task CheckRemoteAsync(byte[] file, long? tailOffset, string what)
    {
        var cache = new BlockCache(1 << 20);
        RemoteShard? opened = null;
        await GuardAsync(file.Length, what, async () =>
            opened = await RemoteShard.OpenAsync(new MemorySource(file), tailOffset, file.Length, cache, CancellationToken.None));
        if (opened is null)
            return;
        using var shard = opened;
        for (var i = 0; i < lookups.Count; i++)
        {
            var number = i;
            await GuardAsync(file.Length, what, async () =>
            {
                var value = await shard.GetAsync(lookups[number], CancellationToken.None);
                CheckValue(value is not null, value.GetValueOrDefault().Span, number, what);
            });
        }
        foreach (var key in absent)
            await GuardAsync(file.Length, what, async () => CheckAbsent(await shard.GetAsync(key, CancellationToken.None) is not null,
                what));
        if (++_remoteReads % ReadsABatch == 0)
        {
            // From blocks that are cached, and from the source.
            await GuardAsync(file.Length, what, async () => CheckBatch(await shard.GetManyAsync(_batch, CancellationToken.None), what),
                _batch.Length);
            using var uncached = await RemoteShard.OpenAsync(new MemorySource(file), tailOffset, file.Length, new BlockCache(0),
                CancellationToken.None);
            await GuardAsync(file.Length, what, async () => CheckBatch(await uncached.GetManyAsync(_batch, CancellationToken.None), what),
                _batch.Length);
        }
        await GuardAsync(file.Length, what, async () =>
        {
            var count = 0;
            await foreach (var row in shard.ScanAsync(CancellationToken.None))
                CheckRow(row.Key.Span, row.Value.Span, count++, what);
            CheckCount(count, what);
        });
    }

    void CheckBatch(MappedShard shard, string what)
    {
        var sink = new ShardChecks.Collector(rows);
        shard.GetMany(_batch, ref sink);
        Right += _batch.Length;
        if (rows is not null && (sink.Found != rows.Count || sink.Wrong > 0))
            Assert.Fail($"{what}: batch found {sink.Found} of {rows.Count}, {sink.Wrong} wrong");
    }

    void CheckBatch(ReadOnlyMemory<byte>?[] values, string what)
    {
        for (var i = 0; i < lookups.Count; i++)
            CheckValue(values[i] is not null, values[i].GetValueOrDefault().Span, i, what);
        for (var i = lookups.Count; i < values.Length; i++)
            CheckAbsent(values[i] is not null, what);
    }

    void CheckScan(MappedShard shard, string what)
    {
        using var scanner = shard.Scan();
        var count = 0;
        while (scanner.MoveNext())
            CheckRow(scanner.Key, scanner.Value, count++, what);
        CheckCount(count, what);
    }

    void CheckValue(bool isFound, ReadOnlySpan<byte> value, int number, string what)
    {
        Right++;
        if (rows is not null && (!isFound || !value.SequenceEqual(rows[number].Value)))
            Assert.Fail($"{what}: row {number} is {(isFound ? "wrong" : "not found")}");
    }

    void CheckAbsent(bool isFound, string what)
    {
        Right++;
        if (rows is not null && isFound)
            Assert.Fail($"{what}: found a key that is not there");
    }

    void CheckRow(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, int number, string what)
    {
        Right++;
        if (rows is not null && (number >= rows.Count || !key.SequenceEqual(rows[number].Key) || !value.SequenceEqual(rows[number].Value)))
            Assert.Fail($"{what}: scanned row {number} is wrong");
    }

    void CheckCount(int count, string what)
    {
        if (rows is not null && count != rows.Count)
            Assert.Fail($"{what}: scan ended after {count} of {rows.Count} rows");
    }

    void Guard(long fileBytes, string what, Action read, int keys = 1)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read();
        }
        catch (ShardCorruptException refused)
        {
            CheckError(refused, what);
        }
        CheckAllocated(before, fileBytes, keys, what);
    }

    // Memory answers at once, so all of it runs on this thread.
    async Task GuardAsync(long fileBytes, string what, Func<Task> read, int keys = 1)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            await read();
        }
        catch (ShardCorruptException refused)
        {
            CheckError(refused, what);
        }
        CheckAllocated(before, fileBytes, keys, what);
    }

    void CheckError(ShardCorruptException refused, string what)
    {
        Refused++;
        if (string.IsNullOrEmpty(refused.File) || refused.Offset < 0)
            Assert.Fail($"{what}: an error without file and offset: {refused.Message}");
    }
}
