using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using ShardyFusion.Core.Tests.Oracle;
using ShardyFusion.Core.Tests.Sst.Reading;
using ShardyFusion.Sst;

namespace ShardyFusion.Core.Tests.Sst.Fuzz;

/// <summary>
/// Random damage to real tables, for as many seconds as SHARDYFUSION_FUZZ_SECONDS says (default 5), from the seed in
/// SHARDYFUSION_FUZZ_SEED (default: a new one each time; it is printed).
/// </summary>
public class SstFuzzTests(ITestOutputHelper output)
{
    static readonly TimeSpan MostPerInput = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Read_RandomlyDamagedTables_IsRightOrRefused()
    {
        var seconds = int.Parse(Environment.GetEnvironmentVariable("SHARDYFUSION_FUZZ_SECONDS") ?? "5", CultureInfo.InvariantCulture);
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SHARDYFUSION_FUZZ_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given : Random.Shared.Next();
        output.WriteLine($"SHARDYFUSION_FUZZ_SEED={seed}");
        using var folder = new OracleFolder();
        var path = folder.File("fuzz.sst");
        var tables = Tables();
        var strict = tables.ConvertAll(table => DamageProbe.Strict(table.Rows, table.Absent));
        var lenient = tables.ConvertAll(table => DamageProbe.Lenient(table.Rows, table.Absent));
        var clock = Stopwatch.StartNew();
        var inputs = 0;
        for (; clock.Elapsed < TimeSpan.FromSeconds(seconds); inputs++)
        {
            var random = new Random(unchecked(seed + inputs * 7919));
            var number = random.Next(tables.Count);
            var (file, canTell) = Damage(tables[number], random, tables);
            var probe = (canTell ? strict : lenient)[number];
            var what = $"seed {seed}, input {inputs} ({tables[number].Name})";
            var started = clock.Elapsed;
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
            var took = clock.Elapsed - started;
            Assert.True(took < MostPerInput, $"{what}: took {took}");
        }
        output.WriteLine($"{inputs} inputs; {strict.Sum(probe => probe.Right)} right answers, {strict.Sum(probe => probe.Refused)} refusals, 0 wrong answers; "
            + $"damage below right checksums: {lenient.Sum(probe => probe.Right)} answers, {lenient.Sum(probe => probe.Refused)} refusals");
    }

    sealed record Table(string Name, byte[] File, TableBlocks Blocks, List<OracleRow> Rows, List<byte[]> Absent);

    static List<Table> Tables()
    {
        var tables = GoldenTables.Readable.Select(name => Make(name, GoldenTables.Read(name), GoldenTables.Rows, GoldenTables.Absent)).ToList();
        foreach (var (shape, count) in new[] { ("eight_byte", 300), ("nested_prefixes", 200), ("mixed", 60), ("one_byte", 5) })
        {
            var rows = OracleRows.Make(shape, count);
            foreach (var compression in Enum.GetValues<ShardCompression>())
                tables.Add(Make($"{shape} {compression}", SstWriting.Encode(new SstOptions { BlockSizeBytes = 512, Compression = compression }, rows),
                    rows, OracleRows.Absent(rows, 20)));
        }
        return tables;
    }

    static Table Make(string name, byte[] file, List<OracleRow> rows, List<byte[]> absent) => new(name, file, new TableBlocks(file), rows, absent);

    // Whether the checksums can tell the damage, so that every answer must be right.
    static (byte[] File, bool CanTell) Damage(Table table, Random random, List<Table> all)
    {
        var hasChecksums = !table.Name.Contains("-none", StringComparison.Ordinal);
        var file = (byte[])table.File.Clone();
        switch (random.Next(10))
        {
            case 0:
                return (file[..random.Next(file.Length)], hasChecksums);
            case 1:
                var other = all[random.Next(all.Count)].File;
                return ([.. file.AsSpan(0, random.Next(file.Length)), .. other.AsSpan(random.Next(other.Length))], false);
            case 2:
                var from = random.Next(file.Length);
                return ([.. file.AsSpan(0, from), .. file.AsSpan(Math.Min(file.Length, from + random.Next(1, 64)))], hasChecksums);
            case < 5:
                DamageRange(file, 0, file.Length, random);
                return (file, hasChecksums);
            default:
                // Below a right checksum, so that the parsers behind it are reached; metadata blocks as often as data blocks.
                for (var i = random.Next(1, 4); i > 0; i--)
                {
                    var block = random.Next(2) == 0
                        ? table.Blocks.All[random.Next(table.Blocks.All.Count)]
                        : table.Blocks.All[random.Next(table.Blocks.DataCount, table.Blocks.All.Count)];
                    DamageRange(file, (int)block.Offset, block.Length - 4, random);
                    table.Blocks.FixChecksum(file, block);
                }
                return (file, false);
        }
    }

    static void DamageRange(byte[] file, int start, int length, Random random)
    {
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var at = start + random.Next(length);
            var left = start + length - at;
            switch (random.Next(6))
            {
                case 0:
                    file[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    file[at] = (byte)random.Next(256);
                    break;
                case 2:
                    file.AsSpan(at, Math.Min(left, random.Next(1, 10))).Fill(random.Next(2) == 0 ? (byte)0xFF : (byte)0);
                    break;
                case 3 when left >= 4:
                    int[] limits = [int.MaxValue, int.MinValue, -1, 0, 1, file.Length, file.Length - 5, 1 << 28, 1 << 30];
                    BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), limits[random.Next(limits.Length)]);
                    break;
                case 4:
                    var count = Math.Min(left, random.Next(1, 32));
                    file.AsSpan(start + random.Next(length - count + 1), count).ToArray().CopyTo(file.AsSpan(at));
                    break;
                default:
                    file[at] = (byte)(file[at] + random.Next(-2, 3));
                    break;
            }
        }
    }
}
