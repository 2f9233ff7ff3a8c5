using System.Buffers;

namespace ShardyFusion.Parquet.Pages;

/// <summary>Reads a range of a file from front to back, some of it at a time. For one thread.</summary>
/// <param name="file">The file.</param>
/// <param name="start">First byte; with <paramref name="end"/> within the file.</param>
/// <param name="end">The byte after the last.</param>
sealed class ChunkWindow(IFileBytes file, long start, long end) : IDisposable
{
    byte[] buffer = [];
    int first, last;
    long nextRead = start;

    /// <summary>Where in the file the next byte lies.</summary>
    public long Offset => nextRead - (last - first);

    /// <summary>Bytes left.</summary>
    public long Left => end - Offset;

    /// <summary>The array that <see cref="Peek"/> gave a part of; good until the next call of it.</summary>
    public byte[] Buffer => buffer;

    /// <summary>Shows the next bytes.</summary>
    /// <param name="count">How many; fewer come where the range ends.</param>
    /// <returns>The place of the first in <see cref="Buffer"/>, and how many there are.</returns>
    public (int Start, int Count) Peek(int count)
    {
        var wanted = (int)Math.Min(count, Left);
        if (last - first < wanted) Fill(wanted);
        return (first, Math.Min(count, last - first));
    }

    /// <summary>Passes over bytes that were shown.</summary>
    public void Skip(int count) => first += count;

    public void Dispose()
    {
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        first = last = 0;
    }

    void Fill(int wanted)
    {
        var kept = last - first;
        var room = (int)Math.Min(Math.Max(wanted, file.ReadBytes), kept + end - nextRead);
        if (buffer.Length < room)
        {
            var larger = ArrayPool<byte>.Shared.Rent(room);
            buffer.AsSpan(first, kept).CopyTo(larger);
            if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }
        else
        {
            buffer.AsSpan(first, kept).CopyTo(buffer);
        }
        (first, last) = (0, kept);
        file.Read(nextRead, buffer.AsMemory(kept, room - kept));
        nextRead += room - kept;
        last = room;
    }
}
