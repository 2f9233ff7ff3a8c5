using System.Globalization;

namespace ShardyFusion.Benchmarks;

/// <summary>Shuffled rows in memory to synced shard files: partition, sort, write, finish.</summary>
sealed class WriteBenchmark(Runner runner, Report report, int rounds)
{
    const int Shards = 8;

    /// <summary>The engines at one workload, in turn, round after round.</summary>
    /// <param name="workload">The rows.</param>
    /// <param name="compression"><c>none</c> or <c>lz4</c>.</param>
    /// <param name="threads">Threads of every engine.</param>
    /// <param name="slowPeers">Also those that are known to be far behind.</param>
    public void Run(Workload workload, string compression, int threads, bool slowPeers)
    {
        var rows = workload.RowsFile(runner.Folder);
        var task = $"write {workload.Name}, {workload.Rows:N0} rows, {compression}, {threads} thread{(threads == 1 ? "" : "s")}";
        string[] peers = !runner.HasPeers ? [] : slowPeers ? ["rocksdb-sst", "lmdb", "sqlite", "rocksdb-db"] : ["rocksdb-sst"];
        for (var round = 0; round < rounds; round++)
        {
            Note(task, "ShardyFusion", workload, Ours(rows, workload, compression, threads, 4096, "keep"));
            foreach (var peer in peers)
            {
                Note(task, NameOf(peer), workload, runner.Peer("write", peer, rows, Text(workload.KeyBytes), Text(workload.ValueBytes),
                    Text(Shards),
                    runner.Fresh("write-peer"), compression, Text(threads)));
            }
        }
        runner.Fresh("write-peer");
        runner.Fresh("write-ours");
    }

    /// <summary>Ours within the default memory budget, spilling, against ours with all the memory it wants; the rows are copied, as those
    /// of files and pipelines are.</summary>
    public void RunSpilling(Workload workload, int threads)
    {
        var rows = workload.RowsFile(runner.Folder);
        var task = $"spill {workload.Name}, {workload.Rows:N0} rows, {threads} threads";
        for (var round = 0; round < rounds; round++)
        {
            foreach (var budget in new[] { 4096, 512 })
                Note(task, $"ShardyFusion, {budget} MiB", workload, Ours(rows, workload, "none", threads, budget, "copy"));
        }
        runner.Fresh("write-ours");
    }

    Answer Ours(string rows, Workload workload, string compression, int threads, int budget, string keep) =>
        runner.Ours("child-write", rows, workload.Name,
        Text(workload.Rows), Text(workload.ValueBytes), Text(Shards), runner.Fresh("write-ours"), compression, Text(threads), Text(budget),
        keep);

    void Note(string task, string engine, Workload workload, Answer answer) =>
        report.Of(task, engine, "M rows/s").Add(workload.Rows / answer["seconds"] / 1e6,
        ("MB/s", workload.Rows * workload.RowBytes / answer["seconds"] / 1e6), ("cpu s", answer["cpu_seconds"]),
        ("file MB", answer["bytes"] / 1e6),
        ("spilled MB", answer["spilled_bytes"] / 1e6), ("peak MB", answer["peak_bytes"] / 1e6));

    public static string NameOf(string peer) => peer switch
    {
        "rocksdb-sst" => "RocksDB SstFileWriter",
        "rocksdb-db" => "RocksDB database, bulk load",
        "rocksdb-cache" => "RocksDB, 3 GiB cache",
        "rocksdb-mapped" => "RocksDB, mapped",
        "sqlite" => "SQLite",
        "lmdb" => "LMDB",
        _ => peer,
    };

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
