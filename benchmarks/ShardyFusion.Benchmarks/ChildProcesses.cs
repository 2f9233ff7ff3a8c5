using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ShardyFusion.Building;
using ShardyFusion.Formats;
using ShardyFusion.Reading;
using ShardyFusion.Routing;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Benchmarks;

/// <summary>Our side of a comparison: one measurement a process, the answer is one line of JSON, as the peers do it.</summary>
static class ChildProcesses
{
    /// <summary>child-write &lt;rows file&gt; &lt;workload&gt; &lt;rows&gt; &lt;value bytes&gt; &lt;shards&gt; &lt;folder&gt;
    /// &lt;none|lz4|zlib|zstd&gt; &lt;threads&gt; &lt;budget MiB&gt; &lt;keep|copy&gt;</summary>
    public static async Task<int> WriteAsync(string[] a)
    {
        var workload = new Workload(a[1], Number(a[2]), a[1] != "B", (int)Number(a[3]));
        var all = await File.ReadAllBytesAsync(a[0]);
        var options = new BuildOptions
        {
            ShardCount = (int)Number(a[4]),
            KeyEncoding = workload.HasIntegerKeys ? KeyEncoding.U64BE : KeyEncoding.Utf8,
            ValueEncoding = ValueEncoding.Raw,
            Parallelism = (int)Number(a[7]),
            MemoryBudgetBytes = Number(a[8]) << 20,
            Shard = new SstOptions { Compression = Enum.Parse<ShardCompression>(a[6], ignoreCase: true) },
        };
        // The runtime compiles hot code while it runs; a service or a long session has that behind it.
        var small = all.AsMemory(0, (int)Math.Min(workload.Rows / 10, 500_000) * workload.RowBytes).ToArray();
        for (var warm = 0; warm < 6; warm++)
        {
            await BuildAsync(new RowsTable(small, workload, a[9] == "keep"), options, a[5] + "-warm");
            Directory.Delete(a[5] + "-warm", recursive: true);
            // It does so in the background, once nothing new has been called for a tenth of a second.
            await Task.Delay(250);
        }
        var baseline = Memory();
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        var result = await BuildAsync(new RowsTable(all, workload, a[9] == "keep"), options, a[5]);
        var seconds = watch.Elapsed.TotalSeconds;
        process.Refresh();
        Print(new Dictionary<string, object>
        {
            ["seconds"] = seconds,
            ["bytes"] = result.ShardBytes,
            ["spilled_bytes"] = result.SpilledBytes,
            ["read_seconds"] = result.Durations.Sharding.TotalSeconds,
            ["write_seconds"] = result.Durations.Write.TotalSeconds,
            ["cpu_seconds"] = (process.TotalProcessorTime - cpu).TotalSeconds,
            ["peak_bytes"] = Memory(),
            ["engine_peak_bytes"] = Memory() - all.LongLength,
            ["baseline_peak_bytes"] = baseline,
        });
        return 0;
    }

    static async Task<BuildResult> BuildAsync(RowsTable rows, BuildOptions options, string folder)
    {
        await using var store = SnapshotStore.Open(folder);
        await using var build = await store.StartBuildAsync(options, null, CancellationToken.None);
        await build.AddTableAsync(rows, ValueEncoding.Raw, CancellationToken.None);
        return await build.CompleteAsync(CancellationToken.None);
    }

    /// <summary>child-read &lt;get|array|batch&gt; &lt;folder&gt; &lt;keys file&gt; &lt;key bytes&gt; &lt;gets&gt;
    /// &lt;threads&gt;</summary>
    public static async Task<int> ReadAsync(string[] a)
    {
        var mode = a[0];
        await using var store = SnapshotStore.Open(a[1]);
        await using var reader = await store.OpenReaderAsync(new ReaderOptions(), CancellationToken.None);
        var bytes = await File.ReadAllBytesAsync(a[2]);
        var keyBytes = (int)Number(a[3]);
        var keys = new ulong[bytes.Length / keyBytes];
        for (var i = 0; i < keys.Length; i++) keys[i] = BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(i * keyBytes));
        var gets = (int)Number(a[4]);
        var threads = (int)Number(a[5]);

        // A build leaves nothing in the page cache, the peers' do.
        foreach (var path in Directory.EnumerateFiles(a[1], "*", SearchOption.AllDirectories)) await ReadThroughAsync(path);
        for (var warm = 0; warm < 3; warm++) Run(reader, keys, keys.Length, threads, mode, null);
        var allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
        var watch = Stopwatch.StartNew();
        var (hits, sum) = Run(reader, keys, gets, threads, mode, null);
        var nanoseconds = watch.Elapsed.TotalNanoseconds / gets;
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore;
        var times = new List<long>(gets);
        if (threads == 1 && mode == "get") Run(reader, keys, gets / 4, 1, mode, times);
        times.Sort();
        long At(double share) => times.Count == 0 ? 0 : (long)(times[(int)(share * (times.Count - 1))] * 1e9 / Stopwatch.Frequency);
        Print(new Dictionary<string, object>
        {
            ["ns_per_get"] = nanoseconds,
            ["hits"] = hits,
            ["p50"] = At(.5),
            ["p95"] = At(.95),
            ["p99"] = At(.99),
            ["sum"] = sum,
            ["allocated_per_get"] = Math.Round((double)allocated / ((long)gets * threads), 1),
        });
        return 0;
    }

    static async Task ReadThroughAsync(string path)
    {
        await using var file = File.OpenRead(path);
        await file.CopyToAsync(Stream.Null, 1 << 20);
    }

    static (long Hits, long Sum) Run(SnapshotReader reader, ulong[] keys, int gets, int threads, string mode, List<long>? times)
    {
        long hits = 0, sum = 0;
        var work = new Thread[threads];
        for (var t = 0; t < threads; t++)
        {
            var first = (int)((long)keys.Length * t / threads);
            work[t] = new Thread(() =>
            {
                var (ownHits, ownSum) = mode switch
                {
                    "batch" => Batches(reader, keys, first, gets),
                    "array" => Arrays(reader, keys, first, gets),
                    _ => times is null ? Gets(reader, keys, first, gets) : TimedGets(reader, keys, first, gets, times),
                };
                Interlocked.Add(ref hits, ownHits);
                Interlocked.Add(ref sum, ownSum);
            });
            work[t].Start();
        }
        foreach (var thread in work) thread.Join();
        return (hits, sum);
    }

    // A pin is taken anew for every get: what a service pays that looks up one key a request.
    static (long Hits, long Sum) Gets(SnapshotReader reader, ulong[] keys, int first, int gets)
    {
        long hits = 0, sum = 0;
        for (int i = 0, at = first; i < gets; i++)
        {
            using (var pin = reader.Pin())
            {
                if (pin.TryGet(keys[at], out var value)) { hits++; sum += value[0]; }
            }
            if (++at == keys.Length) at = 0;
        }
        return (hits, sum);
    }

    static (long Hits, long Sum) TimedGets(SnapshotReader reader, ulong[] keys, int first, int gets, List<long> times)
    {
        long hits = 0, sum = 0;
        for (int i = 0, at = first; i < gets; i++)
        {
            var start = Stopwatch.GetTimestamp();
            using (var pin = reader.Pin())
            {
                if (pin.TryGet(keys[at], out var value)) { hits++; sum += value[0]; }
            }
            times.Add(Stopwatch.GetTimestamp() - start);
            if (++at == keys.Length) at = 0;
        }
        return (hits, sum);
    }

    static (long Hits, long Sum) Arrays(SnapshotReader reader, ulong[] keys, int first, int gets)
    {
        long hits = 0, sum = 0;
        for (int i = 0, at = first; i < gets; i++)
        {
            if (reader.Get(keys[at]) is { } value) { hits++; sum += value[0]; }
            if (++at == keys.Length) at = 0;
        }
        return (hits, sum);
    }

    struct Summing : IValueSink
    {
        public long Hits, Sum;

        public void OnValue(int keyIndex, ReadOnlySpan<byte> value)
        {
            Hits++;
            Sum += value[0];
        }
    }

    static (long Hits, long Sum) Batches(SnapshotReader reader, ulong[] keys, int first, int gets)
    {
        const int batch = 100;
        var sink = new Summing();
        for (int i = 0, at = first; i < gets; i += batch)
        {
            if (at + batch > keys.Length) at = 0;
            using var pin = reader.Pin();
            pin.GetMany(keys.AsSpan(at, batch), ref sink);
            at += batch;
        }
        return (sink.Hits, sink.Sum);
    }

    /// <summary>Largest resident size of this process so far, bytes.</summary>
    static long Memory()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    static void Print(Dictionary<string, object> fields) => Console.WriteLine(JsonSerializer.Serialize(fields));
}
