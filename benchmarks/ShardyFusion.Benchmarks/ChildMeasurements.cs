using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Formats;
using ShardyFusion.Reading;
using ShardyFusion.Routing;
using ShardyFusion.Stores;

namespace ShardyFusion.Benchmarks;

/// <summary>Measurements without a peer here: files, S3, growth. One a process, the answer is one line of JSON.</summary>
static class ChildMeasurements
{
    static StoreConnection? Connection => Environment.GetEnvironmentVariable(S3Gateway.EndpointVariable) is { Length: > 0 } endpoint
        ? new StoreConnection { EndpointUrl = endpoint, AccessKeyId = S3Gateway.AccessKey, SecretAccessKey = S3Gateway.SecretKey } : null;

    /// <summary>child-file &lt;file&gt; &lt;prefix&gt;: a file's first column as integer key, the second as value, 8 shards.</summary>
    public static Task<int> FileAsync(string[] a) =>
        FileAsync(a, new BuildOptions { ShardCount = 8, KeyEncoding = KeyEncoding.U64BE });

    /// <summary>child-place &lt;file&gt; &lt;prefix&gt; &lt;way&gt;: as child-file, with rows placed in a way of
    /// <see cref="PlacingBenchmark"/>.</summary>
    public static Task<int> PlaceAsync(string[] a) => FileAsync(a, PlacingBenchmark.Options(a[2]));

    static async Task<int> FileAsync(string[] a, BuildOptions options)
    {
        var watch = Stopwatch.StartNew();
        await using var store = SnapshotStore.Open(a[1], Connection);
        await using var build = await store.StartBuildAsync(options, null, CancellationToken.None);
        await build.AddFileAsync(new InputFile { Path = a[0], KeyField = "id", ValueFields = ["value"] }, CancellationToken.None);
        var result = await build.CompleteAsync(CancellationToken.None);
        return Print(("seconds", watch.Elapsed.TotalSeconds), ("rows", result.RowsWritten), ("bytes", result.ShardBytes),
            ("cpu_seconds", Cpu()), ("peak_bytes", Peak()),
            ("puts", result.Requests.Puts));
    }

    /// <summary>child-cold &lt;prefix&gt; &lt;key&gt;: open and first get, then a get from a warm shard's cold block, then a
    /// miss.</summary>
    public static async Task<int> ColdAsync(string[] a)
    {
        await using var store = SnapshotStore.Open(a[0], Connection);
        var keys = a[1..].Select(k => long.Parse(k, CultureInfo.InvariantCulture)).ToArray();
        var watch = Stopwatch.StartNew();
        await using var reader = await store.OpenReaderAsync(new ReaderOptions(), CancellationToken.None);
        var first = await reader.GetAsync(keys[0], CancellationToken.None);
        var cold = watch.Elapsed.TotalMilliseconds;
        var coldGets = store.Counters.Gets;
        if (!first.Found) throw new InvalidOperationException($"Key {keys[0]} is not there.");
        // Every shard is opened, then far more keys than fit one block each are asked for, one request at a time.
        await reader.WarmUpAsync(new WarmUpOptions(), null, CancellationToken.None);
        var before = store.Counters.Gets;
        watch.Restart();
        foreach (var key in keys[1..])
            if (!(await reader.GetAsync(key, CancellationToken.None)).Found)
                throw new InvalidOperationException($"Key {key} is not there.");
        var warm = watch.Elapsed.TotalMilliseconds / (keys.Length - 1);
        var warmGets = (store.Counters.Gets - before) / (double)(keys.Length - 1);
        const int misses = 1000;
        long filteredGets = 0, missGets = store.Counters.Gets;
        for (var i = 0; i < misses; i++)
        {
            before = store.Counters.Gets;
            // About one in a hundred misses gets through the filter and costs a block.
            if ((await reader.GetAsync(long.MaxValue - i, CancellationToken.None)).Source == LookupSource.Filter)
                filteredGets += store.Counters.Gets - before;
        }
        return Print(("cold_ms", cold), ("cold_gets", coldGets), ("warm_ms", warm), ("warm_gets", warmGets),
            ("miss_gets", (store.Counters.Gets - missGets) / (double)misses), ("filtered_gets", filteredGets));
    }

    /// <summary>child-grow &lt;rows&gt; &lt;value bytes&gt; &lt;shards&gt; &lt;folder&gt;: rows made as they are asked for, default memory
    /// budget.</summary>
    public static async Task<int> GrowAsync(string[] a)
    {
        var (rows, valueBytes, shards) = (long.Parse(a[0], CultureInfo.InvariantCulture), int.Parse(a[1], CultureInfo.InvariantCulture),
            int.Parse(a[2], CultureInfo.InvariantCulture));
        // First builds, unmeasured: the runtime compiles hot code while it runs, which would hide how the rest grows. Their files stay for
        // now: some file systems look through lately deleted ones whenever one is created.
        for (var warm = 0; warm < 3; warm++)
        {
            await BuildAsync(Path.Combine(a[3], $"warm-{warm}"), new MadeRows(new Workload("A", 200_000, true, 100)), shards);
            await Task.Delay(250);
        }
        var folder = Path.Combine(a[3], "measured");
        var table = new MadeRows(new Workload("A", rows, true, valueBytes));
        var before = Cpu();
        var watch = Stopwatch.StartNew();
        var result = await BuildAsync(folder, table, shards);
        var seconds = watch.Elapsed.TotalSeconds;
        var (cpu, peak) = (Cpu() - before, Peak());
        await using var store = SnapshotStore.Open(folder);
        watch.Restart();
        await using var reader = await store.OpenReaderAsync(new ReaderOptions(), CancellationToken.None);
        var openMilliseconds = watch.Elapsed.TotalMilliseconds;
        if (reader.Get((ulong)table.IntegerKey(rows / 2)) is null) throw new InvalidOperationException("A row is not there.");
        return Print(("seconds", seconds), ("bytes", result.ShardBytes), ("cpu_seconds", cpu), ("peak_bytes", peak),
            ("spilled_bytes", result.SpilledBytes), ("open_ms", openMilliseconds));
    }

    static async Task<BuildResult> BuildAsync(string folder, MadeRows table, int shards)
    {
        await using var store = SnapshotStore.Open(folder);
        await using var build = await store.StartBuildAsync(new BuildOptions { ShardCount = shards, KeyEncoding = KeyEncoding.U64BE }, null,
            CancellationToken.None);
        await build.AddTableAsync(table, ValueEncoding.Raw, CancellationToken.None);
        return await build.CompleteAsync(CancellationToken.None);
    }

    readonly struct MadeRows(Workload workload) : IRowTable
    {
        // Values are windows into random bytes: made in no time, and no two rows need to be alike.
        static readonly byte[] Noise = MakeNoise();

        static byte[] MakeNoise()
        {
            var noise = new byte[4 << 20];
            new Random(3).NextBytes(noise);
            return noise;
        }

        public long Count => workload.Rows;

        public bool HasIntegerKeys => true;

        public long IntegerKey(long row)
        {
            Span<byte> key = stackalloc byte[8];
            workload.WriteKey(row, key);
            return BinaryPrimitives.ReadInt64BigEndian(key);
        }

        public ReadOnlySpan<byte> TextKey(long row) => throw new NotSupportedException();

        public ReadOnlySpan<byte> Value(long row) =>
            Noise.AsSpan((int)(row * 61 % (Noise.Length - workload.ValueBytes)), workload.ValueBytes);
    }

    /// <summary>child-warm: touches memory and gives it back.</summary>
    /// <remarks>A virtual machine gets memory from its host page by page when it is first touched; whoever runs first would pay for
    /// all.</remarks>
    public static unsafe int Warm()
    {
        var bytes = (nuint)Math.Min(8L << 30, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 3);
        var start = (byte*)System.Runtime.InteropServices.NativeMemory.Alloc(bytes);
        for (nuint at = 0; at < bytes; at += 4096) start[at] = 1;
        System.Runtime.InteropServices.NativeMemory.Free(start);
        return Print(("bytes", bytes));
    }

    static double Cpu()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalSeconds;
    }

    static double Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    static int Print(params (string Name, double Value)[] fields)
    {
        Console.WriteLine(JsonSerializer.Serialize(fields.ToDictionary(f => f.Name, f => f.Value)));
        return 0;
    }
}
