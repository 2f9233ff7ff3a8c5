using System.IO.Compression;

namespace ShardyFusion.Shards.Sst.Format;

/// <summary>Raw deflate, as RocksDB stores what it calls zlib: no zlib header, no Adler checksum.</summary>
static class ZlibBlock
{
    /// <summary>Most raw bytes a stored byte can stand for (258 bytes in two bits).</summary>
    public const int MaxRatio = 1032;

    /// <summary>Packs a block.</summary>
    /// <param name="source">Raw bytes.</param>
    /// <param name="offset">Where they start.</param>
    /// <param name="count">How many.</param>
    /// <param name="target">Takes the result at its position; must not grow.</param>
    /// <returns>False when the result does not fit.</returns>
    public static bool TryCompress(byte[] source, int offset, int count, MemoryStream target)
    {
        try
        {
            using var deflate = new DeflateStream(target, CompressionLevel.Optimal, leaveOpen: true);
            deflate.Write(source, offset, count);
            return true;
        }
        catch (NotSupportedException)
        {
            // The fixed-size stream is full: not worth packing.
            return false;
        }
    }

    /// <summary>Counts the raw bytes of a block.</summary>
    /// <param name="source">Packed bytes, untrusted.</param>
    /// <param name="limit">Counting stops soon behind it.</param>
    /// <returns>Their number, or one above <paramref name="limit"/>; -1 when the bytes are no deflate stream.</returns>
    public static unsafe long Measure(ReadOnlySpan<byte> source, long limit)
    {
        Span<byte> window = stackalloc byte[8 << 10];
        // The pointer lives as long as the fixed block, and the stream never leaves it.
        fixed (byte* start = source)
        {
            try
            {
                using var packed = new UnmanagedMemoryStream(start, source.Length);
                using var inflate = new DeflateStream(packed, CompressionMode.Decompress);
                long raw = 0;
                for (int count; raw <= limit && (count = inflate.Read(window)) > 0;)
                    raw += count;
                return raw;
            }
            catch (InvalidDataException)
            {
                return -1;
            }
        }
    }

    /// <summary>True when the bytes start as a zlib stream does that has a header (RFC 1950). Raw deflate may start so too.</summary>
    /// <param name="source">Packed bytes.</param>
    public static bool HasHeader(ReadOnlySpan<byte> source) =>
        source.Length >= 2 && (source[0] & 0xF) == 8 && (source[0] << 8 | source[1]) % 31 == 0;

    /// <summary>Unpacks a block of known raw size.</summary>
    /// <param name="source">Packed bytes, untrusted.</param>
    /// <param name="target">Exactly the raw size.</param>
    /// <returns>False when the bytes are no deflate stream of that raw size; the target's content is then undefined.</returns>
    public static unsafe bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (source.IsEmpty)
            return false;
        // The pointer lives as long as the fixed block, and the stream never leaves it.
        fixed (byte* start = source)
        {
            try
            {
                using var packed = new UnmanagedMemoryStream(start, source.Length);
                using var inflate = new DeflateStream(packed, CompressionMode.Decompress);
                return inflate.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) == target.Length && inflate.ReadByte() < 0;
            }
            catch (InvalidDataException)
            {
                return false;
            }
        }
    }
}
