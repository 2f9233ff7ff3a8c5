using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Hashing;

/// <summary>XXH3, 64 bits, seed 0, default secret: the released algorithm (xxHash 0.8). Routes keys and checks blocks.</summary>
/// <remarks>
/// RocksDB's Bloom filter hashes with a preview of this algorithm that gives other results
/// (<see cref="XxPh3"/>). Every read below stays inside the span: each length class only reads at offsets that its
/// bounds allow, as noted there.
/// </remarks>
static class XxHash3
{
    internal const uint Prime32_1 = 0x9E3779B1, Prime32_2 = 0x85EBCA77, Prime32_3 = 0xC2B2AE3D;
    internal const ulong Prime64_1 = 0x9E3779B185EBCA87, Prime64_2 = 0xC2B2AE3D27D4EB4F, Prime64_3 = 0x165667B19E3779F9,
        Prime64_4 = 0x85EBCA77C2B2AE63, Prime64_5 = 0x27D4EB2F165667C5;
    const ulong AvalancheMultiplier = 0x165667919E3779F9;
    const ulong ShortMultiplier = 0x9FB21C651E98DF25;

    internal const int StripeBytes = 64;
    internal const int StripesPerBlock = (SecretBytes - StripeBytes) / 8;
    internal const int SecretBytes = 192;
    internal const int MidSizeMax = 240;

    /// <summary>The 192 bytes every XXH3 implementation mixes in when the caller brings none.</summary>
    internal static ReadOnlySpan<byte> Secret =>
    [
        0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
        0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
        0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
        0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
        0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
        0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
        0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
        0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
        0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
        0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
        0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
        0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
    ];

    // Secret words that the short classes combine, folded by hand: bytes 0-7 halves, 8^16, 24^32, 40^48, 56^64.
    const ulong Flip1To3 = 0x396CFEB8 ^ 0xBE4BA423;
    const ulong Flip4To8 = 0x1CAD21F72C81017C ^ 0xDB979083E96DD4DE;
    const ulong Flip9To16Low = 0x1F67B3B7A4A44072 ^ 0x78E5C0CC4EE679CB;
    const ulong Flip9To16High = 0x2172FFCC7DD05A82 ^ 0x8E2443F7744608B8;
    const ulong FlipEmpty = 0x4C263A81E69035E0 ^ 0xCB00C391BB52283C;

    /// <summary>Hashes <paramref name="source"/>.</summary>
    /// <param name="source">Any length, the empty one included.</param>
    /// <returns>XXH3_64bits of the bytes, as a number (not a byte order).</returns>
    public static ulong Hash(ReadOnlySpan<byte> source)
    {
        ref byte start = ref MemoryMarshal.GetReference(source);
        var length = (uint)source.Length;
        if (length == 8)
            return Hash8(Read64(ref start, 0));
        if (length <= 16)
            return HashUpTo16(ref start, length);
        if (length <= 128)
            return Avalanche(Mix17To128(ref start, length));
        return length <= MidSizeMax ? Hash129To240(ref start, length) : HashLong(ref start, length);
    }

    /// <summary>The same as hashing the eight little-endian bytes of <paramref name="value"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash8(ulong value)
    {
        var h = BitOperations.RotateLeft(value, 32) ^ Flip4To8;
        return MixShort(h, 8);
    }

    static ulong HashUpTo16(ref byte start, uint length)
    {
        if (length > 8)
        {
            var low = Read64(ref start, 0) ^ Flip9To16Low;
            var high = Read64(ref start, length - 8) ^ Flip9To16High;
            return Avalanche(length + SwapBytes(low) + high + Fold128(low, high));
        }
        if (length >= 4)
        {
            ulong keyed = (Read32(ref start, length - 4) + ((ulong)Read32(ref start, 0) << 32)) ^ Flip4To8;
            return MixShort(keyed, length);
        }
        if (length == 0)
            return Avalanche64(FlipEmpty);
        uint first = start, middle = Unsafe.Add(ref start, length >> 1), last = Unsafe.Add(ref start, length - 1);
        return Avalanche64(((first << 16) | (middle << 24) | last | (length << 8)) ^ Flip1To3);
    }

    static ulong SwapBytes(ulong value) => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong MixShort(ulong h, uint length)
    {
        h ^= BitOperations.RotateLeft(h, 49) ^ BitOperations.RotateLeft(h, 24);
        h *= ShortMultiplier;
        h ^= (h >> 35) + length;
        h *= ShortMultiplier;
        return h ^ (h >> 28);
    }

    /// <summary>Pairs of 16 bytes from both ends inwards; for 17..128 bytes every offset is within the input.</summary>
    internal static ulong Mix17To128(ref byte start, uint length)
    {
        ref byte secret = ref MemoryMarshal.GetReference(Secret);
        var acc = length * Prime64_1;
        if (length > 32)
        {
            if (length > 64)
            {
                if (length > 96)
                {
                    acc += Mix16(ref start, 48, ref secret, 96);
                    acc += Mix16(ref start, length - 64, ref secret, 112);
                }
                acc += Mix16(ref start, 32, ref secret, 64);
                acc += Mix16(ref start, length - 48, ref secret, 80);
            }
            acc += Mix16(ref start, 16, ref secret, 32);
            acc += Mix16(ref start, length - 32, ref secret, 48);
        }
        acc += Mix16(ref start, 0, ref secret, 0);
        return acc + Mix16(ref start, length - 16, ref secret, 16);
    }

    static ulong Hash129To240(ref byte start, uint length)
    {
        ref byte secret = ref MemoryMarshal.GetReference(Secret);
        var acc = length * Prime64_1;
        for (uint at = 0; at < 128; at += 16)
            acc += Mix16(ref start, at, ref secret, at);
        acc = Avalanche(acc);
        // Whole 16-byte rounds end at or before length; the last read is the final 16 bytes.
        for (uint at = 128; at + 16 <= length; at += 16)
            acc += Mix16(ref start, at, ref secret, at - 128 + 3);
        acc += Mix16(ref start, length - 16, ref secret, 136 - 17);
        return Avalanche(acc);
    }

    static ulong HashLong(ref byte start, uint length)
    {
        Unsafe.SkipInit(out Accumulators acc);
        if (Avx2.IsSupported)
            AccumulateAvx2(ref start, length, ref acc);
        else
            AccumulateScalar(ref start, length, ref acc);
        return Avalanche(MergeAccumulators(ref acc, length));
    }

    /// <summary>The scalar way for every length over 240: the twin that tests hold the SIMD path against.</summary>
    internal static ulong HashLongScalar(ReadOnlySpan<byte> source)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(source.Length, MidSizeMax);
        Unsafe.SkipInit(out Accumulators acc);
        AccumulateScalar(ref MemoryMarshal.GetReference(source), (uint)source.Length, ref acc);
        return Avalanche(MergeAccumulators(ref acc, (uint)source.Length));
    }

    // Stripes of 64 bytes; StripesPerBlock of them, then a scramble. A stripe that would end at the input's end is left to
    // the last one, which always covers the final 64 bytes (length > 240 makes that offset valid).
    static void AccumulateAvx2(ref byte start, uint length, ref Accumulators accumulators)
    {
        ref byte secret = ref MemoryMarshal.GetReference(Secret);
        var acc0 = Vector256.Create(Prime32_3, Prime64_1, Prime64_2, Prime64_3);
        var acc1 = Vector256.Create(Prime64_4, Prime32_2, Prime64_5, Prime32_1);
        var prime = Vector256.Create(Prime32_1);
        var blocks = (length - 1) / (StripeBytes * StripesPerBlock);
        ref byte at = ref start;
        for (uint block = 0; block < blocks; block++)
        {
            for (nuint stripe = 0; stripe < StripesPerBlock; stripe++)
                Stripe(ref acc0, ref acc1, ref Unsafe.Add(ref at, stripe * StripeBytes), ref Unsafe.Add(ref secret, stripe * 8));
            acc0 = Scramble(acc0, Vector256.LoadUnsafe(ref secret, SecretBytes - 64).AsUInt64(), prime);
            acc1 = Scramble(acc1, Vector256.LoadUnsafe(ref secret, SecretBytes - 32).AsUInt64(), prime);
            at = ref Unsafe.Add(ref at, StripeBytes * StripesPerBlock);
        }
        var stripes = (length - 1 - blocks * (StripeBytes * StripesPerBlock)) / StripeBytes;
        for (nuint stripe = 0; stripe < stripes; stripe++)
            Stripe(ref acc0, ref acc1, ref Unsafe.Add(ref at, stripe * StripeBytes), ref Unsafe.Add(ref secret, stripe * 8));
        Stripe(ref acc0, ref acc1, ref Unsafe.Add(ref start, (nuint)length - StripeBytes),
            ref Unsafe.Add(ref secret, SecretBytes - 64 - 7));
        Unsafe.As<ulong, Vector256<ulong>>(ref accumulators[0]) = acc0;
        Unsafe.As<ulong, Vector256<ulong>>(ref accumulators[4]) = acc1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Stripe(ref Vector256<ulong> acc0, ref Vector256<ulong> acc1, ref byte input, ref byte secret)
    {
        acc0 = Lanes(acc0, Vector256.LoadUnsafe(ref input), Vector256.LoadUnsafe(ref secret));
        acc1 = Lanes(acc1, Vector256.LoadUnsafe(ref input, 32), Vector256.LoadUnsafe(ref secret, 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<ulong> Lanes(Vector256<ulong> acc, Vector256<byte> input, Vector256<byte> secret)
    {
        var keyed = (input ^ secret).AsUInt64();
        var product = Avx2.Multiply(keyed.AsUInt32(), (keyed >>> 32).AsUInt32());
        // Each input word goes to its neighbour's lane.
        return acc + Avx2.Shuffle(input.AsUInt32(), 0b01_00_11_10).AsUInt64() + product;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<ulong> Scramble(Vector256<ulong> acc, Vector256<ulong> secret, Vector256<uint> prime)
    {
        var keyed = acc ^ (acc >>> 47) ^ secret;
        return Avx2.Multiply(keyed.AsUInt32(), prime) + (Avx2.Multiply((keyed >>> 32).AsUInt32(), prime) << 32);
    }

    static void AccumulateScalar(ref byte start, uint length, ref Accumulators acc)
    {
        acc.Initialize();
        ref byte secret = ref MemoryMarshal.GetReference(Secret);
        var stripes = (length - 1) / StripeBytes;
        for (uint stripe = 0; stripe < stripes; stripe++)
        {
            var inBlock = stripe % StripesPerBlock;
            ScalarStripe(ref acc, ref Unsafe.Add(ref start, (nuint)stripe * StripeBytes), ref Unsafe.Add(ref secret, inBlock * 8));
            if (inBlock == StripesPerBlock - 1)
                acc.Scramble();
        }
        ScalarStripe(ref acc, ref Unsafe.Add(ref start, (nuint)length - StripeBytes), ref Unsafe.Add(ref secret, SecretBytes - 64 - 7));
    }

    static void ScalarStripe(ref Accumulators acc, ref byte input, ref byte secret)
    {
        for (var lane = 0; lane < 8; lane++)
        {
            var word = Read64(ref input, (uint)lane * 8);
            var keyed = word ^ Read64(ref secret, (uint)lane * 8);
            acc[lane ^ 1] += word;
            acc[lane] += (uint)keyed * (keyed >> 32);
        }
    }

    internal static ulong MergeAccumulators(ref Accumulators acc, uint length)
    {
        ref byte secret = ref MemoryMarshal.GetReference(Secret);
        var result = length * Prime64_1;
        for (uint pair = 0; pair < 4; pair++)
            result += Fold128(acc[(int)pair * 2] ^ Read64(ref secret, 11 + pair * 16),
                acc[(int)pair * 2 + 1] ^ Read64(ref secret, 19 + pair * 16));
        return result;
    }

    /// <summary>The eight 64-bit lanes of the long form.</summary>
    [InlineArray(8)]
    internal struct Accumulators
    {
        ulong _first;

        public void Initialize()
        {
            this[0] = Prime32_3; this[1] = Prime64_1; this[2] = Prime64_2; this[3] = Prime64_3;
            this[4] = Prime64_4; this[5] = Prime32_2; this[6] = Prime64_5; this[7] = Prime32_1;
        }

        public void Scramble()
        {
            ref byte secret = ref MemoryMarshal.GetReference(Secret);
            for (var lane = 0; lane < 8; lane++)
                this[lane] = (this[lane] ^ (this[lane] >> 47) ^ Read64(ref secret, SecretBytes - 64 + (uint)lane * 8)) * Prime32_1;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Mix16(ref byte input, uint at, ref byte secret, uint secretAt) => Fold128(
        Read64(ref input, at) ^ Read64(ref secret, secretAt), Read64(ref input, at + 8) ^ Read64(ref secret, secretAt + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Fold128(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Avalanche(ulong h)
    {
        h = (h ^ (h >> 37)) * AvalancheMultiplier;
        return h ^ (h >> 32);
    }

    internal static ulong Avalanche64(ulong h)
    {
        h = (h ^ (h >> 33)) * Prime64_2;
        h = (h ^ (h >> 29)) * Prime64_3;
        return h ^ (h >> 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Read64(ref byte start, uint at)
    {
        var word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, at));
        return BitConverter.IsLittleEndian ? word : SwapBytes(word);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Read32(ref byte start, uint at)
    {
        var word = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, at));
        return BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word);
    }
}
