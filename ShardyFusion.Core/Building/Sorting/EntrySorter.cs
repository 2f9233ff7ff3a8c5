using System.Numerics;

namespace ShardyFusion.Building.Sorting;

/// <summary>Sorts entries by key, then by the number of the row.</summary>
/// <remarks>
/// A least-significant-digit radix sort over as many leading bits as tell most keys apart, then over the rest inside runs that agree in
/// those, then a comparison sort inside runs of equal prefixes. When all keys begin alike, the prefix is taken behind what they share.
/// </remarks>
static class EntrySorter
{
    const int RadixThreshold = 256, InsertionThreshold = 24;

    // Of keys that are spread evenly, one in 2^4 meets another one in the bits looked at; swapping two is less than another pass over all.
    const int SpareBits = 4;

    /// <summary>Sorts <paramref name="entries"/> in place.</summary>
    /// <param name="entries">Entries in any order; their prefixes may be rewritten.</param>
    /// <param name="scratch">At least as long as <paramref name="entries"/>.</param>
    /// <param name="rows">Where the entries' rows are.</param>
    /// <param name="fixedEightByteKeys">True when every key has exactly eight bytes: the prefix is the key then.</param>
    public static void Sort(Span<SortEntry> entries, Span<SortEntry> scratch, RowSlabs rows, bool fixedEightByteKeys)
    {
        if (entries.Length < 2) return;
        if (!fixedEightByteKeys) SkipSharedBytes(entries, rows);
        SortByPrefix(entries, scratch[..entries.Length]);
        SortEqualPrefixes(entries, rows, fixedEightByteKeys);
    }

    /// <summary>Takes the prefixes behind the bytes that all keys share, when there are any.</summary>
    static void SkipSharedBytes(Span<SortEntry> entries, RowSlabs rows)
    {
        // A few rows tell what all may share. Whether they do is seen while the prefixes are taken: one look at each row, not two.
        var shared = SharedKey(entries, Math.Max(1, entries.Length / 64), rows);
        if (shared.Length > 0 && !TryTakePrefixes(entries, shared, rows)) TryTakePrefixes(entries, SharedKey(entries, 1, rows), rows);
    }

    /// <summary>What the keys of every <paramref name="step"/>th entry begin with.</summary>
    static ReadOnlySpan<byte> SharedKey(ReadOnlySpan<SortEntry> entries, int step, RowSlabs rows)
    {
        var shared = rows.Read(entries[0].Locator).Key;
        for (var i = step; i < entries.Length && shared.Length > 0; i += step)
            shared = shared[..shared.CommonPrefixLength(rows.Read(entries[i].Locator).Key)];
        return shared;
    }

    /// <summary>Takes the prefixes behind <paramref name="shared"/>.</summary>
    /// <returns>False when a key does not begin with that; some prefixes are replaced then.</returns>
    static bool TryTakePrefixes(Span<SortEntry> entries, ReadOnlySpan<byte> shared, RowSlabs rows)
    {
        for (var start = 0; start < entries.Length; start += RowSlabs.FetchRows)
        {
            var batch = entries[start..Math.Min(start + RowSlabs.FetchRows, entries.Length)];
            rows.FetchFronts(batch);
            foreach (ref var entry in batch)
            {
                var key = rows.Read(entry.Locator).Key;
                if (!key.StartsWith(shared)) return false;
                entry = new SortEntry(SortEntry.PrefixOf(key[shared.Length..]), entry.Locator);
            }
        }
        return true;
    }

    static void SortByPrefix(Span<SortEntry> entries, Span<SortEntry> scratch)
    {
        if (entries.Length <= InsertionThreshold) InsertionSort(entries);
        else if (entries.Length < RadixThreshold) entries.Sort(static (left, right) => left.Prefix.CompareTo(right.Prefix));
        else RadixSort(entries, scratch);
    }

    static void InsertionSort(Span<SortEntry> entries)
    {
        for (var i = 1; i < entries.Length; i++)
        {
            var moved = entries[i];
            var at = i;
            for (; at > 0 && entries[at - 1].Prefix > moved.Prefix; at--) entries[at] = entries[at - 1];
            entries[at] = moved;
        }
    }

    static void RadixSort(Span<SortEntry> entries, Span<SortEntry> scratch)
    {
        var first = entries[0].Prefix;
        ulong varying = 0;
        foreach (ref readonly var entry in entries) varying |= entry.Prefix ^ first;
        if (varying == 0) return;

        var varyingBits = 64 - BitOperations.LeadingZeroCount(varying);
        var digits = (Math.Min(varyingBits, BitOperations.Log2((uint)entries.Length) + 1 + SpareBits) + 7) / 8;
        var lowestBit = Math.Max(0, varyingBits - 8 * digits);
        SortByDigits(entries, scratch, lowestBit, digits);
        if (lowestBit == 0) return;

        for (var start = 0; start < entries.Length;)
        {
            var leading = entries[start].Prefix >> lowestBit;
            var end = start + 1;
            while (end < entries.Length && entries[end].Prefix >> lowestBit == leading) end++;
            // Fewer bits vary in there, so this ends.
            if (end - start > 1) SortByPrefix(entries[start..end], scratch[start..end]);
            start = end;
        }
    }

    /// <summary>Sorts by the digits of eight bits each from <paramref name="lowestBit"/> on.</summary>
    static void SortByDigits(Span<SortEntry> entries, Span<SortEntry> scratch, int lowestBit, int digits)
    {
        Span<int> counts = stackalloc int[8 * 256];
        counts.Clear();
        foreach (ref readonly var entry in entries)
        {
            var prefix = entry.Prefix >> lowestBit;
            for (var digit = 0; digit < digits; digit++) counts[digit << 8 | (byte)(prefix >> (8 * digit))]++;
        }

        var from = entries;
        var to = scratch;
        for (var digit = 0; digit < digits; digit++)
        {
            var shift = lowestBit + 8 * digit;
            var bucket = counts.Slice(digit << 8, 256);
            if (bucket[(byte)(from[0].Prefix >> shift)] == from.Length) continue;
            var start = 0;
            foreach (ref var count in bucket)
            {
                var here = count;
                count = start;
                start += here;
            }
            // The counts were taken over these very entries, so every index below is < to.Length; the span checks it all the same.
            foreach (ref readonly var entry in from) to[bucket[(byte)(entry.Prefix >> shift)]++] = entry;
            var swap = from;
            from = to;
            to = swap;
        }
        if (from != entries) from.CopyTo(entries);
    }

    static void SortEqualPrefixes(Span<SortEntry> entries, RowSlabs rows, bool arePrefixesKeys)
    {
        var byKey = new ByKeyThenOrdinal(rows, arePrefixesKeys);
        for (var start = 0; start < entries.Length;)
        {
            var end = start + 1;
            while (end < entries.Length && entries[end].Prefix == entries[start].Prefix) end++;
            if (end - start > 1) entries[start..end].Sort(byKey);
            start = end;
        }
    }

    sealed class ByKeyThenOrdinal(RowSlabs rows, bool arePrefixesKeys) : IComparer<SortEntry>
    {
        public int Compare(SortEntry left, SortEntry right)
        {
            var leftRow = rows.Read(left.Locator);
            var rightRow = rows.Read(right.Locator);
            var byKey = arePrefixesKeys ? 0 : leftRow.Key.SequenceCompareTo(rightRow.Key);
            return byKey != 0 ? byKey : leftRow.Ordinal.CompareTo(rightRow.Ordinal);
        }
    }
}
