using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ShardyFusion.Building;

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

/// <summary>Chunks of entries that are free to be used again. Not thread-safe.</summary>
sealed class SortEntryChunks
{
    public const int LargestChunk = 4096;

    readonly Stack<SortEntry[]> free = new();

    /// <summary>Bytes of the chunks in use.</summary>
    public long LiveBytes { get; private set; }

    public SortEntry[] Take(int length)
    {
        LiveBytes += length * 16L;
        return length == LargestChunk && free.TryPop(out var chunk) ? chunk : new SortEntry[length];
    }

    public void Return(SortEntry[] chunk)
    {
        LiveBytes -= chunk.Length * 16L;
        if (chunk.Length == LargestChunk) free.Push(chunk);
    }

    /// <summary>Lets go of the chunks that are not in use.</summary>
    public void Trim() => free.Clear();
}

/// <summary>A growing list of entries that never copies what it holds.</summary>
sealed class SortEntryList(SortEntryChunks pool)
{
    const int FirstChunk = 32;

    readonly List<SortEntry[]> chunks = [];
    SortEntry[] current = [];
    int position;

    public int Count { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(SortEntry entry)
    {
        if (position == current.Length) Grow();
        current[position++] = entry;
        Count++;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CopyTo(Span<SortEntry> destination)
    {
        var offset = 0;
        foreach (var chunk in chunks)
        {
            var used = ReferenceEquals(chunk, current) ? position : chunk.Length;
            chunk.AsSpan(0, used).CopyTo(destination[offset..]);
            offset += used;
        }
    }

    public void Clear()
    {
        foreach (var chunk in chunks) pool.Return(chunk);
        chunks.Clear();
        current = [];
        position = 0;
        Count = 0;
    }

    void Grow()
    {
        current = pool.Take(current.Length == 0 ? FirstChunk : Math.Min(current.Length * 2, SortEntryChunks.LargestChunk));
        chunks.Add(current);
        position = 0;
    }
}
