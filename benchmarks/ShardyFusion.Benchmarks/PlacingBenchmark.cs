using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Routing;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Benchmarks;

/// <summary>Rows that expressions and ranges place, beside the hash: a row alone, and builds from one CSV file of four columns.</summary>
sealed class PlacingBenchmark(Runner runner, Report report, int rounds)
{
    const int RowsAlone = 20_000, Repeats = 100;

    static readonly string[] regions = ["eu-west-1", "us-east-1", "ap-south-1"];

    static readonly (string Name, ShardingOptions? Sharding)[] ways =
    [
        ("hash", null),
        ("one column", By("shard_hash(key) % 8u", ("key", "int"))),
        ("two columns", By("shard_hash(region + \":\" + string(tenant)) % 8u", ("key", "int"), ("region", "string"), ("tenant", "int"))),
        ("ranges given", ShardingOptions.ByRanges([.. Enumerable.Range(1, 7).Select(shard => (object)(shard * (1L << 37)))])),
        ("ranges chosen", ShardingOptions.ByRanges(8)),
    ];

    static ShardingOptions By(string expression, params (string Name, string Type)[] columns) =>
        ShardingOptions.ByExpression(expression, columns.ToDictionary(column => column.Name, column => column.Type));

    /// <summary>The options of a way; eight shards each.</summary>
    public static BuildOptions Options(string way) => ways.Single(found => found.Name == way).Sharding is { } sharding
        ? new BuildOptions { Sharding = sharding, KeyEncoding = KeyEncoding.U64BE }
        : new BuildOptions { ShardCount = 8, KeyEncoding = KeyEncoding.U64BE };

    public void Run(long rows)
    {
        Alone("hash", null);
        Alone("one column: key % 8", "key % 8");
        Alone("one column: shard_hash(key) % 8u", "shard_hash(key) % 8u");
        Alone("two columns: shard_hash(region + \":\" + string(key)) % 8u", "shard_hash(region + \":\" + string(key)) % 8u");
        var csv = CsvFile(rows);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, _) in ways)
            {
                var answer = runner.OursAsShardy("child-place", csv, runner.Fresh("place"), name);
                report.Of($"CSV to snapshot by placement, {rows:N0} rows", $"ShardyFusion, {name}", "M rows/s")
                    .Add(rows / answer["seconds"] / 1e6, ("cpu s", answer["cpu_seconds"]), ("peak MB", answer["peak_bytes"] / 1e6));
            }
        }
        runner.Fresh("place");
    }

    /// <summary>What it takes to give a row its shard, its text column handed over as a file has it. The least of many repeats: what else
    /// the machine does only adds.</summary>
    void Alone(string name, string? expression)
    {
        var hash = ShardRouter.ForHash(8, KeyEncoding.U64BE);
        var router = expression is null ? null : new CelSharding
        {
            Expression = expression,
            Columns = new Dictionary<string, CelType> { ["key"] = CelType.Int, ["region"] = CelType.String },
        }.CreateRouter(8, KeyEncoding.U64BE);
        var columns = router?.CreateColumns();
        var hasRegion = router?.OtherColumns.Count > 0;
        byte[][] texts = [.. regions.Select(Encoding.UTF8.GetBytes)];
        Span<byte> key = stackalloc byte[8];
        var least = double.MaxValue;
        long allocated = 0, sum = 0;
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            for (var row = 0; row < RowsAlone; row++)
            {
                BinaryPrimitives.WriteInt64BigEndian(key, row);
                if (hasRegion)
                {
                    columns!.Clear();
                    columns.SetFromText(columns.SlotOf("region"), texts[row % 3]);
                }
                var dbId = 0;
                if (router is null) dbId = hash.RouteStored(key);
                else router.TryRouteStored(key, columns!, out dbId, out _);
                sum += dbId;
            }
            least = Math.Min(least, Stopwatch.GetElapsedTime(started).TotalNanoseconds / RowsAlone);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        if (sum == 0) throw new InvalidOperationException("Every row went to shard 0.");
        report.Of("placing a row", $"ShardyFusion, {name}", "ns").Add(least, ("alloc B", allocated / (double)RowsAlone));
    }

    string CsvFile(long rows)
    {
        var path = Path.Combine(runner.Folder, $"placed-{rows}.csv");
        if (File.Exists(path)) return path;
        var random = new Random(7);
        using (var file = new StreamWriter(path + ".part", false, new UTF8Encoding(false), 1 << 20) { NewLine = "\n" })
        {
            file.WriteLine("id,region,tenant,value");
            var value = new char[100];
            for (long row = 0; row < rows; row++)
            {
                random.GetItems("abcdefghijklmnopqrstuvwxyz0123456789", value);
                file.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{(row * 7_919_999_983 & (1L << 40) - 1) + 1},{regions[row % 3]},{row % 1000},{value.AsSpan()}"));
            }
        }
        File.Move(path + ".part", path);
        return path;
    }
}
