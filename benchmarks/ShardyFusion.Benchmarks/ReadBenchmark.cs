using System.Globalization;

namespace ShardyFusion.Benchmarks;

/// <summary>Warm random gets of one key at a time, and in batches of 100, from 8 shards.</summary>
sealed class ReadBenchmark(Runner runner, Report report, int rounds)
{
    const int Shards = 8, KeyCount = 1_000_000;

    public void Run(Workload workload, int gets)
    {
        var rows = workload.RowsFile(runner.Folder);
        var folder = runner.Fresh("read-ours");
        runner.Ours("child-write", rows, workload.Name, Text(workload.Rows), Text(workload.ValueBytes), Text(Shards), folder, "none", "2",
            "4096", "keep");
        // Each peer reads what it wrote itself; folders are one a peer.
        var peers = new List<(string Engine, string Folder)>();
        if (runner.HasPeers)
        {
            foreach (var (writer, readers) in new[] { ("rocksdb-sst", new[] { "rocksdb-cache", "rocksdb-mapped" }), ("lmdb", ["lmdb"]),
                ("sqlite", ["sqlite"]) })
            {
                var written = runner.Fresh("read-" + writer);
                runner.Peer("write", writer, rows, Text(workload.KeyBytes), Text(workload.ValueBytes), Text(Shards), written, "none", "2");
                peers.AddRange(readers.Select(reader => (reader, written)));
            }
        }
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (kind, present, threads) in new[] { ("hit", true, 1), ("miss", false, 1), ("hit", true, 2) })
            {
                var keys = workload.KeysFile(runner.Folder, KeyCount, present);
                var task = $"get {workload.Name}, {kind}, {threads} thread{(threads == 1 ? "" : "s")}";
                Note(task, "ShardyFusion, span", runner.Ours("child-read", "get", folder, keys, Text(workload.KeyBytes), Text(gets),
                    Text(threads)), threads);
                if (present && threads == 1)
                {
                    Note(task, "ShardyFusion, array", runner.Ours("child-read", "array", folder, keys, Text(workload.KeyBytes), Text(gets),
                        "1"), 1);
                    Note(task, "ShardyFusion, batches of 100", runner.Ours("child-read", "batch", folder, keys, Text(workload.KeyBytes),
                        Text(gets), "1"), 1);
                }
                foreach (var (engine, written) in peers)
                    Note(task, WriteBenchmark.NameOf(engine), runner.Peer("read", engine, written, Text(Shards), keys,
                        Text(workload.KeyBytes), Text(gets), Text(threads)), threads);
            }
        }
        foreach (var (_, written) in peers) runner.Fresh(Path.GetFileName(written));
        runner.Fresh("read-ours");
    }

    /// <summary>Warm random gets from packed blocks, in each way of packing; all blocks have room in the memory of either.</summary>
    public void RunPacked(Workload workload, int gets)
    {
        var rows = workload.RowsFile(runner.Folder);
        foreach (var compression in new[] { "lz4", "zlib", "zstd" })
        {
            var (ours, peer) = (runner.Fresh("packed-ours"), runner.Fresh("packed-peer"));
            runner.Ours("child-write", rows, workload.Name, Text(workload.Rows), Text(workload.ValueBytes), Text(Shards), ours, compression,
                "2", "4096", "keep");
            if (runner.HasPeers)
                runner.Peer("write", "rocksdb-sst", rows, Text(workload.KeyBytes), Text(workload.ValueBytes), Text(Shards), peer,
                    compression, "2");
            var keys = workload.KeysFile(runner.Folder, KeyCount, true);
            for (var round = 0; round < rounds; round++)
            {
                var task = $"get {workload.Name} of {workload.Rows:N0} rows, {compression}, hit, 1 thread";
                Note(task, "ShardyFusion, span", runner.Ours("child-read", "get", ours, keys, Text(workload.KeyBytes), Text(gets), "1"), 1);
                if (runner.HasPeers)
                    Note(task, WriteBenchmark.NameOf("rocksdb-cache"), runner.Peer("read", "rocksdb-cache", peer, Text(Shards), keys,
                        Text(workload.KeyBytes), Text(gets), "1"), 1);
            }
        }
        runner.Fresh("packed-ours");
        runner.Fresh("packed-peer");
    }

    // ns_per_get is wall time over one thread's gets, so with two threads each get still tells how long a caller waits.
    void Note(string task, string engine, Answer answer, int threads) =>
        report.Of(task, engine, "ns per get and thread").Add(answer["ns_per_get"],
        ("p50", answer["p50"]), ("p95", answer["p95"]), ("p99", answer["p99"]), ("M gets/s", threads * 1e3 / answer["ns_per_get"]),
        ("alloc B", answer["allocated_per_get"]));

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
