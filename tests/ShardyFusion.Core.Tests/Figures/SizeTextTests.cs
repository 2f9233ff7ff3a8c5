using ShardyFusion.Figures;

namespace ShardyFusion.Core.Tests.Figures;

public sealed class SizeTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("64M", 64L << 20)]
    [InlineData("64MB", 64L << 20)]
    [InlineData("64 mib", 64L << 20)]
    [InlineData("1.5GiB", 3L << 29)]
    [InlineData(".5k", 512)]
    [InlineData("7B", 7)]
    [InlineData(" 1 TB ", 1L << 40)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("8388607TiB", 8388607L << 40)]
    public void TryParse_Size_GivesBytes(string text, long bytes)
    {
        Assert.True(SizeText.TryParse(text, out var parsed, out var fault), fault);
        Assert.Equal(bytes, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MB")]
    [InlineData("iB")]
    [InlineData("7iB")]
    [InlineData("-1MB")]
    [InlineData("1,5GB")]
    [InlineData("1,500")]
    [InlineData("1 PB")]
    [InlineData("1MBB")]
    [InlineData("NaN")]
    [InlineData("64MBM")]
    public void TryParse_NoSize_IsRefused(string text)
    {
        Assert.False(SizeText.TryParse(text, out _, out var fault));
        Assert.Equal($"'{text}' is not a size. Use bytes, or 64KiB, 512MiB, 20GiB.", fault);
    }

    [Theory]
    [InlineData("9223372036854775808")]
    [InlineData("8388608TB")]
    [InlineData("9223372036854775807KB")]
    [InlineData("99999999999999999999999999999999")]
    [InlineData("79228162514264337593543950335T")]
    public void TryParse_TooLarge_IsSaid(string text)
    {
        Assert.False(SizeText.TryParse(text, out _, out var fault));
        Assert.Contains("too large", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void TryParse_ReadableText_IsReadAgain()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 10_000; i++)
        {
            var bytes = random.NextInt64() >> random.Next(63);
            var text = ReadableText.Bytes(bytes);
            Assert.True(SizeText.TryParse(text, out var parsed, out var fault), fault);
            Assert.InRange(parsed, bytes * .9, bytes * 1.1);
        }
    }

    [Theory]
    [InlineData(1023L, "1023 B")]
    [InlineData(1024L, "1.0 KiB")]
    [InlineData(1024L * 1024 - 1, "1.0 MiB")]
    [InlineData(3L << 29, "1.5 GiB")]
    [InlineData(long.MaxValue, "8388608.0 TiB")]
    [InlineData(null, "")]
    public void ReadableText_Bytes_IsInPowersOf1024(long? bytes, string text) => Assert.Equal(text, ReadableText.Bytes(bytes));
}
