using ShardyFusion.Core.Tests.Oracle;
using ShardyFusion.Core.Tests.Shards.Sst.Fuzz;
using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Core.Tests.Shards.Sst.Reading;

/// <summary>Damaged, truncated, spliced and foreign files: the right answer or <see cref="ShardCorruptException"/>, nothing else.</summary>
public class DamageTests
{
    public static TheoryData<string> Names() => [.. GoldenTables.Readable, "ours-plain", "ours-lz4"];

    // RocksDB's golden tables, and two of ours with the same rows.
    static byte[] Table(string name) => name switch
    {
        "ours-plain" => SstWriting.Encode(new SstOptions { BlockSizeBytes = 256 }, GoldenTables.Rows),
        "ours-lz4" => SstWriting.Encode(
            new SstOptions
            {
                BlockSizeBytes = 512,
                RestartInterval = 4,
                Compression = ShardCompression.Lz4,
                Checksum = ShardChecksum.XxHash3
            }, GoldenTables.Rows),
        _ => GoldenTables.Read(name),
    };

    // Every row, but of the absent keys only a few: most of the time goes into the exceptions of refused reads.
    static readonly List<byte[]> FewAbsent = [.. GoldenTables.Absent.Where((_, i) => i % 9 == 0)];

    // Without checksums no reader can tell a changed value from a right one.
    static DamageProbe ProbeFor(string name) => name.Contains("-none", StringComparison.Ordinal)
        ? DamageProbe.Lenient(GoldenTables.Rows, FewAbsent)
        : DamageProbe.Strict(GoldenTables.Rows, FewAbsent);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Read_TruncatedAnywhere_IsRefused(string name)
    {
        using var folder = new OracleFolder();
        var path = folder.File("cut.sst");
        var file = Table(name);
        await File.WriteAllBytesAsync(path, file, TestContext.Current.CancellationToken);
        for (var length = file.Length - 1; length >= 0; length--)
        {
            using (var stream = File.OpenWrite(path))
                stream.SetLength(length);
            Assert.Throws<ShardCorruptException>(() => MappedShard.Open(path, SstReadOptions.Default).Dispose());
            await Assert.ThrowsAsync<ShardCorruptException>(() =>
                RemoteShard.OpenAsync(new MemorySource(file[..length]), null, length, new BlockCache(0),
                    TestContext.Current.CancellationToken));
            // The manifest promises the whole file, the store has less.
            await Assert.ThrowsAsync<ShardCorruptException>(() =>
                RemoteShard.OpenAsync(new MemorySource(file[..length]), null, file.Length, new BlockCache(0),
                    TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Read_AnyByteFlipped_IsRightOrRefused(string name)
    {
        using var folder = new OracleFolder();
        var path = folder.File("flipped.sst");
        var file = Table(name);
        await File.WriteAllBytesAsync(path, file, TestContext.Current.CancellationToken);
        var probe = ProbeFor(name);
        for (var at = 0; at < file.Length; at++)
        {
            var original = file[at];
            foreach (var mask in new[] { 1 << (at % 8), 0xFF })
            {
                file[at] = (byte)(original ^ mask);
                WriteByte(path, at, file[at]);
                var what = $"{name} byte {at} ^ {mask:x2}";
                probe.CheckMapped(path, file.Length, what);
                if (at % 3 == 0 && mask != 0xFF)
                    await probe.CheckRemoteAsync(file, null, what);
            }
            file[at] = original;
            WriteByte(path, at, original);
        }
        Assert.True(probe.Refused > file.Length, $"{probe.Refused} reads refused");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Read_AnyByteOfABlockChangedUnderARightChecksum_FailsCleanly(string name)
    {
        using var folder = new OracleFolder();
        var path = folder.File("lying.sst");
        var original = Table(name);
        var blocks = new TableBlocks(original);
        var probe = DamageProbe.Lenient(GoldenTables.Rows, FewAbsent);
        byte[] values = [0x00, 0x01, 0x7F, 0x80, 0xFF];
        var file = (byte[])original.Clone();
        foreach (var block in blocks.All)
            for (var at = (int)block.Offset; at < block.Offset + block.Length - 4; at++)
            {
                file[at] = values[at % values.Length] == original[at] ? (byte)~original[at] : values[at % values.Length];
                blocks.FixChecksum(file, block);
                await File.WriteAllBytesAsync(path, file, TestContext.Current.CancellationToken);
                var what = $"{name} byte {at} = {file[at]:x2} below a right checksum";
                probe.CheckMapped(path, file.Length, what);
                if (at % 3 == 0)
                    await probe.CheckRemoteAsync(file, null, what);
                original.AsSpan((int)block.Offset, block.Length).CopyTo(file.AsSpan((int)block.Offset));
            }
        Assert.True(probe.Refused > 100, $"{probe.Refused} reads refused");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Read_AnyLengthLies_FailsCleanly(string name)
    {
        const int Seed = 91, LiesEach = 3;
        using var folder = new OracleFolder();
        var path = folder.File("lying.sst");
        var original = Table(name);
        var blocks = new TableBlocks(original);
        var random = new Random(Seed);
        var probe = DamageProbe.Lenient([.. GoldenTables.Rows.Where((_, i) => i % 9 == 0)], FewAbsent);
        var fields = TableLies.Fields(original, blocks);
        Assert.True(fields.Count > 100, $"{fields.Count} numbers");
        foreach (var field in fields.SelectMany(field => Enumerable.Repeat(field, LiesEach)))
        {
            var file = (byte[])original.Clone();
            var lie = TableLies.Lie(file, field, random);
            TableLies.Tell(file, blocks, field, lie);
            await File.WriteAllBytesAsync(path, file, TestContext.Current.CancellationToken);
            var what = $"{name} {field} = {lie} (seed {Seed})";
            probe.CheckMapped(path, file.Length, what);
            await probe.CheckRemoteAsync(file, null, what);
        }
        Assert.True(probe.Refused > fields.Count, $"{probe.Refused} reads refused");
    }

    [Theory]
    [InlineData(ShardCompression.Lz4, 250)]
    [InlineData(ShardCompression.Zlib, 1_000)]
    [InlineData(ShardCompression.Zstd, 20_000)]
    public async Task Read_LargePackedBlockLiesAboutItsRawSize_AllocatesLittle(ShardCompression compression, int ratio)
    {
        using var folder = new OracleFolder();
        var path = folder.File("lying.sst");
        // Half of each value packs well, so that blocks are packed and still large.
        var rows = OracleRows.Make("user", 2_000);
        var file = SstWriting.Encode(new SstOptions { Compression = compression, BlockSizeBytes = 128 << 10 }, rows);
        var blocks = new TableBlocks(file);
        var field = TableLies.Fields(file, blocks).First(field => field.Block == 0);
        TableLies.Tell(file, blocks, field, (ulong)((field.End - field.At) * ratio));
        await File.WriteAllBytesAsync(path, file, TestContext.Current.CancellationToken);
        var probe = DamageProbe.Lenient(rows[..1], []);
        probe.CheckMapped(path, file.Length, $"{compression}");
        await probe.CheckRemoteAsync(file, null, $"{compression}");
        Assert.True(probe.Refused >= 2, $"{probe.Refused} reads refused");
    }

    [Fact]
    public async Task Read_BlocksSwapped_IsRightOrRefused()
    {
        using var folder = new OracleFolder();
        var path = folder.File("swapped.sst");
        var rows = OracleRows.Make("dense", 400);
        var file = SstWriting.Encode(new SstOptions { BlockSizeBytes = 512 }, rows);
        var blocks = new TableBlocks(file);
        var probe = DamageProbe.Strict(rows, OracleRows.Absent(rows, 50));
        var swaps = 0;
        for (var a = 0; a < blocks.DataCount; a++)
            for (var b = a + 1; b < blocks.DataCount && b < a + 4; b++)
            {
                if (blocks.All[a].Length != blocks.All[b].Length)
                    continue;
                var spliced = (byte[])file.Clone();
                Copy(file, blocks.All[a], spliced, blocks.All[b].Offset);
                Copy(file, blocks.All[b], spliced, blocks.All[a].Offset);
                await File.WriteAllBytesAsync(path, spliced, TestContext.Current.CancellationToken);
                probe.CheckMapped(path, spliced.Length, $"blocks {a} and {b} swapped");
                await probe.CheckRemoteAsync(spliced, null, $"blocks {a} and {b} swapped");
                swaps++;
            }
        Assert.True(swaps > 20, $"{swaps} swaps");
        Assert.True(probe.Refused >= 2 * swaps, $"{probe.Refused} reads refused");
    }

    [Fact]
    public async Task Read_TailOfAnotherFile_IsRightOrRefused()
    {
        using var folder = new OracleFolder();
        var path = folder.File("spliced.sst");
        var rows = OracleRows.Make("user", 500);
        var others = OracleRows.Make("user", 500, seed: 2);
        var file = SstWriting.Encode(new SstOptions { BlockSizeBytes = 512 }, rows);
        var other = SstWriting.Encode(new SstOptions { BlockSizeBytes = 512 }, others);
        foreach (var cut in new TableBlocks(file).All.Select(block => (int)block.Offset))
        {
            byte[] spliced = [.. file.AsSpan(0, cut), .. other.AsSpan(Math.Min(cut, other.Length))];
            await File.WriteAllBytesAsync(path, spliced, TestContext.Current.CancellationToken);
            // Right means: as one of the two files says; the tail that is there is the other's.
            var probe = DamageProbe.Lenient(others, []);
            probe.CheckMapped(path, spliced.Length, $"spliced at {cut}");
            await probe.CheckRemoteAsync(spliced, null, $"spliced at {cut}");
        }
    }

    [Theory]
    [InlineData(ShardCompression.None)]
    [InlineData(ShardCompression.Lz4)]
    [InlineData(ShardCompression.Zlib)]
    [InlineData(ShardCompression.Zstd)]
    public void Open_LargeFileWithLyingLengths_AllocatesLittle(ShardCompression compression)
    {
        const int Seed = 5;
        using var folder = new OracleFolder();
        var path = folder.File("lying.sst");
        var random = new Random(Seed);
        var rows = OracleRows.Make("user", 20_000);
        var original = SstWriting.Encode(new SstOptions { Compression = compression }, rows);
        var blocks = new TableBlocks(original);
        // Few lookups: the allocations of opening are what matters here.
        var probe = DamageProbe.Lenient(rows[..5], []);
        foreach (var block in blocks.All.Skip(blocks.DataCount - 1))
            for (var round = 0; round < 30; round++)
            {
                var file = (byte[])original.Clone();
                file.AsSpan((int)block.Offset + random.Next(block.Length - 9), random.Next(1, 5)).Fill(0xFF);
                blocks.FixChecksum(file, block);
                File.WriteAllBytes(path, file);
                // DamageProbe compares the allocations with the file's size.
                probe.CheckMapped(path, file.Length, $"{compression}, block at {block.Offset}, round {round}, seed {Seed}");
            }
        Assert.True(probe.Refused > 10, $"{probe.Refused} reads refused");
    }

    [Fact]
    public async Task Read_RandomBytes_IsRefused()
    {
        const int Seed = 77;
        using var folder = new OracleFolder();
        var path = folder.File("random.sst");
        var random = new Random(Seed);
        var footer = GoldenTables.Read("v5-bloom-xxh3.sst")[^53..];
        for (var round = 0; round < 500; round++)
        {
            var file = new byte[random.Next(1, 4096)];
            random.NextBytes(file);
            if (round % 2 == 1)
                file = [.. file, .. footer];
            await File.WriteAllBytesAsync(path, file, TestContext.Current.CancellationToken);
            Assert.Throws<ShardCorruptException>(() => MappedShard.Open(path, SstReadOptions.Default).Dispose());
            await Assert.ThrowsAsync<ShardCorruptException>(() =>
                RemoteShard.OpenAsync(new MemorySource(file), null, file.Length, new BlockCache(0), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void Open_SqliteFile_IsRefusedByItsMagicNumber()
    {
        using var folder = new OracleFolder();
        var path = folder.File("other.db");
        File.WriteAllBytes(path, [.. "SQLite format 3\0"u8, .. new byte[4080]]);
        var error = Assert.Throws<ShardCorruptException>(() => MappedShard.Open(path, SstReadOptions.Default));
        Assert.Contains("not those of a RocksDB block-based table", error.Message, StringComparison.Ordinal);
    }

    static void Copy(byte[] from, (long Offset, int Length) block, byte[] to, long offset) =>
        from.AsSpan((int)block.Offset, block.Length).CopyTo(to.AsSpan((int)offset));

    static void WriteByte(string path, int at, byte value)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        stream.Position = at;
        stream.WriteByte(value);
    }
}
