using System.Globalization;
using ShardyFusion.Core.Tests.Shards.Sst.Reading;
using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Core.Tests.Oracle;

/// <summary>Tables between us and the newest RocksDB, in both directions, under every pair of options.</summary>
/// <remarks>SHARDYFUSION_ORACLE_FILES asks for more files than all pairs of options need, SHARDYFUSION_ORACLE_SEED for others.</remarks>
public class NewestOracleTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Read_EveryPairOfSettings_GivesExactlyTheRows()
    {
        using var folder = new OracleFolder();
        var fixtures = new OracleFixtures(folder);
        var configurations = CoveringArray.Make(OracleMatrix.Theirs(["2", "3", "4", "5", "6", "7"]), OracleMatrix.Files,
            new Random(OracleMatrix.Seed));
        long rows = 0, keys = 0;
        foreach (var configuration in configurations)
        {
            var (fixture, what, path) = (fixtures.For(configuration), OracleMatrix.Describe(configuration), folder.File("rocks.sst"));
            NewestRocks.Write(fixture.Rows, path, configuration);
            ShardChecks.AssertMappedHolds(path, fixture.Rows, fixture.Absent, what);
            var file = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
            await ShardChecks.AssertRemoteHoldsAsync(new MemorySource(file, path), null, fixture.Rows, fixture.Absent, what);
            File.Delete(path);
            rows += fixture.Rows.Count;
            keys += fixture.Rows.Count + fixture.Absent.Count;
        }
        output.WriteLine($"counts: RocksDB 11.12 writes, we read: {configurations.Count} configurations and files (format versions 2 to "
            + $"7), all read mapped and remote, {rows} rows, {keys} keys looked up; wrong results: 0");
    }

    [Fact]
    public void Write_EveryPairOfOptions_IsIngestedAndGivesExactlyTheRows()
    {
        using var folder = new OracleFolder();
        var fixtures = new OracleFixtures(folder);
        var configurations = CoveringArray.Make(OracleMatrix.Ours, OracleMatrix.Files, new Random(OracleMatrix.Seed));
        var paths = configurations.Select((_, i) => folder.File($"{i}.sst")).ToArray();
        long total = 0;
        for (var i = 0; i < paths.Length; i++)
            File.WriteAllBytes(paths[i], SstWriting.Encode(OptionsOf(configurations[i]), fixtures.For(configurations[i]).Rows));
        NewestRocks.Ingest(folder.File("db"), paths, (i, rows, get) =>
        {
            var (fixture, what) = (fixtures.For(configurations[i]), OracleMatrix.Describe(configurations[i]));
            SstWriting.AssertSameRows(fixture.Rows, rows, what);
            Assert.All(fixture.Rows, row => Assert.True(get(row.Key)!.AsSpan().SequenceEqual(row.Value), what));
            Assert.All(fixture.Absent, key => Assert.Null(get(key)));
            total += rows.Count;
        });
        output.WriteLine($"counts: we write, RocksDB 11.12 reads: {configurations.Count} configurations and files, {total} rows, each "
            + "ingested, iterated with all checksums and got; wrong results: 0");
    }

    /// <summary>What only later versions write is read, or named; never read wrongly.</summary>
    [Theory]
    [InlineData("table.separate_key_value_in_data_block", "true")]
    [InlineData("table.uniform_cv_threshold", "100")]
    [InlineData("table.block_align", "true")]
    [InlineData("table.super_block_alignment_size", "8192")]
    [InlineData("compression", "bzip2")]
    [InlineData("compression", "zstd", "dict_bytes", "4096")]
    [InlineData("compression", "zlib", "dict_bytes", "4096")]
    public void Read_FeatureOfLaterVersions_IsReadOrNamed(params string[] settings)
    {
        using var folder = new OracleFolder();
        var rows = OracleRows.Make("user", 2000);
        var path = folder.File("rocks.sst");
        var given = settings.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        if (!given.ContainsKey("compression")) given["compression"] = "none";
        NewestRocks.Write(rows, path, given);
        try
        {
            ShardChecks.AssertMappedHolds(path, rows, [], string.Join(' ', settings));
            output.WriteLine($"{string.Join(' ', settings)}: read");
        }
        catch (ShardUnsupportedException named)
        {
            output.WriteLine($"{string.Join(' ', settings)}: {named.Message}");
            Assert.Equal(path, named.File);
        }
    }

    static SstOptions OptionsOf(Dictionary<string, string> configuration) => new()
    {
        Compression = Enum.Parse<ShardCompression>(configuration["compression"]),
        Checksum = Enum.Parse<ShardChecksum>(configuration["checksum"]),
        BlockSizeBytes = int.Parse(configuration["block_size"], CultureInfo.InvariantCulture),
        RestartInterval = int.Parse(configuration["restart_interval"], CultureInfo.InvariantCulture),
        BloomBitsPerKey = double.Parse(configuration["bits"], CultureInfo.InvariantCulture),
    };
}
