using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ZstdSharp;

namespace ShardyFusion.Shards.SlateDb.Format;

/// <summary>Unpacks Zstandard frames. The library is loaded with the first one.</summary>
static class ZstdFrame
{
    const uint Magic = 0xFD2FB528;
    const int MagicBytes = 4, BlockHeadBytes = 3, MaxBlockBytes = 128 << 10;

    [ThreadStatic] static Decompressor? decompressor;

    /// <summary>Unpacks one frame.</summary>
    /// <returns>Null when the bytes are no frame, or more than one.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static byte[]? Unpack(ReadOnlySpan<byte> frame)
    {
        // Room is made for what the frame's blocks can hold, never for what a head claims.
        if (MostBytes(frame) is not ({ } most and <= int.MaxValue / 2))
            return null;
        var buffer = ArrayPool<byte>.Shared.Rent((int)most);
        try
        {
            var count = (decompressor ??= new Decompressor()).Unwrap(frame, buffer);
            return buffer.AsSpan(0, count).ToArray();
        }
        catch (ZstdException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // The bytes that the blocks of the one frame can stand for, as their heads say; null when they do not fill the bytes exactly.
    static long? MostBytes(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < MagicBytes + 1 || BinaryPrimitives.ReadUInt32LittleEndian(frame) != Magic)
            return null;
        var descriptor = frame[MagicBytes];
        var isSingleSegment = (descriptor & 0x20) != 0;
        var sizeBytes = (descriptor >> 6) switch { 0 => isSingleSegment ? 1 : 0, 1 => 2, 2 => 4, _ => 8 };
        var dictionaryBytes = (descriptor & 3) switch { 3 => 4, var bytes => bytes };
        var headBytes = MagicBytes + 1 + (isSingleSegment ? 0 : 1) + dictionaryBytes + sizeBytes;
        if (frame.Length < headBytes)
            return null;
        frame = frame[headBytes..];
        long most = 0;
        for (var isLast = false; !isLast;)
        {
            if (frame.Length < BlockHeadBytes)
                return null;
            var head = frame[0] | frame[1] << 8 | frame[2] << 16;
            isLast = (head & 1) != 0;
            var (kind, size) = ((head >> 1) & 3, head >> 3);
            // 0 as it is, 1 one byte repeated, 2 packed.
            var storedBytes = BlockHeadBytes + (kind == 1 ? 1 : size);
            if (kind == 3 || size > MaxBlockBytes || frame.Length < storedBytes)
                return null;
            most += kind == 2 ? MaxBlockBytes : size;
            frame = frame[storedBytes..];
        }
        return frame.Length == ((descriptor & 4) != 0 ? sizeof(uint) : 0) ? most : null;
    }
}
