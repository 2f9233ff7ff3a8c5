namespace ShardyFusion.Building;

/// <summary>Sorts entries by key, then by the number of the row.</summary>
/// <remarks>
/// A least-significant-digit radix sort on the eight-byte prefix, skipping digits in which all keys agree, then a comparison
/// sort inside runs of equal prefixes. When all keys begin alike, the prefix is taken behind what they share.
/// </remarks>
static class EntrySorter
{
    const int RadixThreshold = 256;

    /// <summary>Sorts <paramref name="entries"/> in place.</summary>
    /// <param name="entries">Entries in any order; their prefixes may be rewritten.</param>
    /// <param name="scratch">At least as long as <paramref name="entries"/>.</param>
    /// <param name="rows">Where the entries' rows are.</param>
    /// <param name="fixedEightByteKeys">True when every key has exactly eight bytes: the prefix is the key then.</param>
    public static void Sort(Span<SortEntry> entries, Span<SortEntry> scratch, RowSlabs rows, bool fixedEightByteKeys)
    {
        if (entries.Length < 2) return;
        var shared = fixedEightByteKeys ? 0 : SharedPrefixBytes(entries, rows);
        if (shared > 0)
            foreach (ref var entry in entries)
                entry = new SortEntry(SortEntry.PrefixOf(rows.Read(entry.Locator).Key[shared..]), entry.Locator);

        if (entries.Length < RadixThreshold) entries.Sort(static (left, right) => left.Prefix.CompareTo(right.Prefix));
        else RadixSort(entries, scratch[..entries.Length]);
        SortEqualPrefixes(entries, rows, fixedEightByteKeys);
    }

    static int SharedPrefixBytes(ReadOnlySpan<SortEntry> entries, RowSlabs rows)
    {
        var first = rows.Read(entries[0].Locator).Key;
        var shared = first.Length;
        foreach (var entry in entries)
        {
            shared = first[..shared].CommonPrefixLength(rows.Read(entry.Locator).Key);
            if (shared == 0) break;
        }
        return shared;
    }

    static void RadixSort(Span<SortEntry> entries, Span<SortEntry> scratch)
    {
        Span<int> counts = stackalloc int[8 * 256];
        counts.Clear();
        foreach (ref readonly var entry in entries)
        {
            var prefix = entry.Prefix;
            for (var digit = 0; digit < 8; digit++) counts[digit << 8 | (byte)(prefix >> (8 * digit))]++;
        }

        var from = entries;
        var to = scratch;
        for (var digit = 0; digit < 8; digit++)
        {
            var shift = 8 * digit;
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
