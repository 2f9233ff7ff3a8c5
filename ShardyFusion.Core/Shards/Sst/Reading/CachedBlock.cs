using System.Runtime.InteropServices;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Where a block is while the cache keeps it. A shard may remember the places of its blocks, to save the search; a place is
/// forgotten there when its block is evicted.</summary>
sealed class CachedBlock
{
    volatile bool isMarked;
    // Written before the bytes, and never after: a reader without a lock sees all of it or nothing.
    int start, length;
    byte[]? bytes;
    CachedBlock?[]? rememberedIn;
    int ordinal;

    /// <summary>False before the block is kept and after it was evicted.</summary>
    public bool IsThere => Volatile.Read(ref bytes) is not null;

    /// <summary>The block, which is used by that.</summary>
    public bool TryGet(out ReadOnlyMemory<byte> block)
    {
        if (Volatile.Read(ref bytes) is not { } read)
        {
            block = default;
            return false;
        }
        // A plain write would make readers on all cores fight over the line.
        if (!isMarked)
            isMarked = true;
        block = new ReadOnlyMemory<byte>(read, start, length);
        return true;
    }

    /// <summary>Puts the block here, once.</summary>
    public void Set(ReadOnlyMemory<byte> block)
    {
        var segment = MemoryMarshal.TryGetArray(block, out var array) ? array : new ArraySegment<byte>(block.ToArray());
        (start, length) = (segment.Offset, segment.Count);
        Volatile.Write(ref bytes, segment.Array ?? []);
    }

    /// <summary>Puts this place into a shard's list until the block is evicted.</summary>
    public void RememberIn(CachedBlock?[] places, int number)
    {
        ordinal = number;
        Volatile.Write(ref rememberedIn, places);
        // Evicted meanwhile, it was forgotten before it was remembered.
        Interlocked.Exchange(ref places[number], this);
        if (!IsThere)
            Interlocked.CompareExchange(ref places[number], null, this);
    }

    /// <summary>Lets the bytes go.</summary>
    public void Clear()
    {
        Interlocked.Exchange(ref bytes, null);
        if (Volatile.Read(ref rememberedIn) is { } places)
            Interlocked.CompareExchange(ref places[ordinal], null, this);
    }

    /// <summary>True when it was used since this was last asked.</summary>
    public bool TakeMark()
    {
        var was = isMarked;
        isMarked = false;
        return was;
    }
}
