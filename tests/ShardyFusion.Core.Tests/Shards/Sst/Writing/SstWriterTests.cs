using System.Buffers.Binary;
using ShardyFusion.Core.Tests.Oracle;
using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Core.Tests.Shards.Sst.Writing;

public class SstWriterTests
{
    static byte[] Key(long number)
    {
        var key = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(key, number);
        return key;
    }

    [Theory]
    [InlineData("eight_byte", 5_000)]
    [InlineData("nested_prefixes", 3_000)]
    [InlineData("mixed", 1_000)]
    [InlineData("long_keys", 30)]
    public void Add_AnyRows_GivesTheDataBlocksOfThePlainEncoder(string shape, int count)
    {
        var rows = OracleRows.Make(shape, count, seed: 5);
        foreach (var options in new[] { new SstOptions(), new SstOptions { BlockSizeBytes = 300, RestartInterval = 3 } })
        {
            var file = SstWriting.Encode(options, rows, out var summary);
            Assert.Equal(PlainEncoder.DataBlocks(options, rows), file.AsSpan(0, (int)summary.TailOffset).ToArray());
        }
    }

    [Theory]
    [InlineData(ShardCompression.None)]
    [InlineData(ShardCompression.Lz4)]
    [InlineData(ShardCompression.Zstd)]
    public void DiscardPending_AtAnyRow_ChangesNothingInTheFile(ShardCompression compression)
    {
        var options = new SstOptions { Compression = compression };
        var rows = OracleRows.Make("user", 3_000);
        var whole = SstWriting.Encode(options, rows);
        var random = new Random(6);
        using var writer = new SstWriter(options);
        using var file = new MemoryStream();
        foreach (var row in rows)
        {
            writer.Add(row.Key, row.Value);
            if (random.Next(30) == 0)
            {
                file.Write(writer.Pending.Span);
                writer.DiscardPending();
                Assert.True(writer.Pending.IsEmpty);
            }
        }
        var summary = writer.Finish();
        file.Write(writer.Pending.Span);
        Assert.Equal(whole, file.ToArray());
        Assert.Equal(whole.Length, summary.FileBytes);
    }

    [Fact]
    public void Finish_Rows_SummarisesThem()
    {
        var rows = OracleRows.Make("mixed", 500);
        var file = SstWriting.Encode(new SstOptions(), rows, out var summary);
        Assert.Equal((rows.Count, file.Length), (summary.RowCount, summary.FileBytes));
        Assert.Equal(rows.Sum(row => (long)row.Key.Length), summary.RawKeyBytes);
        Assert.Equal(rows.Sum(row => (long)row.Value.Length), summary.RawValueBytes);
        Assert.Equal(rows[0].Key, summary.MinKey);
        Assert.Equal(rows[^1].Key, summary.MaxKey);
        Assert.True(Footer.TryRead(file, file.Length, out var footer, out var fault), fault);
        Assert.True(footer!.Index!.Value.Offset > summary.TailOffset && footer.Metaindex.Offset > summary.TailOffset);
        Assert.Equal(5, footer.FormatVersion);
    }

    [Fact]
    public void Finish_NoRows_GivesAFileWithAFooter()
    {
        var file = SstWriting.Encode(new SstOptions(), [], out var summary);
        Assert.Equal((0L, 0L, 0), (summary.RowCount, summary.TailOffset, summary.MinKey.Length));
        Assert.True(Footer.TryRead(file, file.Length, out _, out var fault), fault);
    }

    [Theory]
    [InlineData("0102", "0102", "0x0102 was added twice")]
    [InlineData("0102", "0101FF", "0x0101FF was added after 0x0102")]
    [InlineData("0102", "01", "0x01 was added after 0x0102")]
    [InlineData("0000000000000002", "0000000000000001", "0x0000000000000001 was added after 0x0000000000000002")]
    [InlineData("FF00000000000000", "0000000000000001", "ascending")]
    [InlineData("0000000000000002", "0000000000000002", "twice")]
    public void Add_KeyOutOfOrder_NamesBothKeys(string first, string second, string expected)
    {
        using var writer = new SstWriter(new SstOptions());
        writer.Add(Convert.FromHexString(first), []);
        var thrown = Assert.Throws<ShardyFusionException>(() => writer.Add(Convert.FromHexString(second), []));
        Assert.Equal(ErrorKind.ShardWrite, thrown.Kind);
        Assert.Contains(expected, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_UnusableKey_NamesItsLength()
    {
        using var writer = new SstWriter(new SstOptions());
        Assert.Contains("0 bytes", Assert.Throws<ShardyFusionException>(() => writer.Add([], [1])).Message, StringComparison.Ordinal);
        var tooLong = Assert.Throws<ShardyFusionException>(() => writer.Add(new byte[SstWriter.MaxKeyBytes + 1], [1]));
        Assert.Contains("65536 bytes", tooLong.Message, StringComparison.Ordinal);
        writer.Add(new byte[SstWriter.MaxKeyBytes], [1]);
    }

    [Fact]
    public void Add_AfterFinish_Throws()
    {
        using var writer = new SstWriter(new SstOptions());
        writer.Finish();
        Assert.ThrowsAny<InvalidOperationException>(() => writer.Add([1], [1]));
        Assert.ThrowsAny<InvalidOperationException>(() => writer.Finish());
    }

    [Fact]
    public void Add_ManyRows_AllocatesOnlyForIndexAndFilter()
    {
        using var writer = new SstWriter(new SstOptions());
        var value = new byte[100];
        var key = new byte[8];
        long before = 0;
        for (var i = 0; i < 200_000; i++)
        {
            if (i == 20_000)
                before = GC.GetAllocatedBytesForCurrentThread();
            BinaryPrimitives.WriteInt64BigEndian(key, i);
            writer.Add(key, value);
            if (writer.Pending.Length > 1 << 20)
                writer.DiscardPending();
        }
        // 8 bytes a key for the filter, about half a byte for the index, and what doubling wastes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000 * 20);
    }

    [Fact]
    public void Validate_SeveralFaults_NamesEach()
    {
        var options = new SstOptions
        {
            BlockSizeBytes = 1,
            RestartInterval = 0,
            BloomBitsPerKey = double.NaN,
            Compression = (ShardCompression)9,
            Checksum = (ShardChecksum)9,
        };
        Assert.Equal(5, options.Validate().Count);
        Assert.Equal(ErrorKind.ConfigValidation, Assert.Throws<ShardyFusionException>(() => new SstWriter(options)).Kind);
        Assert.Empty(new SstOptions().Validate());
    }

    [Theory]
    [InlineData("6161", "6363", "62")]
    [InlineData("6161", "62", "6162")]
    [InlineData("61FF61", "62", "61FF62")]
    [InlineData("61FFFF", "62", "61FFFF")]
    [InlineData("61", "6161", "61")]
    [InlineData("616161", "616300", "6162")]
    [InlineData("6161", "6200", "62")]
    public void ShortestSeparator_TwoKeys_LiesBetween(string start, string limit, string expected)
    {
        byte[] from = Convert.FromHexString(start), to = Convert.FromHexString(limit), target = new byte[from.Length];
        var length = IndexBuilder.ShortestSeparator(from, to, target);
        Assert.Equal(expected, Convert.ToHexString(target.AsSpan(0, length)));
        Assert.True(from.AsSpan().SequenceCompareTo(target.AsSpan(0, length)) <= 0);
        Assert.True(target.AsSpan(0, length).SequenceCompareTo(to) < 0);
    }

    [Fact]
    public void ShortestSeparator_RandomKeys_AlwaysLiesBetween()
    {
        var rows = OracleRows.Make("nested_prefixes", 3_000, seed: 8);
        for (var i = 1; i < rows.Count; i++)
        {
            var target = new byte[rows[i - 1].Key.Length];
            var separator = target.AsSpan(0, IndexBuilder.ShortestSeparator(rows[i - 1].Key, rows[i].Key, target));
            Assert.True(rows[i - 1].Key.AsSpan().SequenceCompareTo(separator) <= 0 && separator.SequenceCompareTo(rows[i].Key) < 0);
        }
    }
}
