using System.Buffers.Binary;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Shards.Sqlite.Writing;

/// <summary>Takes the pages of a file one after the other and numbers them; or only counts them.</summary>
/// <param name="pageBytes">Size of a page.</param>
/// <param name="isCounting">True to drop them.</param>
sealed class PageOutput(int pageBytes, bool isCounting) : IDisposable
{
    // SQLite locks the byte here, and leaves its page unused.
    const int LockByte = 0x40000000;
    const int NextBytes = 4;

    readonly TableBuffer output = new(isCounting ? 0 : 64 << 10);
    readonly long lockPage = LockByte / pageBytes + 1;

    /// <summary>Pages so far.</summary>
    public long Count { get; private set; }

    /// <summary>Number of the next page.</summary>
    public long Next => After(Count);

    /// <summary>Pages not yet taken.</summary>
    public ReadOnlyMemory<byte> Pending => output.Bytes.AsMemory(0, output.Length);

    /// <summary>Forgets them: they are stored.</summary>
    public void DiscardPending() => output.Length = 0;

    long After(long page) => page + 1 == lockPage ? page + 2 : page + 1;

    /// <summary>Takes a page.</summary>
    /// <param name="page">Its bytes; of any length when they are only counted.</param>
    /// <returns>Its number.</returns>
    public long Add(ReadOnlySpan<byte> page)
    {
        var number = Next;
        if (!isCounting)
        {
            if (number > Count + 1)
                AddZeros(pageBytes);
            output.Append(page);
        }
        return Count = number;
    }

    /// <summary>Puts the rest of a payload on overflow pages.</summary>
    /// <param name="head">The first part of it.</param>
    /// <param name="tail">The second.</param>
    /// <returns>Number of the first page.</returns>
    public long AddChain(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail)
    {
        var first = Next;
        var content = pageBytes - NextBytes;
        for (long left = (long)head.Length + tail.Length; left > 0; left -= content)
        {
            var number = Next;
            if (isCounting)
            {
                Count = number;
                continue;
            }
            if (number > Count + 1)
                AddZeros(pageBytes);
            output.Reserve(pageBytes);
            BinaryPrimitives.WriteUInt32BigEndian(output.Bytes.AsSpan(output.Length), left > content ? (uint)After(number) : 0);
            output.Length += NextBytes;
            var room = content;
            room -= Move(ref head, room);
            room -= Move(ref tail, room);
            AddZeros(room);
            Count = number;
        }
        return first;
    }

    int Move(ref ReadOnlySpan<byte> source, int most)
    {
        var part = source[..Math.Min(source.Length, most)];
        output.Append(part);
        source = source[part.Length..];
        return part.Length;
    }

    void AddZeros(int count)
    {
        output.Reserve(count);
        output.Bytes.AsSpan(output.Length, count).Clear();
        output.Length += count;
    }

    public void Dispose() => output.Dispose();
}
