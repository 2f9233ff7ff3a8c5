using System.Buffers.Binary;
using System.Numerics;
using ShardyFusion.Hashing;

namespace ShardyFusion.Shards.Sst.Format;

/// <summary>XXH32 and XXH64 with seed 0: block checksums of foreign files only, so written for clarity.</summary>
static class XxHashLegacy
{
    const uint P1 = XxHash3.Prime32_1, P2 = XxHash3.Prime32_2, P3 = XxHash3.Prime32_3, P4 = 0x27D4EB2F, P5 = 0x165667B1;
    const ulong Q1 = XxHash3.Prime64_1, Q2 = XxHash3.Prime64_2, Q3 = XxHash3.Prime64_3, Q4 = XxHash3.Prime64_4, Q5 = XxHash3.Prime64_5;

    /// <summary>XXH32 of the bytes.</summary>
    public static uint Hash32(ReadOnlySpan<byte> source)
    {
        var total = (uint)source.Length;
        uint h;
        if (source.Length >= 16)
        {
            uint a = unchecked(P1 + P2), b = P2, c = 0, d = unchecked(0 - P1);
            for (; source.Length >= 16; source = source[16..])
            {
                a = Round(a, BinaryPrimitives.ReadUInt32LittleEndian(source));
                b = Round(b, BinaryPrimitives.ReadUInt32LittleEndian(source[4..]));
                c = Round(c, BinaryPrimitives.ReadUInt32LittleEndian(source[8..]));
                d = Round(d, BinaryPrimitives.ReadUInt32LittleEndian(source[12..]));
            }
            h = BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7) + BitOperations.RotateLeft(c, 12)
                + BitOperations.RotateLeft(d, 18);
        }
        else
        {
            h = P5;
        }
        h += total;
        for (; source.Length >= 4; source = source[4..])
            h = BitOperations.RotateLeft(h + BinaryPrimitives.ReadUInt32LittleEndian(source) * P3, 17) * P4;
        foreach (var value in source)
            h = BitOperations.RotateLeft(h + value * P5, 11) * P1;
        h = (h ^ (h >> 15)) * P2;
        h = (h ^ (h >> 13)) * P3;
        return h ^ (h >> 16);
    }

    static uint Round(uint acc, uint word) => BitOperations.RotateLeft(acc + word * P2, 13) * P1;

    /// <summary>XXH64 of the bytes.</summary>
    public static ulong Hash64(ReadOnlySpan<byte> source)
    {
        var total = (ulong)source.Length;
        ulong h;
        if (source.Length >= 32)
        {
            ulong a = unchecked(Q1 + Q2), b = Q2, c = 0, d = unchecked(0 - Q1);
            for (; source.Length >= 32; source = source[32..])
            {
                a = Round(a, BinaryPrimitives.ReadUInt64LittleEndian(source));
                b = Round(b, BinaryPrimitives.ReadUInt64LittleEndian(source[8..]));
                c = Round(c, BinaryPrimitives.ReadUInt64LittleEndian(source[16..]));
                d = Round(d, BinaryPrimitives.ReadUInt64LittleEndian(source[24..]));
            }
            h = BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7) + BitOperations.RotateLeft(c, 12)
                + BitOperations.RotateLeft(d, 18);
            h = Merge(Merge(Merge(Merge(h, a), b), c), d);
        }
        else
        {
            h = Q5;
        }
        h += total;
        for (; source.Length >= 8; source = source[8..])
            h = BitOperations.RotateLeft(h ^ Round(0, BinaryPrimitives.ReadUInt64LittleEndian(source)), 27) * Q1 + Q4;
        if (source.Length >= 4)
        {
            h = BitOperations.RotateLeft(h ^ (BinaryPrimitives.ReadUInt32LittleEndian(source) * Q1), 23) * Q2 + Q3;
            source = source[4..];
        }
        foreach (var value in source)
            h = BitOperations.RotateLeft(h ^ (value * Q5), 11) * Q1;
        return XxHash3.Avalanche64(h);
    }

    static ulong Round(ulong acc, ulong word) => BitOperations.RotateLeft(acc + word * Q2, 31) * Q1;

    static ulong Merge(ulong h, ulong acc) => (h ^ Round(0, acc)) * Q1 + Q4;
}
