using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Core.Tests.Shards.Sst.Format;

public class BlockCompressionTests
{
    static IEnumerable<byte[]> Inputs()
    {
        var random = new Random(31);
        for (var length = 0; length < 300; length++)
            yield return Half(random, length);
        foreach (var length in new[] { 1_000, 4_096, 65_535, 65_536, 65_537, 200_000 })
        {
            yield return new byte[length];
            yield return Half(random, length);
            yield return Enumerable.Range(0, length).Select(i => (byte)(i % 7)).ToArray();
            yield return Enumerable.Range(0, length)
                .Select(i => (byte)"the quick brown fox jumps over the lazy dog, "[(int)((long)i * i / 97 % 45)]).ToArray();
        }
    }

    static byte[] Half(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes.AsSpan(0, length / 2));
        return bytes;
    }

    [Fact]
    public void TryCompress_Lz4_RoundTripsThroughBothDecoders()
    {
        var table = new Lz4Block.Table();
        foreach (var raw in Inputs())
        {
            var packed = new byte[raw.Length + raw.Length / 128 + 64];
            Assert.True(Lz4Block.TryCompress(raw, packed, table, out var written));
            var unpacked = new byte[raw.Length];
            Assert.True(BlockCompression.TryDecompress(CompressionType.Lz4, packed.AsSpan(0, written), unpacked), $"{raw.Length} bytes");
            Assert.Equal(raw, unpacked);
            Assert.Equal(raw, PlainLz4(packed.AsSpan(0, written)));
        }
    }

    [Fact]
    public void TryReadRawSize_LargerThanIsBelieved_IsCounted()
    {
        var raw = new byte[3 << 20];
        Half(new Random(34), 100_000).CopyTo(raw.AsSpan());
        var packed = new byte[raw.Length];
        Assert.True(Lz4Block.TryCompress(raw, packed, new Lz4Block.Table(), out var written));
        using var deflated = new MemoryStream(new byte[raw.Length]);
        Assert.True(ZlibBlock.TryCompress(raw, 0, raw.Length, deflated));
        // Snappy: a literal, then references of 64 bytes to the byte before.
        byte[] snappy = [0, 7, .. Enumerable.Repeat<byte[]>([(63 << 2) | 2, 1, 0], (raw.Length - 1) / 64).SelectMany(part => part)];
        using var zstd = new ZstdPacker();
        var frame = new byte[raw.Length];
        Assert.True(zstd.TryCompress(raw, frame, out var frameBytes));
        var inputs = new[]
        {
            (CompressionType.Zstd, frame[..frameBytes], raw.Length),
            (CompressionType.Lz4, packed[..written], raw.Length), (CompressionType.Zlib, deflated.ToArray()[..(int)deflated.Position],
                raw.Length),
            (CompressionType.Snappy, snappy, 1 + (raw.Length - 1) / 64 * 64),
        };
        foreach (var (type, bytes, length) in inputs)
        {
            foreach (var claimed in new[] { length - 1, length, length + 1 })
            {
                var size = new byte[Varint.MaxLength32];
                byte[] stored = [.. size.AsSpan(0, Varint.Write(size, (ulong)claimed)), .. bytes];
                var isRead = BlockCompression.TryReadRawSize(type, stored, out var rawBytes, out var headerBytes, out var fault);
                Assert.True(isRead == (claimed == length), $"{type} {claimed - length}: {fault}");
                Assert.True(!isRead || BlockCompression.TryDecompress(type, stored.AsSpan(headerBytes), new byte[rawBytes]), $"{type}");
            }
            // Deflate's last bytes hold no data, only its end.
            for (var cut = 16; cut < 100; cut++)
            {
                var size = new byte[Varint.MaxLength32];
                byte[] stored = [.. size.AsSpan(0, Varint.Write(size, (ulong)length)), .. bytes.AsSpan(0, bytes.Length - cut)];
                Assert.False(BlockCompression.TryReadRawSize(type, stored, out _, out _, out _), $"{type} cut by {cut}");
            }
        }
    }

    [Fact]
    public void TryCompress_Lz4_DependsOnTheBlockAlone()
    {
        var raw = Half(new Random(32), 5_000);
        var used = new Lz4Block.Table();
        byte[] first = new byte[6_000], again = new byte[6_000];
        Lz4Block.TryCompress(raw, first, used, out var length);
        for (var i = 0; i < 50; i++)
        {
            Lz4Block.TryCompress(Half(new Random(i), 70_000), new byte[80_000], used, out _);
            Lz4Block.TryCompress(raw, again, used, out var againLength);
            Assert.Equal(first.AsSpan(0, length), again.AsSpan(0, againLength));
        }
    }

    [Fact]
    public void TryCompress_Zstd_RoundTripsAndDependsOnTheBlockAlone()
    {
        using var used = new ZstdPacker();
        foreach (var raw in Inputs())
        {
            using var fresh = new ZstdPacker();
            byte[] packed = new byte[raw.Length + raw.Length / 128 + 64], again = new byte[packed.Length];
            Assert.True(used.TryCompress(raw, packed, out var written));
            Assert.True(fresh.TryCompress(raw, again, out var againWritten));
            Assert.Equal(packed.AsSpan(0, written), again.AsSpan(0, againWritten));
            Assert.False(used.TryCompress(raw, again.AsSpan(0, written - 1), out _));
            var unpacked = new byte[raw.Length];
            Assert.True(BlockCompression.TryDecompress(CompressionType.Zstd, packed.AsSpan(0, written), unpacked), $"{raw.Length} bytes");
            Assert.Equal(raw, unpacked);
            Assert.False(BlockCompression.TryDecompress(CompressionType.Zstd, packed.AsSpan(0, written), new byte[raw.Length + 1]));
            if (raw.Length > 0)
                Assert.False(BlockCompression.TryDecompress(CompressionType.Zstd, packed.AsSpan(0, written), new byte[raw.Length - 1]));
        }
    }

    [Fact]
    public void TryCompress_Lz4TooLittleRoom_SaysSoAndStaysInside()
    {
        var raw = Half(new Random(33), 3_000);
        var table = new Lz4Block.Table();
        var packed = new byte[4_000];
        Assert.True(Lz4Block.TryCompress(raw, packed, table, out var needed));
        for (var room = 0; room < needed; room++)
        {
            packed.AsSpan().Fill(0xEE);
            Assert.False(Lz4Block.TryCompress(raw, packed.AsSpan(0, room), table, out _));
            Assert.Equal(-1, packed.AsSpan(room).IndexOfAnyExcept((byte)0xEE));
        }
    }

    [Fact]
    public void TryCompress_Zlib_RoundTrips()
    {
        foreach (var raw in Inputs().Where(raw => raw.Length > 0 && raw.Length % 10 == 0))
        {
            var packed = new byte[raw.Length + raw.Length / 8 + 64];
            using var stream = new MemoryStream(packed);
            Assert.True(ZlibBlock.TryCompress(raw, 0, raw.Length, stream));
            var unpacked = new byte[raw.Length];
            Assert.True(BlockCompression.TryDecompress(CompressionType.Zlib, packed.AsSpan(0, (int)stream.Position), unpacked));
            Assert.Equal(raw, unpacked);
            Assert.False(BlockCompression.TryDecompress(CompressionType.Zlib, packed.AsSpan(0, (int)stream.Position),
                new byte[raw.Length - 1]));
            Assert.False(BlockCompression.TryDecompress(CompressionType.Zlib, packed.AsSpan(0, (int)stream.Position),
                new byte[raw.Length + 1]));
        }
    }

    [Fact]
    public void TryCompress_ZlibTooLittleRoom_SaysSo()
    {
        using var stream = new MemoryStream(new byte[40], 0, 40, writable: true);
        var raw = new byte[1_000];
        new Random(34).NextBytes(raw);
        Assert.False(ZlibBlock.TryCompress(raw, 0, raw.Length, stream));
    }

    // Literals, a one-byte-offset copy that overlaps itself, a two-byte and a four-byte copy, and the long literal forms.
    [Theory]
    [InlineData("08616263", "abc")]
    [InlineData("0461620902", "abababab")]
    [InlineData("086162630A0300", "abcabc")]
    [InlineData("086162630B03000000", "abcabc")]
    [InlineData("F002616263", "abc")]
    [InlineData("F40200616263", "abc")]
    public void TryDecompress_SnappyElements_GiveTheText(string hex, string expected)
    {
        var target = new byte[expected.Length];
        Assert.True(BlockCompression.TryDecompress(CompressionType.Snappy, Convert.FromHexString(hex), target), hex);
        Assert.Equal(expected, System.Text.Encoding.ASCII.GetString(target));
    }

    [Theory]
    [InlineData("0861")]
    [InlineData("F4")]
    [InlineData("1102")]
    [InlineData("08616263 0A0400")]
    [InlineData("08616263 0A0000")]
    [InlineData("08616263 FE030000")]
    public void TryDecompress_BadSnappy_SaysNo(string hex)
    {
        var target = new byte[6];
        Assert.False(BlockCompression.TryDecompress(CompressionType.Snappy,
            Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), target));
    }

    [Theory]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Zlib)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public void TryDecompress_DamagedBytes_NeverThrows(object kind)
    {
        var type = (CompressionType)kind;
        var random = new Random(35);
        var raw = Half(random, 700);
        var packed = new byte[2_000];
        int length;
        if (type == CompressionType.Zlib)
        {
            using var stream = new MemoryStream(packed);
            ZlibBlock.TryCompress(raw, 0, raw.Length, stream);
            length = (int)stream.Position;
        }
        else if (type == CompressionType.Zstd)
        {
            using var zstd = new ZstdPacker();
            zstd.TryCompress(raw, packed, out length);
        }
        else
        {
            // LZ4's bytes are as good as any to feed the Snappy decoder with.
            Lz4Block.TryCompress(raw, packed, new Lz4Block.Table(), out length);
        }
        var target = new byte[raw.Length];
        for (var i = 0; i < 30_000; i++)
        {
            var copy = packed.AsSpan(0, random.Next(length + 1)).ToArray();
            for (var flips = random.Next(4); flips > 0 && copy.Length > 0; flips--)
                copy[random.Next(copy.Length)] = (byte)random.Next(256);
            BlockCompression.TryDecompress(type, copy, target.AsSpan(0, random.Next(target.Length + 1)));
        }
    }

    [Theory]
    [InlineData(3, "0A00", "BZip2")]
    [InlineData(7, "FFFFFFFF0728B52FFD", "claims a raw size of 2147483647")]
    [InlineData(64, "0A00", "ZstdNotFinal")]
    [InlineData(9, "0A00", "unknown compression type 9")]
    [InlineData(4, "", "raw size")]
    [InlineData(4, "FFFFFFFF0F00", "claims a raw size of 4294967295")]
    [InlineData(1, "808004001122", "claims a raw size of 65536")]
    public void TryReadRawSize_Unbelievable_SaysWhy(byte type, string hex, string expected)
    {
        Assert.False(BlockCompression.TryReadRawSize((CompressionType)type, Convert.FromHexString(hex), out _, out _, out var fault));
        Assert.Contains(expected, fault, StringComparison.Ordinal);
    }

    // The format's rules and nothing else.
    static byte[] PlainLz4(ReadOnlySpan<byte> source)
    {
        var raw = new List<byte>();
        for (var at = 0; at < source.Length;)
        {
            var token = source[at++];
            var literals = Extended(source, token >> 4, ref at);
            raw.AddRange(source.Slice(at, literals));
            at += literals;
            if (at == source.Length)
                return [.. raw];
            var offset = source[at] | (source[at + 1] << 8);
            at += 2;
            for (var length = Extended(source, token & 15, ref at) + 4; length > 0; length--)
                raw.Add(raw[^offset]);
        }
        throw new InvalidDataException("no last literals");
    }

    static int Extended(ReadOnlySpan<byte> source, int length, ref int at)
    {
        if (length < 15)
            return length;
        byte more;
        do
        {
            more = source[at++];
            length += more;
        }
        while (more == 255);
        return length;
    }
}
