using System.Globalization;
using System.Text;

namespace ShardyFusion.Benchmarks;

/// <summary>From a file to a published snapshot, on disk and on S3, and the first reads from there.</summary>
sealed class InputBenchmark(Runner runner, Report report, int rounds)
{
    /// <summary>Rows a second of the original (Python, SQLite shards, through S3), from the project's own measurement of it; it is not run
    /// here.</summary>
    public const double OriginalRowsPerSecond = 127_000;

    public async Task RunAsync(long rows)
    {
        var csv = CsvFile(rows);
        using var gateway = await S3Gateway.StartAsync();
        for (var round = 0; round < rounds; round++)
        {
            Note("disk", runner.OursAsShardy("child-file", csv, runner.Fresh("file-ours")));
            if (gateway is not null)
                Note("S3 on loopback", runner.OursAsShardy("child-file", csv, $"s3://{S3Gateway.Bucket}/file-{Guid.NewGuid():N}"));
        }
        runner.Fresh("file-ours");
        if (gateway is null) return;

        // 130 MB over 8 shards.
        var few = CsvFile(1_000_000);
        var prefix = $"s3://{S3Gateway.Bucket}/cold-{Guid.NewGuid():N}";
        runner.OursAsShardy("child-file", few, prefix);
        string[] keys = [.. Enumerable.Range(0, 200).Select(i => Text(KeyOf(i * 4999L)))];
        for (var round = 0; round < rounds; round++)
        {
            var answer = runner.Ours(["child-cold", prefix, .. keys]);
            report.Of("open and first get on S3, 1 M rows, 8 shards", "ShardyFusion", "ms").Add(answer["cold_ms"],
                ("GETs", answer["cold_gets"]));
            report.Of("get on S3, warm shard, cold block", "ShardyFusion", "ms").Add(answer["warm_ms"], ("GETs each", answer["warm_gets"]),
                ("GETs a miss", answer["miss_gets"]), ("GETs a filtered miss", answer["filtered_gets"]));
        }

        void Note(string where, Answer answer) => report.Of($"CSV to snapshot, {rows:N0} rows", $"ShardyFusion, {where}", "M rows/s")
            .Add(rows / answer["seconds"] / 1e6,
            ("cpu s", answer["cpu_seconds"]), ("peak MB", answer["peak_bytes"] / 1e6), ("PUTs", answer["puts"]));
    }

    static long KeyOf(long row) => (row * 7_919_999_983 & (1L << 40) - 1) + 1;

    /// <summary>Two columns: an integer key, and 100 letters and digits.</summary>
    string CsvFile(long rows)
    {
        var path = Path.Combine(runner.Folder, $"rows-{rows}.csv");
        if (File.Exists(path)) return path;
        const string letters = "abcdefghijklmnopqrstuvwxyz0123456789";
        var random = new Random(7);
        string[] halves = [.. Enumerable.Range(0, 4096).Select(_ => new string(random.GetItems(letters.AsSpan(), 50)))];
        using var file = new StreamWriter(path + ".part", false, new UTF8Encoding(false), 1 << 20) { NewLine = "\n" };
        file.WriteLine("id,value");
        for (long row = 0; row < rows; row++)
            file.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{KeyOf(row)},{halves[random.Next(4096)]}{halves[random.Next(64)]}"));
        file.Close();
        File.Move(path + ".part", path);
        return path;
    }

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
