using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;

namespace ShardyFusion.Core.Tests.Formats.Values;

public class ValueDecoderTests
{
    [Fact]
    public void Decode_ByEncoding_GivesBackWhatWasWritten()
    {
        var bytes = "é"u8.ToArray();
        Assert.Same(bytes, ValueDecoder.Decode(bytes, ValueEncoding.Raw));
        Assert.Same(bytes, ValueDecoder.Decode(bytes, null));
        Assert.Equal("é", ValueDecoder.Decode(bytes, ValueEncoding.Utf8));
        Assert.Equal("[1]", ValueDecoder.Decode("[1]"u8.ToArray(), ValueEncoding.Json));
        Assert.Equal("null", ValueDecoder.Decode([], ValueEncoding.Json));
        Assert.Equal("", ValueDecoder.Decode([], ValueEncoding.Utf8));
    }

    [Fact]
    public void Decode_BytesThatAreNoText_ComeBackAsTheyAre()
    {
        byte[] bytes = [0xff, 0xfe];
        Assert.Same(bytes, ValueDecoder.Decode(bytes, ValueEncoding.Utf8));
    }
}
