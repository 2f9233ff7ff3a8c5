using System.Globalization;

namespace ShardyFusion.Benchmarks;

/// <summary>How cost grows with rows, with shards and with the size of values; default memory budget.</summary>
sealed class GrowthBenchmark(Runner runner, Report report, int rounds)
{
    const string Folder = "grow-ours";

    int runs;

    public void Run(long mostRows, long rowsOverShards)
    {
        for (var round = 0; round < rounds; round++)
        {
            // More than ten million rows take minutes and much disk: once.
            for (long rows = 10_000; rows <= (round == rounds - 1 ? mostRows : Math.Min(mostRows, 10_000_000)); rows *= 10)
                Note("growth with rows, 100-byte values, 8 shards", $"ShardyFusion, {rows:N0} rows", rows, Ours(rows, 100, 8));
            foreach (var shards in new[] { 1, 8, 64, 512, 4096 })
                Note($"growth with shards, {rowsOverShards:N0} rows of 100 bytes", $"ShardyFusion, {shards:N0} shards", rowsOverShards,
                    Ours(rowsOverShards, 100, shards));
        }
        End();
    }

    public void RunValues()
    {
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (valueBytes, rows) in new[] { (10, 5_000_000), (100, 5_000_000), (1000, 1_000_000), (10_000, 100_000),
                (100_000, 10_000), (1 << 20, 1000) })
                Note("growth with values, 8 shards", $"ShardyFusion, {valueBytes:N0} bytes", rows, Ours(rows, valueBytes, 8));
        }
        End();
    }

    Answer Ours(long rows, int valueBytes, int shards) =>
        runner.Ours("child-grow", Text(rows), Text(valueBytes), Text(shards), runner.Fresh(Path.Combine(Folder, $"{++runs}")));

    // Not before: some file systems look through lately deleted files whenever one is created, and the next run would pay for that.
    void End() => runner.Fresh(Folder);

    void Note(string task, string engine, long rows, Answer answer) =>
        report.Of(task, engine, "ns per row").Add(answer["seconds"] * 1e9 / rows,
        ("MB/s", answer["bytes"] / answer["seconds"] / 1e6), ("cpu s", answer["cpu_seconds"]), ("peak MB", answer["peak_bytes"] / 1e6),
        ("file MB", answer["bytes"] / 1e6), ("open ms", answer["open_ms"]));

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
