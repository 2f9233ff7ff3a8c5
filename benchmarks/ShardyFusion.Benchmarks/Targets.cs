using System.Globalization;

namespace ShardyFusion.Benchmarks;

/// <summary>What the project wants to reach, each beside the figures of this run. A row is left out when it was not measured.</summary>
sealed class Targets(Report report)
{
    const string Ours = "ShardyFusion", Sst = "RocksDB SstFileWriter", Span = "ShardyFusion, span", Bare = "bare PowerShell";

    const string Hit = "get A, hit, 1 thread", Miss = "get A, miss, 1 thread";

    public void Note()
    {
        var hit = Figure(Hit, Span);
        AtLeast("1", "write A, no compression", 2, Figure("write A*none*", Ours), Figure("write A*none*", Sst), "M rows/s", Sst);
        AtLeast("2", "write A, LZ4", 1.5, Figure("write A*lz4*", Ours), Figure("write A*lz4*", Sst), "M rows/s", Sst);
        AtLeast("3", "write B, no compression", 1.3, Figure("write B*none*", Ours), Figure("write B*none*", Sst), "M rows/s", Sst);
        Plain("4", "CSV to disk", "≥ 1.5 M rows/s", f => f >= 1.5, Figure("CSV to snapshot*", "ShardyFusion, disk"), "M rows/s");
        AtLeast("4", "CSV to disk", 10, Figure("CSV to snapshot*", "ShardyFusion, disk"), InputBenchmark.OriginalRowsPerSecond / 1e6,
            "M rows/s", "the original, measured before");
        AtLeast("5", "CSV to S3 on loopback", .7, Figure("CSV to snapshot*", "ShardyFusion, S3 on loopback"),
            Figure("CSV to snapshot*", "ShardyFusion, disk"), "M rows/s", "row 4");
        AtLeast("6", "piped rows", .6, Figure("*piped rows", Ours), Figure("*piped rows", Bare), "M rows/s", "the bare pipeline");
        Plain("7", "peak memory, A, budget 512 MiB", "≤ 1,074 MB", f => f <= 1074,
            Figure("growth with rows*", "ShardyFusion, 10,000,000 rows", "peak MB"), "MB");
        AtLeast("7", "A within 512 MiB", .6, Figure("spill A*", "ShardyFusion, 512 MiB"), Figure("spill A*", "ShardyFusion, 4096 MiB"),
            "M rows/s", "unspilled");
        AtMost("8", "get, hit", 1, hit, Figure(Hit, "LMDB"), "ns", "LMDB");
        AtMost("8", "get, hit", .5, hit, Figure(Hit, "RocksDB, mapped"), "ns", "RocksDB, mapped");
        foreach (var compression in new[] { "lz4", "zlib", "zstd" })
            AtMost("9", $"get from {compression} blocks", .5, Figure($"get A of*{compression}*", Span), Figure($"get A of*{compression}*",
                "RocksDB, 3 GiB cache"), "ns", "RocksDB, 3 GiB cache");
        AtMost("9", "get, miss", .1, Figure(Miss, Span), Figure(Miss, "LMDB"), "ns", "LMDB");
        AtMost("9", "get, miss", 1 / 3.0, Figure(Miss, Span), Figure(Miss, "RocksDB, mapped"), "ns", "RocksDB, mapped");
        AtMost("10", "multi-get of 100, per key", .65, Figure(Hit, "ShardyFusion, batches of 100"), hit, "ns", "row 8");
        AtLeast("11", "gets of 2 threads", 1.9, Figure("get A, hit, 2 threads", Span, "M gets/s"), Figure(Hit, Span, "M gets/s"),
            "M gets/s", "one thread");
        Plain("12", "allocated per get, span", "0 bytes", f => f == 0, Figure(Hit, Span, "alloc B"), "bytes");
        Plain("12", "allocated per get, array of 100 bytes", "the array: 128 bytes", f => f <= 128,
            Figure(Hit, "ShardyFusion, array", "alloc B"), "bytes");
        AtLeast("13", "piped keys", .6, Figure("*piped keys", Ours), Figure("*piped keys", Bare), "M keys/s", "emitting alone");
        Plain("14", "open and first get on S3", "4 requests", f => f <= 4, Figure("open and first get*", Ours, "GETs"), "GETs");
        Plain("15", "get on S3, warm shard, cold block", "1 request", f => f <= 1, Figure("get on S3*", Ours, "GETs each"), "GETs");
        Plain("15", "get on S3, filter says no", "0 requests", f => f == 0, Figure("get on S3*", Ours, "GETs a filtered miss"), "GETs");
        AtMost("16", "file size, A", 1.01, Figure("write A*none*", Ours, "file MB"), Figure("write A*none*", Sst, "file MB"), "MB", Sst);
        Plain("17", "Import-Module over an empty module", "≤ 100 ms", f => f <= 100, Figure("import*", Ours) - Figure("import*", Bare),
            "ms");
        AtMost("18", "time a row, 10^5 to the most rows", 1.5, report.Last("growth with rows*")?.Median,
            Figure("growth with rows*", "ShardyFusion, 100,000 rows"), "ns", "10^5 rows");
        AtMost("19", "time a row, 1 to 4,096 shards", 1.5, Figure("growth with shards*", "ShardyFusion, 4,096 shards"),
            Figure("growth with shards*", "ShardyFusion, 1 shards"), "ns", "1 shard");
        Plain("20", "placing a row, expression of one column", "≤ 50 ns", f => f <= 50,
            Figure("placing a row", "ShardyFusion, one column: shard_hash(key) % 8u"), "ns");
        Plain("20", "placing a row, expression of two columns", "≤ 150 ns", f => f <= 150,
            Figure("placing a row", "ShardyFusion, two columns: shard_hash(region + \":\" + string(key)) % 8u"), "ns");
        foreach (var columns in (string[])["one column", "two columns"])
            AtLeast("20", $"build, expression of {columns}", .8, Figure("CSV to snapshot by placement*", $"ShardyFusion, {columns}"),
                Figure("CSV to snapshot by placement*", "ShardyFusion, hash"), "M rows/s", "the hash");
        Plain("19", "manifest open, 4,096 shards", "≤ 100 ms", f => f <= 100, Figure("growth with shards*", "ShardyFusion, 4,096 shards",
            "open ms"), "ms");
    }

    double? Figure(string task, string engine, string? detail = null) => report.Find(task, engine) is not { } s ? null
        : detail is null ? s.Median : s.Details.TryGetValue(detail, out var figures) ? Series.MedianOf(figures) : null;

    void AtLeast(string row, string work, double limit, double? ours, double? peer, string unit, string peerName) =>
        Ratio(row, work, '≥', limit, ours, peer, unit, peerName);

    void AtMost(string row, string work, double limit, double? ours, double? peer, string unit, string peerName) =>
        Ratio(row, work, '≤', limit, ours, peer, unit, peerName);

    void Ratio(string row, string work, char sign, double limit, double? ours, double? peer, string unit, string peerName)
    {
        if (ours is not { } o || peer is not { } p) return;
        var ratio = o / p;
        report.Target(new TargetRow(row, work, Text($"{sign} {limit:0.##}x"), Text($"{o:0.##} {unit}"),
            Text($"{p:0.##} {unit} ({peerName})"), Text($"{ratio:0.00}x"),
            sign == '≥' ? ratio >= limit : ratio <= limit));
    }

    void Plain(string row, string work, string target, Predicate<double> isMet, double? ours, string unit)
    {
        if (ours is { } o) report.Target(new TargetRow(row, work, target, Text($"{o:0.##} {unit}"), "", "", isMet(o)));
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One target and what came of it.</summary>
/// <param name="Row">Its number.</param>
/// <param name="Work">What is measured.</param>
/// <param name="Target">What is wanted.</param>
/// <param name="Ours">Our figure.</param>
/// <param name="Peer">What it is compared with; empty for an absolute target.</param>
/// <param name="Ratio">Ours over the peer's; empty for an absolute target.</param>
/// <param name="IsMet">Whether the target is reached.</param>
sealed record TargetRow(string Row, string Work, string Target, string Ours, string Peer, string Ratio, bool IsMet);
