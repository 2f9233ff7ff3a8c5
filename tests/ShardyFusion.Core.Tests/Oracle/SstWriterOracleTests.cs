using ShardyFusion.Sst;

namespace ShardyFusion.Core.Tests.Oracle;

/// <summary>RocksDB must accept whatever we write, under every option, and use our filter.</summary>
public class SstWriterOracleTests
{
    public static TheoryData<string, int> ShapesAndSizes() => new()
    {
        { "eight_byte", 1 }, { "eight_byte", 2 }, { "eight_byte", 20_000 }, { "dense", 5_000 }, { "user", 5_000 },
        { "one_byte", 1 }, { "one_byte", 300 }, { "nested_prefixes", 4_000 }, { "long_keys", 60 }, { "empty_values", 3_000 },
        { "mixed", 3_000 }, { "large_value", 3 },
    };

    public static IEnumerable<SstOptions> EveryOption()
    {
        foreach (var compression in Enum.GetValues<ShardCompression>())
        {
            foreach (var checksum in Enum.GetValues<ShardChecksum>())
                yield return new SstOptions { Compression = compression, Checksum = checksum };
            yield return new SstOptions { Compression = compression, BlockSizeBytes = 512, RestartInterval = 1, BloomBitsPerKey = 0 };
            yield return new SstOptions { Compression = compression, BlockSizeBytes = 64 << 10, RestartInterval = 64, BloomBitsPerKey = 20 };
        }
        yield return new SstOptions { BloomBitsPerKey = 3, RestartInterval = 2 };
        yield return new SstOptions { BloomBitsPerKey = 100, BlockSizeBytes = 256 };
    }

    [Theory]
    [MemberData(nameof(ShapesAndSizes))]
    public void Scan_EveryOption_ReturnsExactlyTheRows(string shape, int count)
    {
        var oracle = RocksOracle.Require();
        using var folder = new OracleFolder();
        var rows = OracleRows.Make(shape, count);
        // 16 MiB values take long to pack and to check: once for each compression is enough.
        foreach (var options in EveryOption().Where(options => shape != "large_value" || (options.BlockSizeBytes == 4096 && options.Checksum == ShardChecksum.Crc32c)))
        {
            var path = folder.File("ours.sst");
            File.WriteAllBytes(path, SstWriting.Encode(options, rows));
            SstWriting.AssertSameRows(rows, oracle.Scan(path), $"{shape} {count} {options}");
        }
    }

    [Theory]
    [InlineData("eight_byte", ShardCompression.None)]
    [InlineData("user", ShardCompression.Lz4)]
    [InlineData("nested_prefixes", ShardCompression.Zlib)]
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
    [InlineData("eight_byte", 200_000, false)]
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
            var result = oracle.Ingest(path, rows, absent, $"write_global_seqno={(writeGlobalSequenceNumber ? 1 : 0)}", $"overlap={overlap}");
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
        foreach (var (blockSize, restart, checksum) in new[] { (4096, 16, ShardChecksum.Crc32c), (512, 4, ShardChecksum.XxHash3), (16 << 10, 1, ShardChecksum.Crc32c) })
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
            Assert.True(ours.AsSpan(0, same).SequenceEqual(theirs.AsSpan(0, same)), $"filter or index differ: {shape}, {blockSize}, {restart}");
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
        File.WriteAllBytes(path, SstWriting.Encode(new SstOptions { BlockSizeBytes = 256 << 10, Compression = ShardCompression.Zlib }, rows));
        Assert.True(new FileInfo(path).Length < 100_000, "the far matches are used");
        SstWriting.AssertSameRows(rows, oracle.Scan(path), "far matches");
    }

    [Theory]
    [InlineData(ShardCompression.Lz4, "lz4")]
    [InlineData(ShardCompression.Zlib, "zlib")]
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
