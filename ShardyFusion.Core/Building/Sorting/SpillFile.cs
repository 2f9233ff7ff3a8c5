using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace ShardyFusion.Building.Sorting;

/// <summary>Rows on disk: a sequence of records as in <see cref="RowSlabs"/>. Written once by one thread, then read by any.</summary>
sealed class SpillFile : IDisposable
{
    const int BufferBytes = 1 << 20;

    readonly SpillFolder folder;
    readonly SafeFileHandle handle;
    readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
    int buffered;
    long flushed;

    public SpillFile(SpillFolder folder)
    {
        this.folder = folder;
        (_, handle) = folder.Create();
    }

    /// <summary>Bytes appended so far: where the next record begins.</summary>
    public long Position => flushed + buffered;

    /// <summary>Appends a row's record.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Append(in RowRecord row)
    {
        Span<byte> header = stackalloc byte[RowSlabs.HeaderBytes];
        RowHeader.Write(header, row.Key.Length, row.Value.Length, row.Ordinal);
        Append(header);
        Append(row.Key);
        Append(row.Value);
    }

    /// <summary>Appends raw record bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Append(ReadOnlySpan<byte> record)
    {
        if (record.Length > buffer.Length - buffered)
        {
            Flush();
            if (record.Length >= buffer.Length)
            {
                Write(record);
                return;
            }
        }
        record.CopyTo(buffer.AsSpan(buffered));
        buffered += record.Length;
    }

    /// <summary>Writes out what is buffered; afterwards the file may be read.</summary>
    public void Flush()
    {
        Write(buffer.AsSpan(0, buffered));
        buffered = 0;
    }

    /// <summary>Fills as much of <paramref name="destination"/> as the file holds from <paramref name="offset"/>.</summary>
    public int Read(long offset, Span<byte> destination)
    {
        try
        {
            var total = 0;
            while (total < destination.Length)
            {
                var read = RandomAccess.Read(handle, destination[total..], offset + total);
                if (read == 0) break;
                total += read;
            }
            return total;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw folder.Wrap(e);
        }
    }

    void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(handle, bytes, flushed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw folder.Wrap(e);
        }
        flushed += bytes.Length;
        folder.CountBytes(bytes.Length);
    }

    public void Dispose() => handle.Dispose();
}

/// <summary>One shard's sorted rows within a spill file.</summary>
/// <param name="File">The file.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Bytes">Length in bytes.</param>
readonly record struct SpillRun(SpillFile File, long Offset, long Bytes);
