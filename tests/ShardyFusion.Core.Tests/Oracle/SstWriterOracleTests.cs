using System.Globalization;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Core.Tests.Oracle;

/// <summary>RocksDB must accept whatever we write, under every option, and use our filter.</summary>
/// <remarks>SHARDYFUSION_ORACLE_FILES asks for more files than all pairs of options need, SHARDYFUSION_ORACLE_SEED for others.</remarks>
public class SstWriterOracleTests(ITestOutputHelper output)
{
    // Files that lie on the disk at once.
    const int FilesABatch = 32;

    [Fact]
    public void ScanVerifyIngestGet_EveryPairOfOptions_FindsExactlyTheRowsAndUsesOurFilter()
    {
        var oracle = RocksOracle.Require();
        using var folder = new OracleFolder();
        var fixtures = new OracleFixtures(folder);
        var configurations = CoveringArray.Make(OracleMatrix.Ours, OracleMatrix.Files, new Random(OracleMatrix.Seed));
        var uses = new FilterUses();
        long rows = 0;
        foreach (var batch in configurations.Chunk(FilesABatch))
        {
            var files = Directory.CreateDirectory(folder.File("files"));
            var paths = batch.Select((_, i) => Path.Combine(files.FullName, $"{i}.sst")).ToArray();
            for (var i = 0; i < batch.Length; i++)
                File.WriteAllBytes(paths[i], SstWriting.Encode(OptionsOf(batch[i]), fixtures.For(batch[i]).Rows));
            var verified = RocksOracle.Tool("sst_dump", $"--file={files.FullName}", "--command=verify");
            Assert.Equal(batch.Length, verified.Split("The file is ok").Length - 1);
            oracle.Batch(folder.File("plan"), batch.Select((_, i) => (string[])["scan", paths[i], folder.File($"{i}.scan")]));
            var found = oracle.Batch(folder.File("plan"), batch.Select((configuration, i) => (string[])
                ["ingest", paths[i], fixtures.For(configuration).RowsPath, fixtures.For(configuration).AbsentPath,
                    folder.File($"{i}.db")]));
            for (var i = 0; i < batch.Length; i++)
            {
                var (fixture, what) = (fixtures.For(batch[i]), OracleMatrix.Describe(batch[i]));
                SstWriting.AssertSameRows(fixture.Rows, RocksOracle.ReadRows(folder.File($"{i}.scan")), what);
                Assert.Equal((what, (long)fixture.Rows.Count, 0L, 0L),
                    (what, found[i]["found"], found[i]["wrong"], found[i]["false_hits"]));
                uses.Add(OptionsOf(batch[i]).BloomBitsPerKey, found[i], what);
                File.Delete(folder.File($"{i}.scan"));
                Directory.Delete(folder.File($"{i}.db"), recursive: true);
                rows += fixture.Rows.Count;
            }
            files.Delete(recursive: true);
        }
        output.WriteLine(
            $"counts: we write, RocksDB reads: {configurations.Count} configurations and files, {rows} rows, each verified, iterated, "
                + "ingested and got; wrong results: 0");
        output.WriteLine(uses.ToString());
        uses.AssertAsRocksDbs();
    }

    [Fact]
    public void ScanIngestGet_AMillionRows_FindsExactlyTheRowsAndUsesOurFilter()
    {
        var oracle = RocksOracle.Require();
        using var folder = new OracleFolder();
        var rows = OracleRows.Make("dense", 1_000_000);
        var path = folder.File("ours.sst");
        File.WriteAllBytes(path, SstWriting.Encode(new SstOptions(), rows));
        SstWriting.AssertSameRows(rows, oracle.Scan(path), "a million rows");
        var result = oracle.Ingest(path, rows, OracleRows.Absent(rows, 20_000));
        Assert.Equal((1_000_000L, 0L, 0L), (result["found"], result["wrong"], result["false_hits"]));
        var uses = new FilterUses();
        uses.Add(10, result, "a million rows");
        uses.AssertAsRocksDbs();
    }

    static SstOptions OptionsOf(Dictionary<string, string> configuration) => new()
    {
        Compression = Enum.Parse<ShardCompression>(configuration["compression"]),
        Checksum = Enum.Parse<ShardChecksum>(configuration["checksum"]),
        BlockSizeBytes = int.Parse(configuration["block_size"], CultureInfo.InvariantCulture),
        RestartInterval = int.Parse(configuration["restart_interval"], CultureInfo.InvariantCulture),
        BloomBitsPerKey = double.Parse(configuration["bits"], CultureInfo.InvariantCulture),
    };

    [Theory]
    [InlineData("eight_byte", ShardCompression.None)]
    [InlineData("user", ShardCompression.Lz4)]
    [InlineData("nested_prefixes", ShardCompression.Zlib)]
    [InlineData("mixed", ShardCompression.Zstd)]
    public void SstDump_Verify_AcceptsTheFile(string shape, ShardCompression compression)
    {
        using var folder = new OracleFolder();
        var rows = OracleRows.Make(shape, 3_000);
        var path = folder.File("ours.sst");
        File.WriteAllBytes(path, SstWriting.Encode(new SstOptions { Compression = compression }, rows));
        var verified = RocksOracle.Tool("sst_dump", $"--file={path}", "--command=verify");
        Assert.Contains("The file is ok", verified, StringComparison.Ordinal);
        var properties = RocksOracle.Tool("sst_dump", $"--file={path}", "--show_properties", "--command=none");
        Assert.Contains($"# entries: {rows.Count}\n", properties, StringComparison.Ordinal);
        Assert.Contains("comparator name: leveldb.BytewiseComparator", properties, StringComparison.Ordinal);
    }

    [Fact]
    public void Ldb_IngestAndScan_ListsExactlyTheRows()
    {
        using var folder = new OracleFolder();
        var rows = OracleRows.Make("mixed", 500);
        var path = folder.File("ours.sst");
        File.WriteAllBytes(path, SstWriting.Encode(new SstOptions(), rows));
        var database = $"--db={folder.File("db")}";
        RocksOracle.Tool("ldb", database, "--create_if_missing", "ingest_extern_sst", path);
        Assert.Contains("OK", RocksOracle.Tool("ldb", database, "checkconsistency"), StringComparison.Ordinal);
        var listed = RocksOracle.Tool("ldb", database, "--hex", "scan").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(rows.Select(row => $"0x{Convert.ToHexString(row.Key)} : 0x{Convert.ToHexString(row.Value)}"), listed);
    }

    [Theory]
    [InlineData("eight_byte", 20_000, false)]
    [InlineData("eight_byte", 5_000, true)]
    [InlineData("user", 5_000, true)]
    [InlineData("long_keys", 40, false)]
    [InlineData("mixed", 3_000, true)]
    public void Ingest_OurFile_FindsEveryKeyAndUsesOurFilter(string shape, int count, bool writeGlobalSequenceNumber)
    {
        var oracle = RocksOracle.Require();
        using var folder = new OracleFolder();
        var rows = OracleRows.Make(shape, count);
        var absent = OracleRows.Absent(rows, 5_000);
        foreach (var overlap in new[] { 0, 1 })
        {
            var path = folder.File($"ours{overlap}.sst");
            File.WriteAllBytes(path, SstWriting.Encode(new SstOptions(), rows));
            var result = oracle.Ingest(path, rows, absent, $"write_global_seqno={(writeGlobalSequenceNumber ? 1 : 0)}",
                $"overlap={overlap}");
            Assert.Equal((rows.Count, 0L, 0L), (result["found"], result["wrong"], result["false_hits"]));
            // Ten bits a key let about 1 % through.
            Assert.True(result["bloom_useful"] > absent.Count * 0.97, $"filter used for {result["bloom_useful"]} of {absent.Count}");
        }
    }

    [Theory]
    [InlineData("eight_byte", 50_000)]
    [InlineData("user", 20_000)]
    [InlineData("nested_prefixes", 4_000)]
    [InlineData("mixed", 4_000)]
    [InlineData("long_keys", 50)]
    public void DataBlocks_Unpacked_AreByteForByteRocksDbs(string shape, int count)
    {
        var oracle = RocksOracle.Require();
        using var folder = new OracleFolder();
        var rows = OracleRows.Make(shape, count);
        foreach (var (blockSize, restart, checksum) in new[] { (4096, 16, ShardChecksum.Crc32c), (512, 4, ShardChecksum.XxHash3),
            (16 << 10, 1, ShardChecksum.Crc32c) })
        {
            var theirPath = folder.File("theirs.sst");
            var theirBytes = oracle.Write(rows, theirPath, $"block_size={blockSize}", $"restart_interval={restart}",
                checksum == ShardChecksum.Crc32c ? "checksum=crc32c" : "checksum=xxh3");
            var options = new SstOptions { BlockSizeBytes = blockSize, RestartInterval = restart, Checksum = checksum };
            var ours = SstWriting.Encode(options, rows, out var summary);
            var theirs = File.ReadAllBytes(theirPath);
            var tail = (int)summary.TailOffset;
            Assert.True(ours.AsSpan(0, tail).SequenceEqual(theirs.AsSpan(0, tail)), $"data blocks differ: {shape}, {blockSize}, {restart}");
            // Filter and index follow at once and are the same too; the properties differ in names and times.
            Footer.TryRead(ours, ours.Length, out var footer, out _);
            var same = (int)footer!.Index!.Value.EndWithTrailer;
            Assert.True(ours.AsSpan(0, same).SequenceEqual(theirs.AsSpan(0, same)),
                $"filter or index differ: {shape}, {blockSize}, {restart}");
            Assert.True(ours.Length <= theirBytes, $"{ours.Length} bytes, RocksDB's file has {theirBytes}");
        }
    }

    // RocksDB unpacks with a 16 KiB window; ours packs with 32 KiB, which it must bear because it unpacks in one piece.
    [Fact]
    public void Scan_ZlibReachingFartherThanRocksDbsWindow_ReturnsExactlyTheRows()
    {
        var oracle = RocksOracle.Require();
        using var folder = new OracleFolder();
        var random = new Random(41);
        var values = Enumerable.Range(0, 25).Select(_ => new byte[1_000]).ToArray();
        foreach (var value in values)
            random.NextBytes(value);
        var rows = Enumerable.Range(0, 500).Select(i => new OracleRow([(byte)(i >> 8), (byte)i], values[i % 25])).ToList();
        var path = folder.File("far.sst");
        File.WriteAllBytes(path, SstWriting.Encode(new SstOptions { BlockSizeBytes = 256 << 10, Compression = ShardCompression.Zlib },
            rows));
        Assert.True(new FileInfo(path).Length < 100_000, "the far matches are used");
        SstWriting.AssertSameRows(rows, oracle.Scan(path), "far matches");
    }

    [Theory]
    [InlineData(ShardCompression.Lz4, "lz4")]
    [InlineData(ShardCompression.Zlib, "zlib")]
    [InlineData(ShardCompression.Zstd, "zstd")]
    public void Finish_Packed_IsAsSmallAsRocksDbs(ShardCompression compression, string theirName)
    {
        var oracle = RocksOracle.Require();
        using var folder = new OracleFolder();
        foreach (var shape in new[] { "eight_byte", "user", "dense" })
        {
            var rows = OracleRows.Make(shape, 30_000);
            var theirBytes = oracle.Write(rows, folder.File("theirs.sst"), $"compression={theirName}");
            var ourBytes = SstWriting.Encode(new SstOptions { Compression = compression }, rows).Length;
            Assert.True(ourBytes <= theirBytes * 1.01, $"{shape}: {ourBytes} bytes, RocksDB's file has {theirBytes}");
        }
    }
}
