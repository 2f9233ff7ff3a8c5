using System.Diagnostics;
using ShardyFusion.Core.Tests.Fuzz;
using ShardyFusion.Core.Tests.Oracle;
using ShardyFusion.Core.Tests.Shards.Sst.Reading;

namespace ShardyFusion.Core.Tests.Shards.Sst.Fuzz;

/// <summary>Random damage to real tables, ours and RocksDB's; <see cref="FuzzSettings"/> says for how long.</summary>
public class SstFuzzTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Read_RandomlyDamagedTables_IsRightOrRefused()
    {
        var seed = FuzzSettings.Seed;
        output.WriteLine($"SHARDYFUSION_FUZZ_SEED={seed}");
        using var folder = new OracleFolder();
        var path = folder.File("fuzz.sst");
        var tables = FuzzTable.All(folder);
        var strict = tables.ConvertAll(table => DamageProbe.Strict(table.Rows, table.Absent));
        var lenient = tables.ConvertAll(table => DamageProbe.Lenient(table.Rows, table.Absent));
        using var watchdog = new Watchdog();
        var clock = Stopwatch.StartNew();
        var inputs = 0;
        for (; clock.Elapsed < FuzzSettings.ForTables; inputs++)
        {
            var random = new Random(unchecked(seed + inputs * 7919));
            var number = random.Next(tables.Count);
            var (file, canTell) = TableDamage.Make(tables[number], random, tables);
            var probe = (canTell ? strict : lenient)[number];
            var what = $"seed {seed}, input {inputs} ({tables[number].Name})";
            watchdog.Start(what);
            try
            {
                await File.WriteAllBytesAsync(path, file, TestContext.Current.CancellationToken);
                probe.CheckMapped(path, file.Length, what);
                await probe.CheckRemoteAsync(file, random.Next(2) == 0 ? null : random.Next(file.Length + 1), what);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"{what}: {e}");
            }
        }
        output.WriteLine($"counts: {inputs} mutations of {tables.Count} tables, {tables.Count(table => table.IsTheirs)} of them RocksDB's: "
            + $"{strict.Sum(probe => probe.Right)} right answers, {strict.Sum(probe => probe.Refused)} refusals, wrong results: 0; "
            + $"of damage below right checksums {lenient.Sum(probe => probe.Right)} answers, {lenient.Sum(probe => probe.Refused)} "
            + "refusals");
    }
}
