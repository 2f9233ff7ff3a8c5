using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ShardyFusion.Hashing;
using ShardyFusion.Shards.SlateDb.Format;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Reading;

/// <summary>The newest row of each key that is in log files. Filled by one thread, then safe for concurrent callers.</summary>
sealed class WalRows
{
    const int KeySlabBytes = 64 << 10, MinSlots = 16;

    readonly List<(ReadOnlyMemory<byte> Key, FoundRow Row)> rows = [];
    // Open addressing; always at least twice as many as rows.
    Slot[] slots = [];
    byte[] slab = [];
    int slabUsed;
    long keptBytes;
    volatile int[]? order;

    /// <summary>Keys.</summary>
    public int Count => rows.Count;

    /// <summary>Bytes held in memory.</summary>
    public long MemoryBytes => keptBytes + rows.Capacity * (long)Unsafe.SizeOf<(ReadOnlyMemory<byte>, FoundRow)>()
        + slots.Length * (long)Unsafe.SizeOf<Slot>() + rows.Count * (long)sizeof(int);

    /// <summary>Adds the rows of a file.</summary>
    /// <returns>Their least and greatest sequence number; the least is the larger one when there are none.</returns>
    public (ulong Least, ulong Greatest) Add(WalFile file)
    {
        foreach (var (content, _) in file.Blocks)
            keptBytes += content.Length;
        var (least, greatest) = (ulong.MaxValue, 0UL);
        file.ForEach(walker =>
        {
            var row = FoundRow.Of(walker, file.Format);
            (least, greatest) = (Math.Min(least, row.Sequence), Math.Max(greatest, row.Sequence));
            Add(walker.Key, row);
        });
        return (least, greatest);
    }

    void Add(ReadOnlySpan<byte> key, FoundRow row)
    {
        if (slots.Length < 2 * (rows.Count + 1))
            Grow();
        var hash = (uint)XxHash3.Hash(key);
        ref var slot = ref SlotOf(key, hash);
        if (slot.Number == 0)
        {
            rows.Add((Keep(key), row));
            slot = new Slot(hash, rows.Count);
            return;
        }
        ref var known = ref CollectionsMarshal.AsSpan(rows)[slot.Number - 1].Row;
        if (row.Sequence >= known.Sequence)
            known = row;
    }

    // The one of the key, or a free one. Ends: half of the slots are free.
    ref Slot SlotOf(ReadOnlySpan<byte> key, uint hash)
    {
        for (var at = hash & (slots.Length - 1); ; at = (at + 1) & (slots.Length - 1))
        {
            ref var slot = ref slots[at];
            if (slot.Number == 0 || slot.Hash == hash && rows[slot.Number - 1].Key.Span.SequenceEqual(key))
                return ref slot;
        }
    }

    void Grow()
    {
        var old = slots;
        slots = new Slot[Math.Max(MinSlots, checked(2 * slots.Length))];
        foreach (var slot in old)
        {
            if (slot.Number == 0)
                continue;
            var at = slot.Hash & (slots.Length - 1);
            while (slots[at].Number != 0)
                at = (at + 1) & (slots.Length - 1);
            slots[at] = slot;
        }
    }

    ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> key)
    {
        if (slab.Length - slabUsed < key.Length)
        {
            slab = new byte[Math.Max(KeySlabBytes, key.Length)];
            slabUsed = 0;
            keptBytes += slab.Length;
        }
        var kept = slab.AsMemory(slabUsed, key.Length);
        key.CopyTo(kept.Span);
        slabUsed += key.Length;
        return kept;
    }

    /// <summary>Finds the newest row of a key.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, out FoundRow row)
    {
        row = default;
        if (rows.Count == 0)
            return false;
        var number = SlotOf(key, (uint)XxHash3.Hash(key)).Number;
        if (number > 0)
            row = rows[number - 1].Row;
        return number > 0;
    }

    /// <summary>A row by its place in the order of the keys.</summary>
    public (ReadOnlyMemory<byte> Key, FoundRow Row) InOrder(int place) => rows[(order ?? Sort())[place]];

    /// <summary>The place of the first key that is not less.</summary>
    public int PlaceOf(ReadOnlySpan<byte> key)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (InOrder(middle).Key.Span.SequenceCompareTo(key) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    // Only scans need the order. Two that come at once sort twice, to the same result.
    int[] Sort()
    {
        var prefixes = new ulong[rows.Count];
        var sorted = new int[rows.Count];
        for (var i = 0; i < sorted.Length; i++)
            (prefixes[i], sorted[i]) = (BlockIndex.LoadPrefix(rows[i].Key.Span), i);
        Array.Sort(sorted, (left, right) => prefixes[left] != prefixes[right] ? prefixes[left].CompareTo(prefixes[right])
            : rows[left].Key.Span.SequenceCompareTo(rows[right].Key.Span));
        order = sorted;
        return sorted;
    }

    /// <param name="Hash">Of the key.</param>
    /// <param name="Number">Of the row, from 1; 0 when it is free.</param>
    readonly record struct Slot(uint Hash, int Number);
}
