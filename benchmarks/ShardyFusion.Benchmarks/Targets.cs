using System.Globalization;

namespace ShardyFusion.Benchmarks;

/// <summary>What the project wants to reach, each beside the figure of this run.</summary>
static class Targets
{
    const string Ours = "ShardyFusion", Sst = "RocksDB SstFileWriter";

    public static void Note(Report report)
    {
        double? Figure(string task, string engine, string? detail = null) => report.Find(task, engine) is { } s
            ? detail is null ? s.Median : s.Details.TryGetValue(detail, out var d) ? Series.MedianOf(d) : null : null;

        void Ratio(string row, string target, double? figure, double? other, string unit)
        {
            if (figure is not { } f || other is not { } o) return;
            report.Target(row, target, string.Create(CultureInfo.InvariantCulture, $"{f / o:0.00}x  ({f:0.##} against {o:0.##} {unit})"));
        }

        void Plain(string row, string target, double? figure, string unit)
        {
            if (figure is { } f) report.Target(row, target, string.Create(CultureInfo.InvariantCulture, $"{f:0.##} {unit}"));
        }

        var hit = Figure("get A, hit, 1 thread", "ShardyFusion, span");
        Ratio(" 1 write A, none", ">= 2x RocksDB's SstFileWriter", Figure("write A*none*", Ours), Figure("write A*none*", Sst), "M rows/s");
        Ratio(" 2 write A, LZ4", ">= 1.5x", Figure("write A*lz4*", Ours), Figure("write A*lz4*", Sst), "M rows/s");
        Ratio(" 3 write B, none", ">= 1.3x", Figure("write B*none*", Ours), Figure("write B*none*", Sst), "M rows/s");
        Plain(" 4 CSV to disk", ">= 1.5 M rows/s, >= 10x the original (0.127)", Figure("CSV to snapshot*", "ShardyFusion, disk"), "M rows/s");
        Ratio(" 5 CSV to S3", ">= 70 % of row 4", Figure("CSV to snapshot*", "ShardyFusion, S3 on loopback"), Figure("CSV to snapshot*", "ShardyFusion, disk"), "M rows/s");
        Plain(" 7 peak memory, A, 512 MiB budget", "<= 1 GiB", Figure("growth with rows*", "ShardyFusion, 10,000,000 rows", "peak MB"), "MB");
        Ratio(" 7 speed with 512 MiB", ">= 60 % of unspilled", Figure("spill A*", "ShardyFusion, 512 MiB"), Figure("spill A*", "ShardyFusion, 4096 MiB"), "M rows/s");
        Ratio(" 8 get, hit, against LMDB", "<= 1x LMDB's time", hit, Figure("get A, hit, 1 thread", "LMDB"), "ns");
        Ratio(" 8 get, hit, against RocksDB's best", "<= 0.5x", hit, Figure("get A, hit, 1 thread", "RocksDB, mapped"), "ns");
        Ratio(" 9 get, miss, against LMDB", "<= 0.1x", Figure("get A, miss, 1 thread", "ShardyFusion, span"), Figure("get A, miss, 1 thread", "LMDB"), "ns");
        Ratio(" 9 get, miss, against RocksDB", "<= 0.33x", Figure("get A, miss, 1 thread", "ShardyFusion, span"), Figure("get A, miss, 1 thread", "RocksDB, mapped"), "ns");
        Ratio("10 multi-get of 100, per key", "<= 0.65x of row 8", Figure("get A, hit, 1 thread", "ShardyFusion, batches of 100"), hit, "ns");
        Ratio("11 two threads", ">= 1.9x one thread's gets/s", Figure("get A, hit, 2 threads", "ShardyFusion, span", "M gets/s"), Figure("get A, hit, 1 thread", "ShardyFusion, span", "M gets/s"), "M gets/s");
        Plain("12 allocated per get, span", "0 bytes", Figure("get A, hit, 1 thread", "ShardyFusion, span", "alloc B"), "bytes");
        Plain("12 allocated per get, array of 100", "the value only (124 with its header, rounded to 128)", Figure("get A, hit, 1 thread", "ShardyFusion, array", "alloc B"), "bytes");
        Plain("14 open and first get on S3", "4 requests", Figure("open and first get*", Ours, "GETs"), "GETs");
        Plain("15 warm shard, cold block", "1 request", Figure("get on S3*", Ours, "GETs each"), "GETs");
        Plain("15 filter says no", "0 requests", Figure("get on S3*", Ours, "GETs a miss"), "GETs");
        Ratio("16 file size, A", "<= 1.01x RocksDB's", Figure("write A*none*", Ours, "file MB"), Figure("write A*none*", Sst, "file MB"), "MB");
        Ratio("18 growth, 10^5 to the most rows", "time per row within 1.5x", report.Last("growth with rows*")?.Median, Figure("growth with rows*", "ShardyFusion, 100,000 rows"), "ns a row");
        Ratio("19 growth, 1 to 4,096 shards", "within 1.5x", Figure("growth with shards*", "ShardyFusion, 4,096 shards"), Figure("growth with shards*", "ShardyFusion, 1 shards"), "ns a row");
        Plain("19 manifest open, 4,096 shards", "<= 100 ms", Figure("growth with shards*", "ShardyFusion, 4,096 shards", "open ms"), "ms");
    }
}
