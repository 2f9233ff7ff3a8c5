using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ShardyFusion.Shards.Sst.Format;

/// <summary>RocksDB's FastLocalBloom filter (format version 5 and up): all probes of a key fall into one 64-byte line.</summary>
/// <remarks>
/// The low half of the key's <see cref="XxPh3"/> hash picks the line; the high half, multiplied by the golden ratio again and
/// again, gives a nine-bit position a probe. Stored: the lines, then five bytes of metadata (0xFF, 0, probes, 0, 0).
/// </remarks>
static class FastLocalBloom
{
    /// <summary>Bytes of one line.</summary>
    public const int LineBytes = 64;

    /// <summary>Bytes after the lines.</summary>
    public const int MetadataBytes = 5;

    /// <summary>Most probes that a stored filter may ask for.</summary>
    public const int MaxProbes = 30;

    const uint GoldenRatio = 0x9E3779B9;
    const uint GoldenRatioPower8 = 0xAB25F4C1;

    /// <summary>How many probes RocksDB makes for a density, from its measured table.</summary>
    /// <param name="millibitsPerKey">Thousandths of a bit a key, at least 1000.</param>
    public static int Probes(int millibitsPerKey) => millibitsPerKey switch
    {
        <= 2080 => 1,
        <= 3580 => 2,
        <= 5100 => 3,
        <= 6640 => 4,
        <= 8300 => 5,
        <= 10070 => 6,
        <= 11720 => 7,
        <= 14001 => 8,
        <= 16050 => 9,
        <= 18300 => 10,
        <= 22001 => 11,
        <= 25501 => 12,
        > 50000 => 24,
        _ => (millibitsPerKey - 1) / 2000 - 1,
    };

    /// <summary>Bytes of the lines for that many keys: the density asked for, rounded up to whole lines.</summary>
    /// <param name="keys">Keys in the filter.</param>
    /// <param name="millibitsPerKey">Thousandths of a bit a key.</param>
    public static long LinesBytes(long keys, int millibitsPerKey)
    {
        // RocksDB's reader holds lengths in 32 bits.
        const long Most = 0xFFFFFFC0;
        var wanted = Math.Min((keys * millibitsPerKey + 7999) / 8000, Most);
        return (wanted + LineBytes - 1) & ~(LineBytes - 1L);
    }

    /// <summary>Which line a hash falls into.</summary>
    /// <param name="hash">The key's <see cref="XxPh3"/> hash.</param>
    /// <param name="lines">Lines of the filter.</param>
    /// <returns>0..<paramref name="lines"/> - 1.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Line(ulong hash, uint lines) => (uint)(((ulong)(uint)hash * lines) >> 32);

    /// <summary>Adds every hash to a zeroed filter.</summary>
    /// <param name="hashes">XxPh3 hashes of the keys.</param>
    /// <param name="filterLines">Whole lines, without the metadata.</param>
    /// <param name="probes">1..30.</param>
    public static void AddAll(ReadOnlySpan<ulong> hashes, Span<byte> filterLines, int probes)
    {
        var lines = CountLines(filterLines);
        if (lines == 0)
            return;
        ref byte start = ref MemoryMarshal.GetReference(filterLines);
        // A big filter misses the caches on every key: ask for the lines of the next keys while setting the bits of these.
        const int Ahead = 16;
        for (var i = 0; i < hashes.Length; i++)
        {
            if (Sse.IsSupported && i + Ahead < hashes.Length)
                Prefetch(ref Unsafe.Add(ref start, (nuint)Line(hashes[i + Ahead], lines) * LineBytes));
            // Line() < lines, so the 64 bytes from here are inside filterLines.
            ref byte line = ref Unsafe.Add(ref start, (nuint)Line(hashes[i], lines) * LineBytes);
            var h = (uint)(hashes[i] >> 32);
            if (BitConverter.IsLittleEndian)
            {
                // Three bits pick one of eight 64-bit words, six (the shift count's low bits) the bit: the same bit as by bytes.
                ref ulong words = ref Unsafe.As<byte, ulong>(ref line);
                for (var probe = 0; probe < probes; probe++, h *= GoldenRatio)
                    Unsafe.Add(ref words, (nuint)(h >> 29)) |= 1UL << (int)(h >> 23);
            }
            else
            {
                AddBytewise(ref line, h, probes);
            }
        }
    }

    /// <summary>The plain twin: sets a key's bits one byte at a time.</summary>
    internal static void AddBytewise(ref byte line, uint high, int probes)
    {
        for (var probe = 0; probe < probes; probe++, high *= GoldenRatio)
            Unsafe.Add(ref line, (nuint)(high >> 26)) |= (byte)(1 << (int)((high >> 23) & 7));
    }

    static unsafe void Prefetch(ref byte address) =>
        // Only a hint: the processor ignores an address that has moved or gone.
        Sse.Prefetch0(Unsafe.AsPointer(ref address));

    /// <summary>Whether a key with this hash may be in the filter.</summary>
    /// <param name="hash">The key's <see cref="XxPh3"/> hash.</param>
    /// <param name="filterLines">Whole lines, without the metadata; none says no to every key.</param>
    /// <param name="probes">1..30, from the metadata.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool MayContain(ulong hash, ReadOnlySpan<byte> filterLines, int probes)
    {
        var lines = (uint)filterLines.Length / LineBytes;
        if (lines == 0)
            return false;
        ref byte line = ref Unsafe.Add(ref MemoryMarshal.GetReference(filterLines), (nuint)Line(hash, lines) * LineBytes);
        return LineMayContain((uint)(hash >> 32), ref line, probes);
    }

    /// <summary>Whether all probes of a hash's high half are set in a line.</summary>
    /// <param name="high">The high half of the key's hash.</param>
    /// <param name="line">The first of 64 readable bytes.</param>
    /// <param name="probes">1..30.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool LineMayContain(uint high, ref readonly byte line, int probes) =>
        Avx2.IsSupported ? ProbeAvx2(high, ref Unsafe.AsRef(in line), probes) : ProbeScalar(high, ref Unsafe.AsRef(in line), probes);

    /// <summary>The scalar twin of the SIMD probe.</summary>
    internal static bool ProbeScalar(uint high, ref byte line, int probes)
    {
        for (var probe = 0; probe < probes; probe++, high *= GoldenRatio)
        {
            if ((Unsafe.Add(ref line, (nuint)(high >> 26)) & (1 << (int)((high >> 23) & 7))) == 0)
                return false;
        }
        return true;
    }

    // Eight probes at once: lane i holds high * ratio^i; its top four bits pick one of the line's sixteen 32-bit words (two
    // in-register permutes and a blend cost less than a gather), the next five the bit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool ProbeAvx2(uint high, ref byte line, int probes)
    {
        var powers = Vector256.Create(1u, GoldenRatio, 0xE35E67B1, 0x734297E9, 0x35FBE861, 0xDEB7C719, 0x0448B211, 0x3459B749);
        var lowWords = Vector256.LoadUnsafe(ref line).AsUInt32();
        var highWords = Vector256.LoadUnsafe(ref line, 32).AsUInt32();
        while (true)
        {
            var positions = Vector256.Create(high) * powers;
            var wordIndexes = positions >>> 28;
            var words = Avx2.BlendVariable(
                Avx2.PermuteVar8x32(lowWords, wordIndexes).AsSingle(),
                Avx2.PermuteVar8x32(highWords, wordIndexes).AsSingle(),
                positions.AsSingle()).AsUInt32();
            var wanted = Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(probes)).AsUInt32() & Vector256<uint>.One;
            var bits = Avx2.ShiftLeftLogicalVariable(wanted, (positions << 4) >>> 27);
            var all = Avx.TestC(words, bits);
            if (probes <= 8 || !all)
                return all;
            probes -= 8;
            high *= GoldenRatioPower8;
        }
    }

    /// <summary>Writes the five bytes after the lines.</summary>
    public static void WriteMetadata(Span<byte> target, int probes)
    {
        target = target[..MetadataBytes];
        target.Clear();
        target[0] = 0xFF;
        target[2] = (byte)probes;
    }

    /// <summary>Reads the metadata of a full filter block.</summary>
    /// <param name="filterBlock">The whole block without its trailer, untrusted.</param>
    /// <param name="filterLines">The lines; empty unless the result is <see cref="FilterKind.Bloom"/>.</param>
    /// <param name="probes">1..30; 0 unless the result is <see cref="FilterKind.Bloom"/>.</param>
    public static FilterKind ReadMetadata(ReadOnlySpan<byte> filterBlock, out ReadOnlySpan<byte> filterLines, out int probes)
    {
        filterLines = default;
        probes = 0;
        if (filterBlock.Length <= MetadataBytes)
            return FilterKind.NoKeys;
        var metadata = filterBlock[^MetadataBytes..];
        if (metadata[0] != 0xFF)
            return metadata[0] is >= 1 and <= 127 ? FilterKind.LegacyBloom : FilterKind.Unknown;
        var lines = filterBlock[..^MetadataBytes];
        var wanted = metadata[2] & 0x1F;
        if (metadata[1] != 0 || metadata[2] >> 5 != 0 || wanted is < 1 or > MaxProbes || metadata[3] != 0 || metadata[4] != 0
            || lines.Length % LineBytes != 0)
            return FilterKind.Unknown;
        filterLines = lines;
        probes = wanted;
        return FilterKind.Bloom;
    }

    static uint CountLines(ReadOnlySpan<byte> filterLines)
    {
        if (filterLines.Length % LineBytes != 0)
            throw new ArgumentException("A filter has whole lines of 64 bytes.", nameof(filterLines));
        return (uint)filterLines.Length / LineBytes;
    }
}

/// <summary>What a filter block turned out to be.</summary>
enum FilterKind
{
    /// <summary>A FastLocalBloom filter.</summary>
    Bloom,
    /// <summary>RocksDB's Bloom filter of format versions below 5.</summary>
    LegacyBloom,
    /// <summary>A filter over no keys: nothing is in it.</summary>
    NoKeys,
    /// <summary>Ribbon, or something later: treat every key as possibly present.</summary>
    Unknown,
}
