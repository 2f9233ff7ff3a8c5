using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Core.Tests.Shards.Sst.Format;

public class FooterTests
{
    static readonly Footer Valid = new(5, ChecksumType.XxHash3, new BlockHandle(900, 50), new BlockHandle(300, 400), 0);

    static byte[] Encoded(Footer footer)
    {
        var bytes = new byte[Footer.Size];
        footer.Write(bytes);
        return bytes;
    }

    [Fact]
    public void Write_Version5_ReadsBackAlike()
    {
        Assert.True(Footer.TryRead(Encoded(Valid), 1_008, out var footer, out var fault), fault);
        Assert.Equal(Valid, footer);
    }

    [Theory]
    [InlineData(0, 9, "checksum type")]
    [InlineData(41, 8, "format version 8")]
    [InlineData(41, 7, "extended magic number")]
    [InlineData(41, 1, "format version 1")]
    [InlineData(52, 0, "last eight bytes")]
    [InlineData(1, 0xFF, "outside the file")]
    public void TryRead_OneWrongByte_SaysWhatIsWrong(int at, byte value, string expected)
    {
        var bytes = Encoded(Valid);
        bytes[at] = value;
        Assert.False(Footer.TryRead(bytes, 1_008, out _, out var fault));
        Assert.Contains(expected, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_ShortFile_SaysHowShort()
    {
        Assert.False(Footer.TryRead(new byte[52], 52, out _, out var fault));
        Assert.Contains("52", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_RandomBytes_NeverThrows()
    {
        var random = new Random(3);
        var bytes = Encoded(Valid);
        for (var i = 0; i < 20_000; i++)
        {
            var copy = (byte[])bytes.Clone();
            for (var flips = random.Next(1, 6); flips > 0; flips--)
                copy[random.Next(45)] = (byte)random.Next(256);
            if (Footer.TryRead(copy, 1_008, out var footer, out _))
                Assert.True(footer!.Metaindex.EndWithTrailer <= 1_008 - Footer.Size);
        }
    }
}
