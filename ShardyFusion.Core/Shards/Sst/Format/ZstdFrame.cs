using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ZstdSharp;

namespace ShardyFusion.Shards.Sst.Format;

/// <summary>Unpacks Zstandard frames without dictionaries. The library is loaded with the first one.</summary>
static class ZstdFrame
{
    /// <summary>Most raw bytes a stored byte can stand for: a block of one repeated byte takes four.</summary>
    public const int MaxRatio = MaxBlockBytes / (BlockHeadBytes + 1);

    const uint Magic = 0xFD2FB528;
    const int MagicBytes = 4, BlockHeadBytes = 3, MaxBlockBytes = 128 << 10;

    [ThreadStatic] static Decompressor? decompressor;

    /// <summary>Counts the raw bytes of one frame.</summary>
    /// <param name="frame">Packed bytes, untrusted.</param>
    /// <param name="limit">Most that are counted, below 2^31.</param>
    /// <returns>Their number; -1 when the bytes are no frame, more than one, or stand for more than <paramref name="limit"/>.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static unsafe long Measure(ReadOnlySpan<byte> frame, long limit)
    {
        if (MostBytes(frame) is not { } most || most < limit)
            return -1;
        // The system gives such memory when it is written to: a size that is a lie costs no more than what the frame truly holds.
        var room = NativeMemory.Alloc((nuint)limit);
        try
        {
            return Unwrap(frame, new Span<byte>(room, (int)limit));
        }
        finally
        {
            NativeMemory.Free(room);
        }
    }

    /// <summary>Unpacks one frame of known raw size.</summary>
    /// <param name="frame">Packed bytes, untrusted.</param>
    /// <param name="target">Exactly the raw size.</param>
    /// <returns>False when the bytes are not one frame of that raw size; the target's content is then undefined.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool TryDecompress(ReadOnlySpan<byte> frame, Span<byte> target) =>
        MostBytes(frame) >= target.Length && Unwrap(frame, target) == target.Length;

    /// <summary>Unpacks one frame of unknown raw size.</summary>
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
            return Unwrap(frame, buffer) is >= 0 and var count ? buffer.AsSpan(0, count).ToArray() : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // The raw bytes; -1 when the frame is damaged or holds more than the target.
    static int Unwrap(ReadOnlySpan<byte> frame, Span<byte> target)
    {
        try
        {
            return (decompressor ??= new Decompressor()).Unwrap(frame, target);
        }
        catch (ZstdException)
        {
            return -1;
        }
    }

    /// <summary>The bytes that the blocks of the one frame can stand for, as their heads say; null when they do not fill the bytes
    /// exactly.</summary>
    public static long? MostBytes(ReadOnlySpan<byte> frame)
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
