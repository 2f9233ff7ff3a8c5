using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>
/// The index of a table, flattened: one slot per block with the first eight bytes of its separator (after the prefix that all
/// separators share) and its place. A table over the high bits of those eight bytes narrows a search to a few slots when keys
/// are spread evenly; within a bucket it goes by bisection, so skewed keys cost a logarithm. Immutable, safe for concurrent callers.
/// </summary>
/// <remarks>
/// Separator <c>i</c> is at least the last key of block <c>i</c> and less than the first of block <c>i+1</c>. The last separator
/// takes no part in searches: a key behind it is looked for in the last block.
/// </remarks>
sealed class BlockIndex
{
    internal struct Slot
    {
        public ulong Prefix;
        public long Offset;
    }

    readonly Slot[] slots;
    readonly int[]? sizes;
    readonly byte[] common;
    readonly SeparatorKeys keys;
    readonly uint[] buckets;
    readonly ulong firstPrefix;
    readonly int shift;
    readonly int lastBucket;

    /// <param name="slots">One per block, and one more behind the last block. Prefixes ascend; the last two are ulong.MaxValue.</param>
    /// <param name="sizes">Sizes without trailer; null when each block starts where the one before it ends.</param>
    /// <param name="common">What all separators but the last start with.</param>
    /// <param name="keys">The full separators.</param>
    internal BlockIndex(Slot[] slots, int[]? sizes, byte[] common, SeparatorKeys keys)
    {
        (this.slots, this.sizes, this.common, this.keys) = (slots, sizes, common, keys);
        Count = slots.Length - 1;
        var searched = Math.Max(0, Count - 1);
        firstPrefix = slots[0].Prefix;
        var range = searched == 0 ? 0 : slots[searched - 1].Prefix - firstPrefix;
        // Half as many buckets as blocks, at most: two 32-byte neighbours per bucket, and the table stays small against the slots.
        var bucketBits = Math.Max(0, BitOperations.Log2((uint)searched | 1));
        shift = Math.Min(63, Math.Max(0, 64 - BitOperations.LeadingZeroCount(range) - bucketBits));
        lastBucket = (int)(range >> shift);
        buckets = new uint[lastBucket + 2];
        var bucket = 0;
        for (var i = 0; i < searched; i++)
            for (var own = (int)((slots[i].Prefix - firstPrefix) >> shift); bucket < own;)
                buckets[++bucket] = (uint)i;
        buckets[lastBucket + 1] = (uint)searched;
    }

    /// <summary>Number of blocks.</summary>
    public int Count { get; }

    /// <summary>Bytes held in memory.</summary>
    public long MemoryBytes => slots.Length * (long)(sizeof(ulong) + sizeof(long)) + (sizes?.Length ?? 0) * (long)sizeof(int)
        + buckets.Length * (long)sizeof(uint) + common.Length + keys.MemoryBytes;

    /// <summary>Where block <paramref name="ordinal"/> lies.</summary>
    public BlockHandle this[int ordinal]
    {
        get
        {
            var offset = slots[ordinal].Offset;
            return new BlockHandle(offset, sizes is null ? slots[ordinal + 1].Offset - offset - BlockTrailer.Size : sizes[ordinal]);
        }
    }

    /// <summary>The only block that can hold <paramref name="key"/>.</summary>
    /// <returns>Its ordinal; -1 when there are no blocks.</returns>
    public int Find(ReadOnlySpan<byte> key) => Find(key, out _);

    /// <summary>The only block that can hold <paramref name="key"/>, and about where in it.</summary>
    /// <param name="key">Encoded key.</param>
    /// <param name="position">0..65535: the guess of how far into the block the key lies, in 1/65536; for prefetching only.</param>
    /// <returns>The block's ordinal; -1 when there are no blocks.</returns>
    public int Find(ReadOnlySpan<byte> key, out uint position)
    {
        position = 0;
        if (common.Length > 0)
        {
            var order = CompareToCommon(key);
            if (order != 0)
                return order < 0 ? (Count == 0 ? -1 : 0) : Count - 1;
            key = key[common.Length..];
        }
        var prefix = LoadPrefix(key);
        if (prefix < firstPrefix || Count <= 1)
            return Count == 0 ? -1 : 0;
        var bucket = (prefix - firstPrefix) >> shift;
        if (bucket > (ulong)lastBucket)
            return Count - 1;

        // Proof for the unchecked reads: bucket <= lastBucket and buckets has lastBucket + 2 entries; its entries ascend from 0 to
        // Count - 1 (set by the constructor and never changed), so low <= high <= Count - 1 throughout and slots has Count + 1 entries.
        ref var bucketStart = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(buckets), (nint)bucket);
        var low = (nint)bucketStart;
        var high = (nint)Unsafe.Add(ref bucketStart, 1);
        ref var slot = ref MemoryMarshal.GetArrayDataReference(slots);
        while (high - low > 8)
        {
            var middle = (low + high) >>> 1;
            if (Unsafe.Add(ref slot, middle).Prefix < prefix)
                low = middle + 1;
            else
                high = middle;
        }
        while (low < high && Unsafe.Add(ref slot, low).Prefix < prefix)
            low++;

        var found = Unsafe.Add(ref slot, low).Prefix;
        if (found == prefix)
            return low < Count - 1 ? ResolveTie((int)low, key) : (int)low;
        if (low > 0 && low < Count - 1)
        {
            var before = Unsafe.Add(ref slot, low - 1).Prefix;
            position = Fraction(prefix - before, found - before);
        }
        return (int)low;
    }

    /// <summary>Asks the processor for the slots that <see cref="Find(ReadOnlySpan{byte}, out uint)"/> will look at.</summary>
    public unsafe void Prefetch(ReadOnlySpan<byte> key)
    {
        if (!Sse.IsSupported || key.Length < common.Length || Count <= 1)
            return;
        var bucket = (LoadPrefix(key[common.Length..]) - firstPrefix) >> shift;
        if (bucket <= (ulong)lastBucket)
            // Only a hint, of which it does not matter if the array moves meanwhile.
            Sse.Prefetch0(Unsafe.AsPointer(ref slots[buckets[(int)bucket]]));
    }

    /// <summary>Compares a key with the separator of a block.</summary>
    public int CompareToSeparator(ReadOnlySpan<byte> key, int ordinal) => keys.Compare(key, ordinal, common, slots[ordinal].Prefix);

    /// <summary>The first eight bytes as a big-endian number, shorter keys padded with zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong LoadPrefix(ReadOnlySpan<byte> key)
    {
        if (key.Length >= sizeof(ulong))
            return BinaryPrimitives.ReadUInt64BigEndian(key);
        ulong prefix = 0;
        for (var i = 0; i < key.Length; i++)
            prefix |= (ulong)key[i] << (56 - 8 * i);
        return prefix;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Fraction(ulong part, ulong whole)
    {
        // whole > part. 16 bits of each are plenty for a prefetch; one is added so that the divisor is never zero.
        var scale = Math.Max(0, 48 - BitOperations.LeadingZeroCount(whole));
        return Math.Min(65535u, (uint)(((part >> scale) << 16) / ((whole >> scale) + 1)));
    }

    int CompareToCommon(ReadOnlySpan<byte> key)
    {
        var length = Math.Min(key.Length, common.Length);
        var order = key[..length].SequenceCompareTo(common.AsSpan(0, length));
        return order != 0 || length == common.Length ? order : -1;
    }

    // Separators first.. share the key's eight bytes: bisects that run by the full separators.
    int ResolveTie(int first, ReadOnlySpan<byte> keyAfterCommon)
    {
        var prefix = slots[first].Prefix;
        int low = first, high = first + 1, step = 1;
        while (high < Count - 1 && slots[high].Prefix == prefix)
        {
            if (keys.CompareAfterCommon(keyAfterCommon, high, common.Length, prefix) <= 0)
                break;
            low = high + 1;
            high += step;
            step *= 2;
        }
        high = Math.Min(high, Count - 1);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            var isBehind = slots[middle].Prefix > prefix || keys.CompareAfterCommon(keyAfterCommon, middle, common.Length, prefix) <= 0;
            if (isBehind)
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }
}
