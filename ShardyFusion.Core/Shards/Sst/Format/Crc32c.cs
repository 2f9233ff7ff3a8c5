using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ShardyFusion.Hashing;

namespace ShardyFusion.Shards.Sst.Format;

/// <summary>CRC-32C (Castagnoli), with RocksDB's masking.</summary>
static class Crc32c
{
    // Three streams hide the three cycles that one CRC instruction takes; two stream lengths, so that a 4 KiB block
    // spends little in the single-stream rest.
    const int LongStream = 1024, ShortStream = 128;
    static readonly uint[] LongShift = ShiftTable(LongStream), ShortShift = ShiftTable(ShortStream);

    /// <summary>The plain CRC-32C of <paramref name="source"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Compute(ReadOnlySpan<byte> source)
    {
        var crc = uint.MaxValue;
        ref byte at = ref MemoryMarshal.GetReference(source);
        var left = source.Length;
        for (; left >= 3 * LongStream; left -= 3 * LongStream, at = ref Unsafe.Add(ref at, 3 * LongStream))
            crc = ThreeStreams(crc, ref at, LongStream, LongShift);
        for (; left >= 3 * ShortStream; left -= 3 * ShortStream, at = ref Unsafe.Add(ref at, 3 * ShortStream))
            crc = ThreeStreams(crc, ref at, ShortStream, ShortShift);
        for (; left >= 8; left -= 8, at = ref Unsafe.Add(ref at, 8))
            crc = BitOperations.Crc32C(crc, ReadLittleEndian(ref at));
        for (; left > 0; left--, at = ref Unsafe.Add(ref at, 1))
            crc = BitOperations.Crc32C(crc, at);
        return ~crc;
    }

    /// <summary>RocksDB's masking, so that a CRC over data that holds CRCs stays strong.</summary>
    public static uint Mask(uint crc) => BitOperations.RotateRight(crc, 15) + 0xA282EAD8;

    /// <summary>The scalar twin: one byte at a time.</summary>
    internal static uint ComputeBytewise(ReadOnlySpan<byte> source)
    {
        var crc = uint.MaxValue;
        foreach (var value in source)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0x82F63B78 & (0 - (crc & 1)));
        }
        return ~crc;
    }

    // Reads exactly 3 * streamBytes from at; the callers have checked that many are left.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static uint ThreeStreams(uint crc, ref byte at, int streamBytes, uint[] shift)
    {
        uint second = 0, third = 0;
        for (var i = 0; i < streamBytes; i += 8)
        {
            crc = BitOperations.Crc32C(crc, ReadLittleEndian(ref Unsafe.Add(ref at, i)));
            second = BitOperations.Crc32C(second, ReadLittleEndian(ref Unsafe.Add(ref at, i + streamBytes)));
            third = BitOperations.Crc32C(third, ReadLittleEndian(ref Unsafe.Add(ref at, i + 2 * streamBytes)));
        }
        return Shift(shift, Shift(shift, crc) ^ second) ^ third;
    }

    // Appending zeros is linear over GF(2), so it splits by byte: four table look-ups.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Shift(uint[] table, uint crc) =>
        table[crc & 0xFF] ^ table[256 + ((crc >> 8) & 0xFF)] ^ table[512 + ((crc >> 16) & 0xFF)] ^ table[768 + (crc >> 24)];

    static uint[] ShiftTable(int zeroBytes)
    {
        var table = new uint[4 * 256];
        for (var place = 0; place < 4; place++)
        {
            for (var value = 0; value < 256; value++)
            {
                var crc = (uint)value << (place * 8);
                for (var i = 0; i < zeroBytes; i += 8)
                    crc = BitOperations.Crc32C(crc, 0UL);
                table[place * 256 + value] = crc;
            }
        }
        return table;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong ReadLittleEndian(ref byte at) => XxHash3.Read64(ref at, 0);
}
