using ShardyFusion.Cmdlets.Parameters;

namespace ShardyFusion.Module.Tests;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("64MB", 64L << 20)]
    [InlineData("64 mib", 64L << 20)]
    [InlineData("1.5GB", 3L << 29)]
    [InlineData("2k", 2048)]
    [InlineData("7B", 7)]
    [InlineData(" 1 TB ", 1L << 40)]
    public void TryParse_Size_GivesBytes(string text, long bytes)
    {
        Assert.True(ByteSizeAttribute.TryParse(text, out var parsed));
        Assert.Equal(bytes, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MB")]
    [InlineData("-1MB")]
    [InlineData("1,5GB")]
    [InlineData("1 PB")]
    [InlineData("9223372036854775807KB")]
    [InlineData("99999999999999999999999999999999")]
    public void TryParse_NoSize_IsRefused(string text) => Assert.False(ByteSizeAttribute.TryParse(text, out _));
}
