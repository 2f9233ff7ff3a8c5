using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Core.Tests.Shards.Sst.Format;

public class BlockTrailerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Verify_AnyFlippedBit_SaysNo(byte type)
    {
        var block = new byte[300 + BlockTrailer.Size];
        new Random(21).NextBytes(block);
        BlockTrailer.Write((ChecksumType)type, block, CompressionType.Lz4);
        Assert.Equal((byte)CompressionType.Lz4, block[300]);
        Assert.True(BlockTrailer.Verify((ChecksumType)type, block));
        for (var bit = 0; bit < block.Length * 8; bit++)
        {
            block[bit >> 3] ^= (byte)(1 << (bit & 7));
            Assert.False(BlockTrailer.Verify((ChecksumType)type, block), $"bit {bit}");
            block[bit >> 3] ^= (byte)(1 << (bit & 7));
        }
    }

    [Fact]
    public void Verify_NoChecksums_WantsZeros()
    {
        Assert.True(BlockTrailer.Verify(ChecksumType.None, [1, 2, 0, 0, 0, 0]));
        Assert.False(BlockTrailer.Verify(ChecksumType.None, [1, 2, 3, 4, 5, 6]));
        Assert.False(BlockTrailer.Verify(ChecksumType.None, [1, 2, 3, 4]));
    }

    [Theory]
    [InlineData(0u, 12345L, 0u)]
    [InlineData(0x11223344u, 0L, 0x11223344u)]
    [InlineData(0x11223344u, 0x1_0000_0000L, 0x11223345u)]
    [InlineData(0x11223344u, 0x1_0000_00FFL, 0x11223244u)]
    public void ContextModifier_OffsetAndBase_MixBothHalves(uint baseContext, long offset, uint expected) =>
        Assert.Equal(expected, BlockTrailer.ContextModifier(baseContext, offset));
}
