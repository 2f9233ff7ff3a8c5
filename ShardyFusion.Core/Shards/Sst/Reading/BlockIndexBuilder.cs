using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Collects the entries of an index in order, checks them against the file and each other, and flattens them.</summary>
/// <param name="origin">The index block, for errors.</param>
/// <param name="limit">Blocks must end at or before this offset.</param>
/// <param name="expectedCount">How many entries are promised; a hint, not trusted.</param>
sealed class BlockIndexBuilder(BlockOrigin origin, long limit, long expectedCount)
{
    byte[] keys = [];
    int[] ends = new int[(int)Math.Clamp(Math.Min(expectedCount, limit / (8 + BlockTrailer.Size)), 0, 1 << 24)];
    BlockIndex.Slot[] slots = [];
    int[]? sizes;
    int count, keysBytes;
    long end;

    /// <summary>The smallest block that can hold anything takes this many bytes, packed: bounds memory by the file's size.</summary>
    public int MinBlockBytes { get; init; } = 8;

    /// <summary>Adds the next block.</summary>
    /// <param name="separator">User key, not less than the last key of the block.</param>
    /// <param name="handle">Its place; must lie behind the block before it.</param>
    public void Add(ReadOnlySpan<byte> separator, BlockHandle handle)
    {
        if (handle.Offset < end || handle.Size < MinBlockBytes || handle.Size > int.MaxValue - 64 || handle.EndWithTrailer > limit)
            throw origin.Fault($"index entry {count} places a block at {handle.Offset}, {handle.Size} bytes; {end} to {limit} is possible");
        if (count > 0 && separator.SequenceCompareTo(LastSeparator) < 0)
            throw origin.Fault($"index entry {count} is out of order");
        if (keysBytes + (long)separator.Length > Array.MaxLength)
            throw origin.Unsupported("the index holds more than 2 GiB of keys, which is not supported");
        EnsureRoom(separator.Length);
        separator.CopyTo(keys.AsSpan(keysBytes));
        keysBytes += separator.Length;
        ends[count] = keysBytes;
        slots[count].Offset = handle.Offset;
        if (count > 0 && handle.Offset != end && sizes is null)
            StartSizes();
        if (sizes is not null)
            sizes[count] = (int)handle.Size;
        end = handle.EndWithTrailer;
        count++;
    }

    /// <summary>The last separator added.</summary>
    public ReadOnlySpan<byte> LastSeparator => count == 0 ? default : Separator(count - 1);

    /// <summary>Entries so far.</summary>
    public int Count => count;

    /// <summary>Flattens what was added; the builder must not be used afterwards.</summary>
    public BlockIndex Build()
    {
        var common = CommonPrefix();
        var holdsAll = true;
        Array.Resize(ref slots, count + 1);
        for (var i = 0; i < count - 1; i++)
        {
            var rest = Separator(i)[common.Length..];
            slots[i].Prefix = BlockIndex.LoadPrefix(rest);
            holdsAll &= rest.Length == sizeof(ulong);
        }
        if (count > 0)
            slots[count - 1].Prefix = ulong.MaxValue;
        slots[count] = new BlockIndex.Slot { Prefix = ulong.MaxValue, Offset = end };
        if (sizes is not null)
            Array.Resize(ref sizes, count);
        if (holdsAll)
            return new BlockIndex(slots, sizes, common, new SeparatorKeys(LastSeparator.ToArray(), null, count));
        Array.Resize(ref ends, count);
        Array.Resize(ref keys, keysBytes);
        return new BlockIndex(slots, sizes, common, new SeparatorKeys(keys, ends, count));
    }

    // The separators ascend, so what the first and the last but one share is shared by all between.
    byte[] CommonPrefix() =>
        count < 2 ? [] : Separator(0)[..Separator(0).CommonPrefixLength(Separator(count - 2))].ToArray();

    ReadOnlySpan<byte> Separator(int i)
    {
        var start = i == 0 ? 0 : ends[i - 1];
        return keys.AsSpan(start, ends[i] - start);
    }

    void EnsureRoom(int separatorBytes)
    {
        if (keys.Length - keysBytes < separatorBytes)
            Array.Resize(ref keys, (int)Math.Min(Array.MaxLength, Math.Max(keysBytes + (long)separatorBytes, keys.Length * 3L / 2)));
        if (count == ends.Length)
            Array.Resize(ref ends, Math.Max(16, ends.Length * 3 / 2));
        if (slots.Length < ends.Length + 1)
        {
            Array.Resize(ref slots, ends.Length + 1);
            if (sizes is not null)
                Array.Resize(ref sizes, ends.Length);
        }
    }

    void StartSizes()
    {
        sizes = new int[ends.Length];
        for (var i = 0; i < count; i++)
            sizes[i] = (int)(slots[i + 1].Offset - slots[i].Offset - BlockTrailer.Size);
        sizes[count - 1] = (int)(end - slots[count - 1].Offset - BlockTrailer.Size);
    }
}
