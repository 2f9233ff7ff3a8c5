using ShardyFusion.Core.Tests.Shards.Sst.Reading;
using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Core.Tests.Oracle;

/// <summary>Whatever RocksDB wrote, under any option, reads back exactly, mapped and remote, by get, batch and scan.</summary>
/// <remarks>SHARDYFUSION_ORACLE_FILES asks for more files than all pairs of options need, SHARDYFUSION_ORACLE_SEED for others.</remarks>
public class SstReaderOracleTests(ITestOutputHelper output)
{
    // Files that lie on the disk at once.
    const int FilesABatch = 64;

    [Fact]
    public async Task Read_EveryPairOfSettings_GivesExactlyTheRows()
    {
        var oracle = RocksOracle.Require();
        using var folder = new OracleFolder();
        var fixtures = new OracleFixtures(folder);
        var versions = OracleMatrix.FormatVersions(oracle, folder);
        var configurations = CoveringArray.Make(OracleMatrix.Theirs(versions), OracleMatrix.Files, new Random(OracleMatrix.Seed));
        long rows = 0, keys = 0;
        foreach (var batch in configurations.Chunk(FilesABatch))
        {
            var paths = batch.Select((_, i) => folder.File($"{i}.sst")).ToArray();
            oracle.Batch(folder.File("plan"), batch.Select((configuration, i) =>
                (string[])["write", fixtures.For(configuration).RowsPath, paths[i], .. OracleMatrix.Settings(configuration)]));
            for (var i = 0; i < batch.Length; i++)
            {
                var fixture = fixtures.For(batch[i]);
                await CheckAsync(paths[i], fixture.Rows, fixture.Absent, OracleMatrix.Describe(batch[i]));
                rows += fixture.Rows.Count;
                keys += fixture.Rows.Count + fixture.Absent.Count;
            }
        }
        output.WriteLine(
            $"counts: RocksDB writes, we read: {configurations.Count} configurations and files (format versions "
                + $"{string.Join(' ', versions)}), all read "
            + $"mapped and remote, {rows} rows, {keys} keys looked up; wrong results: 0");
    }

    [Fact]
    public async Task Read_AMillionRows_GivesExactlyTheRows()
    {
        var oracle = RocksOracle.Require();
        using var folder = new OracleFolder();
        var rows = OracleRows.Make("dense", 1_000_000);
        var absent = OracleRows.Absent(rows, 20_000);
        string[][] configurations = [[], ["filter=partitioned", "index_restart_interval=16", "compression=lz4", "block_size=16384"]];
        foreach (var settings in configurations)
        {
            var path = folder.File("rocks.sst");
            oracle.Write(rows, path, settings);
            await CheckAsync(path, rows, absent, $"a million rows {string.Join(' ', settings)}");
        }
    }

    [Theory]
    [InlineData("compression=bzip2", "BZip2")]
    [InlineData("compression=zlib dict_bytes=4096", "dictionary")]
    [InlineData("compression=zstd dict_bytes=4096", "dictionary")]
    [InlineData("tombstone=zzzz", "deletions")]
    [InlineData("range_tombstone=zzzz", "range deletions")]
    public void Open_UnsupportedFeature_SaysSo(string settings, string expected)
    {
        var oracle = RocksOracle.Require();
        using var folder = new OracleFolder();
        var path = folder.File("rocks.sst");
        oracle.Write(OracleRows.Make("user", 500), path, settings.Split(' '));
        var error = Assert.Throws<ShardUnsupportedException>(() =>
        {
            using var shard = MappedShard.Open(path, SstReadOptions.Default);
            shard.Verify(CancellationToken.None);
        });
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(path, error.File);
    }

    static async Task CheckAsync(string path, List<OracleRow> rows, List<byte[]> absent, string what)
    {
        ShardChecks.AssertMappedHolds(path, rows, absent, what);
        var file = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        await ShardChecks.AssertRemoteHoldsAsync(new MemorySource(file, path), null, rows, absent, what);
        File.Delete(path);
    }
}
