namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>
/// The separators of an index in full. When all but the last are exactly the common prefix and eight bytes (as with 8-byte keys),
/// the slots hold everything and only the last one is kept here.
/// </summary>
sealed class SeparatorKeys
{
    readonly byte[] bytes;
    readonly int[]? ends;
    readonly int count;

    /// <param name="bytes">All separators in a row; only the last one when <paramref name="ends"/> is null.</param>
    /// <param name="ends">Where each ends; null when the slots hold them.</param>
    /// <param name="count">Number of separators.</param>
    public SeparatorKeys(byte[] bytes, int[]? ends, int count) => (this.bytes, this.ends, this.count) = (bytes, ends, count);

    /// <summary>Bytes held in memory.</summary>
    public long MemoryBytes => bytes.Length + (long)(ends?.Length ?? 0) * sizeof(int);

    /// <summary>Order of a whole key against separator <paramref name="ordinal"/>.</summary>
    public int Compare(ReadOnlySpan<byte> key, int ordinal, ReadOnlySpan<byte> common, ulong prefix)
    {
        if (ends is not null || ordinal == count - 1)
            return key.SequenceCompareTo(Full(ordinal));
        var shared = Math.Min(key.Length, common.Length);
        var order = key[..shared].SequenceCompareTo(common[..shared]);
        if (order != 0)
            return order;
        return shared < common.Length ? -1 : CompareAfterCommon(key[shared..], ordinal, common.Length, prefix);
    }

    /// <summary>Order of what follows the common prefix; never for the last separator.</summary>
    public int CompareAfterCommon(ReadOnlySpan<byte> keyAfterCommon, int ordinal, int commonBytes, ulong prefix)
    {
        if (ends is not null)
            return keyAfterCommon.SequenceCompareTo(Full(ordinal)[commonBytes..]);
        var order = BlockIndex.LoadPrefix(keyAfterCommon).CompareTo(prefix);
        return order != 0 ? order : keyAfterCommon.Length.CompareTo(sizeof(ulong));
    }

    ReadOnlySpan<byte> Full(int ordinal)
    {
        if (ends is null)
            return bytes;
        var start = ordinal == 0 ? 0 : ends[ordinal - 1];
        return bytes.AsSpan(start, ends[ordinal] - start);
    }
}
