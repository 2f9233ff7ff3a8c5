using System.Buffers.Binary;
using System.Diagnostics;
using ShardyFusion.Core.Tests.Shards.SlateDb;
using ShardyFusion.Reading;
using ShardyFusion.Shards.SlateDb.Format;
using ShardyFusion.Shards.SlateDb.Reading;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Benchmarks;

/// <summary>Reads of SlateDB databases of 200,000 rows with keys of 8 and values of 100 bytes from a local disk.</summary>
sealed class SlateDbBenchmark(string folder, Report report, int rounds)
{
    const int Rows = 200_000, Gets = 100_000, RowsOfALogFile = 5_000;

    public async Task RunAsync()
    {
        foreach (var (name, write) in new (string, Action<string>)[]
        {
            ("one table", root => WriteTable(root, SlateCodec.None)),
            ("one table, Zstandard", root => WriteTable(root, SlateCodec.Zstd)),
            ("log files only", WriteLog),
        })
        {
            var root = Path.Combine(folder, "slatedb");
            if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
            write(root);
            for (var round = 0; round < rounds; round++) await MeasureAsync(name, root);
            Directory.Delete(root, recursive: true);
        }
    }

    static IEnumerable<WrittenRow> AllRows()
    {
        var random = new Random(1);
        for (var number = 0; number < Rows; number++)
        {
            var value = new byte[100];
            // Half of it can be packed.
            random.NextBytes(value.AsSpan(0, 50));
            yield return new WrittenRow(Key(2 * number), value, (ulong)number + 1);
        }
    }

    static byte[] Key(int number)
    {
        var key = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(key, (ulong)number);
        return key;
    }

    static void WriteTable(string root, SlateCodec codec)
    {
        var writer = new SlateWriter { LastTableSequence = Rows, Codec = codec };
        writer.AddLevel0(AllRows());
        writer.WriteTo(root);
    }

    static void WriteLog(string root)
    {
        var writer = new SlateWriter();
        writer.AddFence();
        foreach (var rows in AllRows().Chunk(RowsOfALogFile)) writer.AddWal(rows);
        writer.WriteTo(root);
    }

    async Task MeasureAsync(string name, string root)
    {
        var opening = Stopwatch.GetTimestamp();
        using var shard = await OpenAsync(root, 256 << 20);
        var opened = Stopwatch.GetElapsedTime(opening);
        await shard.GetAsync(Key(2), default);
        var first = Stopwatch.GetElapsedTime(opening);
        report.Of($"SlateDB, {name}: open", "ShardyFusion", "ms").Add(opened.TotalMilliseconds,
            ("with the first get", first.TotalMilliseconds), ("MB held", shard.MemoryBytes / 1e6));

        using (var uncached = await OpenAsync(root, 0))
            Note($"SlateDB, {name}: get, block not cached", uncached, Gets / 10, isPresent: true);
        foreach (var chunk in shard.Parts(1 << 20)) await shard.LoadAsync(chunk, default);
        Note($"SlateDB, {name}: get, warm", shard, Gets, isPresent: true);
        Note($"SlateDB, {name}: miss, warm", shard, Gets, isPresent: false);

        var scanning = Stopwatch.GetTimestamp();
        long rows = 0;
        await foreach (var row in shard.ScanAsync(default)) rows += row.Value.Length > 0 ? 1 : 0;
        if (rows != Rows) throw new InvalidOperationException($"{rows} rows were scanned.");
        report.Of($"SlateDB, {name}: scan", "ShardyFusion", "ns per row").Add(Stopwatch.GetElapsedTime(scanning).TotalNanoseconds / rows);
    }

    static Task<SlateShard> OpenAsync(string root, long cacheBytes) =>
        SlateShard.OpenAsync(new SlateFiles(new StoreShardFiles(new FileObjectStore(root)), ""),
            new BlockCache(cacheBytes), SlateReadOptions.Default, default);

    void Note(string task, SlateShard shard, int gets, bool isPresent)
    {
        var random = new Random(2);
        var keys = Enumerable.Range(0, gets).Select(_ => Key(2 * random.Next(Rows) + (isPresent ? 0 : 1))).ToArray();
        var nanoseconds = new double[gets];
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        var before = started;
        for (var i = 0; i < gets; i++)
        {
            if (shard.TryGet(keys[i], out _) != isPresent) throw new InvalidOperationException("A get gave the wrong answer.");
            var now = Stopwatch.GetTimestamp();
            nanoseconds[i] = Stopwatch.GetElapsedTime(before, now).TotalNanoseconds;
            before = now;
        }
        var mean = Stopwatch.GetElapsedTime(started).TotalNanoseconds / gets;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Array.Sort(nanoseconds);
        report.Of(task, "ShardyFusion", "ns per get").Add(mean, ("p50", nanoseconds[gets / 2]), ("p95", nanoseconds[gets * 95 / 100]),
            ("alloc B", (double)allocated / gets));
    }
}
