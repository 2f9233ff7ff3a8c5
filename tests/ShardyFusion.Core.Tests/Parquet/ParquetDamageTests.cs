using System.Diagnostics;
using ShardyFusion.Building.Input;
using ShardyFusion.Core.Tests.Building.Input;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;

namespace ShardyFusion.Core.Tests.Parquet;

/// <summary>Files that are damaged at random are read or refused; nothing else happens.</summary>
public sealed class ParquetDamageTests : IDisposable
{
    static readonly string[] Files =
    [
        "people.none.parquet", "people.zstd.parquet", "people.gzip.parquet", "people.brotli.parquet", "people.lz4raw.parquet",
        "per-column-codecs.parquet", "nested.parquet", "lists-legacy.parquet", "delta-encodings.parquet", "floats-bss.parquet",
        "bool-rle.parquet", "int96.parquet", "decimals-bytes.parquet", "duckdb-types-v2.parquet", "parquet-go.parquet",
        "clickhouse.parquet",
        "spark35-lz4-hadoop/part-00000-4fd85fc1-fb14-5641-9ac7-ca8fb62d2c13-c000.lz4hadoop.parquet",
        "spark35-v2-gzip-bloom/part-00000-e599ce13-1b44-5e7f-910f-d3cd49a44f20-c000.gz.parquet",
    ];

    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Either => [.. ParquetCase.All.Values
        .Where(file => file.Expected.TryGetProperty("rows_if_read", out _)).Select(file => file.Name)];

    [Theory, MemberData(nameof(Either))]
    public async Task Read_DamageThatNotEverybodySees_IsRefusedByNameOrCostsNoRow(string name)
    {
        var file = ParquetCase.All[name];
        try
        {
            Assert.Equal(file.Expected.GetProperty("rows_if_read").GetInt32(), (await file.ReadAsync()).Count);
        }
        catch (ShardyFusionException e)
        {
            Assert.Equal(ErrorKind.InputInvalid, e.Kind);
            Assert.Contains(name, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Read_DamageThatNobodyCanSee_ReadsEveryRow()
    {
        var file = ParquetCase.All["bad-flip-nocrc.parquet"];
        var rows = await file.ReadAsync(values: ["name"]);
        Assert.Equal(file.Expected.GetProperty("rows_total").GetInt32(), rows.Count);
        Assert.Equal(file.Expected.GetProperty("reads").GetString(), rows[file.Expected.GetProperty("row").GetInt32()].Value);
    }

    [Fact]
    public async Task Read_RandomDamage_IsReadOrRefusedSoonAndInLittleMemory()
    {
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("PARQUET_DAMAGE_ROUNDS"), out var asked) ? asked : 12;
        var refused = 0;
        foreach (var name in Files)
        {
            var whole = await File.ReadAllBytesAsync(Path.Combine(ParquetCase.Root, name), TestContext.Current.CancellationToken);
            for (var round = 0; round < rounds; round++)
            {
                var damaged = Damage(whole, random);
                var path = folder["damaged.parquet"];
                await File.WriteAllBytesAsync(path, damaged, TestContext.Current.CancellationToken);
                var (watch, before) = (Stopwatch.StartNew(), GC.GetTotalAllocatedBytes());
                List<RowRecorder.Row> rows = [];
                try
                {
                    rows = await ParquetCase.ReadAsync(new InputFile { Path = path, KeyField = "id" }, workers: 1);
                }
                catch (ShardyFusionException e)
                {
                    Assert.True(e.Kind == ErrorKind.InputInvalid && e.Message.Length > 10, $"seed {seed}, {name}: {e}");
                    refused++;
                }
                catch (Exception e)
                {
                    File.Copy(path, Path.Combine(Path.GetTempPath(), "parquet-damage.parquet"), overwrite: true);
                    Assert.Fail($"seed {seed}, {name}, round {round}: {e}");
                }
                var allocated = GC.GetTotalAllocatedBytes() - before - rows.Sum(row => 4L * (row.Value?.Length ?? 0));
                Assert.True(allocated < 1L << 30 && watch.Elapsed < TimeSpan.FromSeconds(30),
                    $"seed {seed}, {name}, round {round}: {allocated:N0} bytes, {watch.Elapsed}");
            }
        }
        Assert.True(refused > rounds, $"seed {seed}: {refused} refused");
    }

    static byte[] Damage(byte[] whole, Random random)
    {
        var bytes = (byte[])whole.Clone();
        var flips = random.Next(1, 4);
        for (var i = 0; i < flips; i++)
        {
            // Half of them in the footer, where structure is.
            var at = random.Next(2) == 0 ? random.Next(bytes.Length) : bytes.Length - 1 - random.Next(Math.Min(bytes.Length, 3000));
            bytes[at] = random.Next(3) switch { 0 => (byte)random.Next(256), 1 => (byte)(bytes[at] ^ (1 << random.Next(8))), _ => 0xff };
        }
        return random.Next(10) > 0 ? bytes : bytes[..random.Next(bytes.Length)];
    }
}
