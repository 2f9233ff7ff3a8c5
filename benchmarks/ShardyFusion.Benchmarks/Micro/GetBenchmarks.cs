using BenchmarkDotNet.Attributes;
using ShardyFusion.Building;
using ShardyFusion.Formats;
using ShardyFusion.Reading;
using ShardyFusion.Routing;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Benchmarks.Micro;

/// <summary>Gets through the public reader: from a single block that stays in the cache (routing, filter, block search and nothing else),
/// and from a million rows.</summary>
[MemoryDiagnoser]
public class GetBenchmarks
{
    const int Keys = 1000;

    readonly string folder = Path.Combine(Path.GetTempPath(), $"shardyfusion-micro-{Guid.NewGuid():N}");
    readonly ulong[] present = new ulong[Keys], absent = new ulong[Keys];
    SnapshotStore? store;
    SnapshotReader? reader;

    /// <summary>Rows of one shard; 32 fill one block.</summary>
    [Params(32, 1_000_000)]
    public int Rows { get; set; }

    /// <summary>Builds the snapshot.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        store = SnapshotStore.Open(folder);
        await using (var build = await store.StartBuildAsync(new BuildOptions
        {
            ShardCount = 1,
            KeyEncoding = KeyEncoding.U64BE,
            ValueEncoding = ValueEncoding.Raw
        }, null, CancellationToken.None))
        {
            for (var row = 0; row < Rows; row++) build.Add(row * 7L, new byte[100]);
            await build.CompleteAsync(CancellationToken.None);
        }
        reader = await store.OpenReaderAsync(new ReaderOptions(), CancellationToken.None);
        var random = new Random(5);
        for (var i = 0; i < Keys; i++)
        {
            present[i] = (ulong)random.Next(Rows) * 7;
            absent[i] = present[i] + 1;
        }
    }

    /// <summary>Removes it.</summary>
    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await reader!.DisposeAsync();
        await store!.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>One key at a time, each found.</summary>
    [Benchmark(OperationsPerInvoke = Keys)]
    public int Hits() => Count(present);

    /// <summary>One key at a time, none found.</summary>
    [Benchmark(OperationsPerInvoke = Keys)]
    public int Misses() => Count(absent);

    /// <summary>All keys at once.</summary>
    [Benchmark(OperationsPerInvoke = Keys)]
    public int Batch()
    {
        var sink = new Counting();
        using var pin = reader!.Pin();
        pin.GetMany(present, ref sink);
        return sink.Count;
    }

    int Count(ulong[] keys)
    {
        var found = 0;
        using var pin = reader!.Pin();
        foreach (var key in keys)
            if (pin.TryGet(key, out _)) found++;
        return found;
    }

    struct Counting : IValueSink
    {
        public int Count;

        public void OnValue(int keyIndex, ReadOnlySpan<byte> value) => Count++;
    }
}
