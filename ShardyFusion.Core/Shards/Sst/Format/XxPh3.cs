using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ShardyFusion.Hashing;

namespace ShardyFusion.Shards.Sst.Format;

/// <summary>The preview of XXH3 that RocksDB froze into its Bloom and Ribbon filters (its util/xxph3.h), 64 bits, seed 0.</summary>
/// <remarks>
/// It differs from the released <see cref="XxHash3"/> in the final multiplier, in all inputs up to 16 bytes, and over 240 bytes in
/// where input words are added and how the last stripe is treated. Inputs of 17..128 bytes mix alike before the avalanche.
/// </remarks>
static class XxPh3
{
    const ulong SecretWord0 = 0xBE4BA423396CFEB8, SecretWord1 = 0x1CAD21F72C81017C;

    /// <summary>Hashes a key as RocksDB's filters do.</summary>
    /// <param name="key">Any length, the empty one included.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Hash(ReadOnlySpan<byte> key)
    {
        ref byte start = ref MemoryMarshal.GetReference(key);
        var length = (uint)key.Length;
        if (length == 8)
            return Hash8(XxHash3.Read64(ref start, 0));
        if (length <= 16)
            return HashUpTo16(ref start, length);
        if (length <= 128)
            return Avalanche(XxHash3.Mix17To128(ref start, length));
        return length <= XxHash3.MidSizeMax ? Hash129To240(ref start, length) : HashLong(ref start, length);
    }

    /// <summary>The same as hashing the eight little-endian bytes of <paramref name="value"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash8(ulong value) => Mix4To8(value, 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Mix4To8(ulong input, uint length)
    {
        var keyed = input ^ SecretWord0;
        var mixed = length + (keyed ^ (keyed >> 51)) * XxHash3.Prime32_1;
        return Avalanche((mixed ^ (mixed >> 47)) * XxHash3.Prime64_2);
    }

    static ulong HashUpTo16(ref byte start, uint length)
    {
        if (length > 8)
        {
            var low = XxHash3.Read64(ref start, 0) ^ SecretWord0;
            var high = XxHash3.Read64(ref start, length - 8) ^ SecretWord1;
            return Avalanche(length + low + high + XxHash3.Fold128(low, high));
        }
        if (length >= 4)
            return Mix4To8(XxHash3.Read32(ref start, 0) | ((ulong)XxHash3.Read32(ref start, length - 4) << 32), length);
        // RocksDB's own addition: the preview hashed nothing to zero.
        if (length == 0)
            return XxHash3.Fold128(SecretWord0, XxHash3.Prime64_2);
        uint first = start, middle = Unsafe.Add(ref start, length >> 1), last = Unsafe.Add(ref start, length - 1);
        var combined = first | (middle << 8) | (last << 16) | (length << 24);
        return Avalanche((combined ^ (SecretWord0 & uint.MaxValue)) * XxHash3.Prime64_1);
    }

    static ulong Hash129To240(ref byte start, uint length)
    {
        ref byte secret = ref MemoryMarshal.GetReference(XxHash3.Secret);
        var acc = length * XxHash3.Prime64_1;
        for (uint at = 0; at < 128; at += 16)
            acc += XxHash3.Mix16(ref start, at, ref secret, at);
        acc = Avalanche(acc);
        for (uint at = 128; at + 16 <= length; at += 16)
            acc += XxHash3.Mix16(ref start, at, ref secret, at - 128 + 3);
        acc += XxHash3.Mix16(ref start, length - 16, ref secret, 136 - 17);
        return Avalanche(acc);
    }

    // Scalar only: keys of more than 240 bytes are rare and their copying costs more than their hash.
    static ulong HashLong(ref byte start, uint length)
    {
        Unsafe.SkipInit(out XxHash3.Accumulators acc);
        acc.Initialize();
        ref byte secret = ref MemoryMarshal.GetReference(XxHash3.Secret);
        var stripes = length / XxHash3.StripeBytes;
        for (uint stripe = 0; stripe < stripes; stripe++)
        {
            var inBlock = stripe % XxHash3.StripesPerBlock;
            Stripe(ref acc, ref Unsafe.Add(ref start, (nuint)stripe * XxHash3.StripeBytes), ref Unsafe.Add(ref secret, inBlock * 8));
            if (inBlock == XxHash3.StripesPerBlock - 1)
                acc.Scramble();
        }
        if (length % XxHash3.StripeBytes != 0)
            Stripe(ref acc, ref Unsafe.Add(ref start, (nuint)length - XxHash3.StripeBytes),
                ref Unsafe.Add(ref secret, XxHash3.SecretBytes - 64 - 7));
        return Avalanche(XxHash3.MergeAccumulators(ref acc, length));
    }

    static void Stripe(ref XxHash3.Accumulators acc, ref byte input, ref byte secret)
    {
        for (var lane = 0; lane < 8; lane++)
        {
            var word = XxHash3.Read64(ref input, (uint)lane * 8);
            var keyed = word ^ XxHash3.Read64(ref secret, (uint)lane * 8);
            acc[lane] += word + (uint)keyed * (keyed >> 32);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Avalanche(ulong h)
    {
        h = (h ^ (h >> 37)) * XxHash3.Prime64_3;
        return h ^ (h >> 32);
    }
}
