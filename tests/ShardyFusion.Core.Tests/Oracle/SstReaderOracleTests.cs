using ShardyFusion.Core.Tests.Sst.Reading;
using ShardyFusion.Errors;
using ShardyFusion.Sst;

namespace ShardyFusion.Core.Tests.Oracle;

/// <summary>Whatever RocksDB wrote, under any option, reads back exactly, mapped and remote, by get, batch and scan.</summary>
public class SstReaderOracleTests
{
    const int Seed = 20_260_401;

    // Per shape, each with combinations of its own.
    const int MostCombinations = 16;

    static readonly (string Name, string[] Values)[] Dimensions =
    [
        ("format_version", ["2", "3", "4", "5"]),
        ("compression", ["none", "snappy", "zlib", "lz4", "lz4hc"]),
        ("block_size", ["512", "4096", "16384", "65536"]),
        ("restart_interval", ["1", "2", "16", "64"]),
        ("index", ["binary", "two_level", "hash", "first_key"]),
        ("filter", ["none", "bloom", "ribbon", "partitioned"]),
        ("checksum", ["none", "crc32c", "xxhash", "xxhash64", "xxh3"]),
        ("index_restart_interval", ["1", "16"]),
        ("index_compression", ["0", "1"]),
        ("data_block_hash", ["0", "1"]),
        ("delta_encoding", ["0", "1"]),
        ("shortening", ["none", "separators", "successor"]),
        ("metadata_block_size", ["256", "4096"]),
    ];

    public static TheoryData<string, int> Shapes() => new()
    {
        { "eight_byte", 6_000 }, { "eight_byte", 1 }, { "dense", 6_000 }, { "user", 4_000 }, { "one_byte", 300 }, { "nested_prefixes", 3_000 },
        { "long_keys", 50 }, { "empty_values", 5_000 }, { "mixed", 2_000 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Read_SampledOptions_GivesExactlyTheRows(string shape, int count)
    {
        var oracle = RocksOracle.Require();
        using var folder = new OracleFolder();
        var rows = OracleRows.Make(shape, count);
        var absent = OracleRows.Absent(rows, Math.Min(500, count));
        foreach (var settings in PairwiseSettings(new Random(Seed + count * 31 + shape.Length)))
            await CheckAsync(oracle, folder, rows, absent, settings, $"{shape} x{count} {string.Join(' ', settings)} (seed {Seed})");
    }

    [Fact]
    public async Task Read_HugeValues_GivesExactlyTheRows()
    {
        var oracle = RocksOracle.Require();
        using var folder = new OracleFolder();
        var rows = OracleRows.Make("large_value", 3);
        foreach (var compression in new[] { "none", "lz4", "zlib", "snappy" })
            await CheckAsync(oracle, folder, rows, OracleRows.Absent(rows, 20), [$"compression={compression}"], $"large_value {compression}");
    }

    [Fact]
    public async Task Read_ManyRows_GivesExactlyTheRows()
    {
        var oracle = RocksOracle.Require();
        using var folder = new OracleFolder();
        var rows = OracleRows.Make("eight_byte", 200_000);
        var absent = OracleRows.Absent(rows, 20_000);
        await CheckAsync(oracle, folder, rows, absent, [], "eight_byte x200000");
        await CheckAsync(oracle, folder, rows, absent, ["filter=partitioned", "compression=lz4", "index_restart_interval=16"], "eight_byte x200000 partitioned");
    }

    [Theory]
    [InlineData("compression=zstd", "Zstd")]
    [InlineData("compression=bzip2", "BZip2")]
    [InlineData("tombstone=zzzz", "deletions")]
    [InlineData("range_tombstone=zzzz", "range deletions")]
    public void Open_UnsupportedFeature_SaysSo(string setting, string expected)
    {
        var oracle = RocksOracle.Require();
        using var folder = new OracleFolder();
        var path = folder.File("rocks.sst");
        oracle.Write(OracleRows.Make("user", 500), path, setting);
        var error = Assert.Throws<ShardCorruptException>(() =>
        {
            using var shard = MappedShard.Open(path, SstReadOptions.Default);
            shard.Verify(CancellationToken.None);
        });
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(path, error.File);
    }

    static async Task CheckAsync(
        RocksOracle oracle, OracleFolder folder, List<OracleRow> rows, List<byte[]> absent, string[] settings, string what)
    {
        var path = folder.File("rocks.sst");
        oracle.Write(rows, path, settings);
        ShardChecks.AssertMappedHolds(path, rows, absent, what);
        var file = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        await ShardChecks.AssertRemoteHoldsAsync(new MemorySource(file), null, rows, absent, what);
        File.Delete(path);
    }

    // Greedy: each new combination is the best of some random ones at covering pairs of values not seen together yet.
    static List<string[]> PairwiseSettings(Random random)
    {
        const int Candidates = 40;
        var open = new HashSet<(int, int, int, int)>();
        for (var a = 0; a < Dimensions.Length; a++)
            for (var b = a + 1; b < Dimensions.Length; b++)
                for (var i = 0; i < Dimensions[a].Values.Length; i++)
                    for (var j = 0; j < Dimensions[b].Values.Length; j++)
                        open.Add((a, i, b, j));
        var all = new List<string[]>();
        while (open.Count > 0 && all.Count < MostCombinations)
        {
            var best = Enumerable.Range(0, Candidates)
                .Select(_ => Dimensions.Select(dimension => random.Next(dimension.Values.Length)).ToArray())
                .MaxBy(candidate => PairsOf(candidate).Count(open.Contains))!;
            open.ExceptWith(PairsOf(best));
            all.Add([.. best.Select((value, d) => $"{Dimensions[d].Name}={Dimensions[d].Values[value]}")]);
        }
        return all;
    }

    static IEnumerable<(int, int, int, int)> PairsOf(int[] combination)
    {
        for (var a = 0; a < combination.Length; a++)
            for (var b = a + 1; b < combination.Length; b++)
                yield return (a, combination[a], b, combination[b]);
    }
}
