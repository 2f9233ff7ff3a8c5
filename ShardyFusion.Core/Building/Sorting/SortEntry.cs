using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ShardyFusion.Building.Sorting;

/// <summary>Stands for one row while sorting.</summary>
/// <param name="Prefix">Eight bytes of the key, big-endian, zero-padded.</param>
/// <param name="Locator">Where the row is, see <see cref="RowSlabs"/>.</param>
readonly record struct SortEntry(ulong Prefix, ulong Locator)
{
    public static ulong PrefixOf(ReadOnlySpan<byte> key)
    {
        if (key.Length >= 8) return BinaryPrimitives.ReadUInt64BigEndian(key);
        ulong prefix = 0;
        for (var i = 0; i < key.Length; i++) prefix |= (ulong)key[i] << (56 - 8 * i);
        return prefix;
    }
}

/// <summary>Hands out chunks of entries, cut from large arrays: small arrays would be moved by the collector again and again. Not
/// thread-safe.</summary>
sealed class SortEntryChunks
{
    public const int SmallestChunk = 32, LargestChunk = 4096;

    const int FirstBlock = 4096, LargestBlock = 1 << 18;

    // One stack a size: 32, 64, … 4,096 entries.
    readonly Stack<ArraySegment<SortEntry>>[] free = [.. Enumerable.Range(0, BitOperations.Log2(LargestChunk / SmallestChunk) + 1)
        .Select(_ => new Stack<ArraySegment<SortEntry>>())];
    ArraySegment<SortEntry> block = ArraySegment<SortEntry>.Empty;
    int nextBlock = FirstBlock;

    /// <summary>Bytes of the chunks in use.</summary>
    public long LiveBytes { get; private set; }

    /// <param name="length">A power of two from <see cref="SmallestChunk"/> to <see cref="LargestChunk"/>.</param>
    public ArraySegment<SortEntry> Take(int length)
    {
        LiveBytes += length * 16L;
        if (free[SizeClass(length)].TryPop(out var chunk)) return chunk;
        if (block.Count < length)
        {
            // What is left of the block is a multiple of the smallest chunk, and less than one of this length.
            for (var size = length / 2; size >= SmallestChunk; size /= 2)
            {
                if ((block.Count & size) == 0) continue;
                free[SizeClass(size)].Push(block[..size]);
                block = block[size..];
            }
            block = HugePages.Advise(GC.AllocateUninitializedArray<SortEntry>(nextBlock));
            nextBlock = Math.Min(nextBlock * 2, LargestBlock);
        }
        chunk = block[..length];
        block = block[length..];
        return chunk;
    }

    public void Return(ArraySegment<SortEntry> chunk)
    {
        LiveBytes -= chunk.Count * 16L;
        free[SizeClass(chunk.Count)].Push(chunk);
    }

    /// <summary>Lets go of the chunks that are not in use.</summary>
    public void Trim()
    {
        foreach (var chunks in free) chunks.Clear();
    }

    static int SizeClass(int length) => BitOperations.Log2((uint)length / SmallestChunk);
}

/// <summary>A growing list of entries that never copies what it holds.</summary>
sealed class SortEntryList(SortEntryChunks pool)
{
    readonly List<ArraySegment<SortEntry>> chunks = [];
    SortEntry[] array = [];
    int position, end;

    public int Count { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(SortEntry entry)
    {
        if (position == end) Grow();
        array[position++] = entry;
        Count++;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CopyTo(Span<SortEntry> destination)
    {
        for (var i = 0; i < chunks.Count; i++)
        {
            var chunk = chunks[i].AsSpan();
            if (i == chunks.Count - 1) chunk = chunk[..^(end - position)];
            chunk.CopyTo(destination);
            destination = destination[chunk.Length..];
        }
    }

    public void Clear()
    {
        foreach (var chunk in chunks) pool.Return(chunk);
        chunks.Clear();
        array = [];
        position = end = 0;
        Count = 0;
    }

    void Grow()
    {
        var chunk = pool.Take(chunks.Count == 0 ? SortEntryChunks.SmallestChunk
            : Math.Min(chunks[^1].Count * 2, SortEntryChunks.LargestChunk));
        chunks.Add(chunk);
        array = chunk.Array!;
        position = chunk.Offset;
        end = position + chunk.Count;
    }
}

/// <summary>Arrays of entries for sorting, kept to be used for the next shard. Safe for concurrent callers.</summary>
sealed class SortEntryArrays
{
    readonly List<SortEntry[]> idle = [];

    /// <summary>An array of at least <paramref name="length"/> entries, with anything in them.</summary>
    public SortEntry[] Rent(int length)
    {
        lock (idle)
        {
            var at = idle.FindIndex(a => a.Length >= length);
            // One that is too short for this shard is too short for most: shards are about equal.
            if (at < 0) at = idle.Count - 1;
            if (at >= 0)
            {
                var array = idle[at];
                idle.RemoveAt(at);
                if (array.Length >= length) return array;
            }
        }
        return HugePages.Advise(GC.AllocateUninitializedArray<SortEntry>(length + length / 16));
    }

    public void Return(SortEntry[] array)
    {
        lock (idle) idle.Add(array);
    }

    /// <summary>Lets go of the arrays.</summary>
    public void Clear()
    {
        lock (idle) idle.Clear();
    }
}
