using BenchmarkDotNet.Attributes;
using ShardyFusion.Hashing;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Benchmarks.Micro;

/// <summary>The hashes and checksums of the hot paths: routing, filter, blocks.</summary>
[MemoryDiagnoser]
public class HashBenchmarks
{
    readonly byte[] bytes = new byte[1 << 16];
    readonly ulong[] hashes = new ulong[1024];
    byte[] filter = [];

    /// <summary>Bytes hashed.</summary>
    [Params(8, 17, 100, 4096)]
    public int Length { get; set; }

    /// <summary>Fills the inputs.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        random.NextBytes(bytes);
        for (var i = 0; i < hashes.Length; i++) hashes[i] = (ulong)random.NextInt64();
        filter = new byte[FastLocalBloom.LinesBytes(1_000_000, 10_000)];
    }

    /// <summary>Routing.</summary>
    [Benchmark]
    public ulong XxHash3OfKey() => XxHash3.Hash(bytes.AsSpan(0, Length));

    /// <summary>Filter.</summary>
    [Benchmark]
    public ulong XxPh3OfKey() => XxPh3.Hash(bytes.AsSpan(0, Length));

    /// <summary>Block checksum.</summary>
    [Benchmark]
    public uint Crc32cOfBlock() => Crc32c.Compute(bytes.AsSpan(0, Length));

    /// <summary>1,024 probes of a filter for a million keys.</summary>
    [Benchmark(OperationsPerInvoke = 1024)]
    public int BloomProbes()
    {
        var found = 0;
        foreach (var hash in hashes)
            if (FastLocalBloom.MayContain(hash, filter, 6)) found++;
        return found;
    }
}
