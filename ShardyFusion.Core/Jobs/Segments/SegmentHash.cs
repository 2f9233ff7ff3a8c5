using System.Buffers.Binary;
using ShardyFusion.Hashing;

namespace ShardyFusion.Jobs.Segments;

/// <summary>Checks a run of bytes that comes in pieces: XXH3 of each 64 KiB, chained. Not thread-safe.</summary>
sealed class SegmentHash
{
    const int BlockBytes = 64 << 10;

    readonly byte[] block = new byte[BlockBytes];
    readonly byte[] chain = new byte[16];
    int filled;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (filled == 0 && bytes.Length >= BlockBytes)
            {
                Chain(bytes[..BlockBytes]);
                bytes = bytes[BlockBytes..];
                continue;
            }
            var part = bytes[..Math.Min(bytes.Length, BlockBytes - filled)];
            part.CopyTo(block.AsSpan(filled));
            filled += part.Length;
            bytes = bytes[part.Length..];
            if (filled == BlockBytes) Flush();
        }
    }

    /// <summary>The hash of all bytes since the last call.</summary>
    public ulong Finish()
    {
        if (filled > 0) Flush();
        var hash = BinaryPrimitives.ReadUInt64LittleEndian(chain);
        chain.AsSpan().Clear();
        return hash;
    }

    void Flush()
    {
        Chain(block.AsSpan(0, filled));
        filled = 0;
    }

    void Chain(ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(chain.AsSpan(8), XxHash3.Hash(bytes));
        BinaryPrimitives.WriteUInt64LittleEndian(chain, XxHash3.Hash(chain));
    }
}
