using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Core.Tests.Shards.Sst.Format;

public class VarintTests
{
    [Fact]
    public void Write_EdgesOfEveryLength_ReadBackAlike()
    {
        var buffer = new byte[Varint.MaxLength64];
        for (var bits = 0; bits <= 64; bits++)
        {
            foreach (var value in new[] { bits == 64 ? ulong.MaxValue : (1UL << bits) - 1, bits == 64 ? ulong.MaxValue : 1UL << bits })
            {
                var length = Varint.Write(buffer, value);
                Assert.Equal(Varint.Length(value), length);
                Assert.True(Varint.TryRead64(buffer, out var read, out var readLength));
                Assert.Equal((value, length), (read, readLength));
                Assert.False(Varint.TryRead64(buffer.AsSpan(0, length - 1), out _, out _));
                Assert.Equal(value <= uint.MaxValue, Varint.TryRead32(buffer.AsSpan(0, length), out var narrow, out _) && narrow == value);
            }
        }
    }

    [Fact]
    public void TryRead64_ElevenBytesOrTooManyBits_Refuses()
    {
        Assert.False(Varint.TryRead64([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02], out _, out _));
        Assert.False(Varint.TryRead64([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], out _, out _));
        Assert.False(Varint.TryRead32([], out _, out _));
    }

    [Theory]
    [InlineData(0, 0UL)]
    [InlineData(-1, 1UL)]
    [InlineData(1, 2UL)]
    [InlineData(long.MinValue, ulong.MaxValue)]
    public void ZigZag_Value_RoundTrips(long value, ulong coded)
    {
        Assert.Equal(coded, Varint.ZigZag(value));
        Assert.Equal(value, Varint.UnZigZag(coded));
    }

    [Fact]
    public void TryRead_HandleBeyondTheLimit_Refuses()
    {
        var buffer = new byte[BlockHandle.MaxEncodedLength];
        var length = new BlockHandle(long.MaxValue, 1).Write(buffer);
        Assert.False(BlockHandle.TryRead(buffer.AsSpan(0, length), out _, out _));
        length = new BlockHandle(1L << 61, 12).Write(buffer);
        Assert.True(BlockHandle.TryRead(buffer.AsSpan(0, length), out var handle, out var read));
        Assert.Equal((new BlockHandle(1L << 61, 12), length), (handle, read));
    }
}
