using System.Globalization;
using System.IO.MemoryMappedFiles;
using ShardyFusion.Errors;
using ShardyFusion.LocalFiles;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>A whole file in the address space, for reading.</summary>
/// <remarks>
/// Spans handed out are valid until <see cref="Dispose"/>; afterwards (also after the object became unreachable) touching one ends
/// the process. The owner disposes when no read is in flight. A file that someone cuts short while it is mapped has the same effect,
/// as with every memory-mapped reader: nothing of ours does that, and <see cref="RequireWhole"/> catches what someone else did a moment
/// ago.
/// </remarks>
sealed unsafe class MappedFile : IDisposable
{
    readonly MemoryMappedFile file;
    readonly MemoryMappedViewAccessor view;
    byte* start;

    /// <summary>How long a look at the file's length is believed: it costs more than a get.</summary>
    const int BelievedMilliseconds = 10;

    readonly string path;
    readonly DateTime writtenUtc;
    // Kept, because a batch allocates nothing.
    readonly FileInfo named;
    long lookedAtMilliseconds;

    MappedFile(string path, DateTime writtenUtc, MemoryMappedFile file, MemoryMappedViewAccessor view, long length)
    {
        (this.path, this.writtenUtc, this.file, this.view, Length) = (path, writtenUtc, file, view, length);
        named = new FileInfo(path);
        // Not AcquirePointer, whose reference would keep the view mapped forever if nobody disposed this object.
        start = (byte*)view.SafeMemoryMappedViewHandle.DangerousGetHandle() + view.PointerOffset;
    }

    /// <summary>The file's bytes.</summary>
    public long Length { get; }

    /// <summary>The first byte; null after disposal.</summary>
    public byte* Start => start;

    /// <summary>A part of the file; the caller has checked that it lies inside.</summary>
    public ReadOnlySpan<byte> Slice(long offset, int length) => new(start + offset, length);

    /// <summary>Maps a file.</summary>
    /// <exception cref="ShardyFusionException">The file is missing, may not be read, or is empty.</exception>
    public static MappedFile Open(string path)
    {
        try
        {
            // Opening one may wait forever.
            if (FileStatus.Of(path).Type == FileType.Special)
                throw new ShardCorruptException(path, 0, "it is a device, FIFO or socket and no file");
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            var length = stream.Length;
            if (length == 0)
                throw new ShardCorruptException(path, 0, "the file is empty");
            var file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None,
                leaveOpen: true);
            try
            {
                var view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
                if (stream.Length != length)
                    throw new ShardCorruptException(path, stream.Length, string.Create(CultureInfo.InvariantCulture,
                        $"the file had {length:N0} bytes and was changed while it was opened"));
                return new MappedFile(path, File.GetLastWriteTimeUtc(stream.SafeFileHandle), file, view, length);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ShardyFusionException(ErrorKind.StorageNotFound, $"The shard file '{path}' does not exist.", e) { Target = path };
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ShardyFusionException(ErrorKind.StorageDenied, $"The shard file '{path}' may not be read: {e.Message}", e)
            {
                Target = path,
            };
        }
        catch (IOException e)
        {
            throw new ShardyFusionException(ErrorKind.StorageTransient, $"The shard file '{path}' could not be mapped: {e.Message}", e)
            {
                Target = path,
            };
        }
    }

    /// <summary>True when the file under that name has another size or write time than when it was mapped. One that is gone stays readable
    /// as it was.</summary>
    public bool IsChanged()
    {
        try
        {
            var now = new FileInfo(path);
            return now.Exists && (now.Length != Length || now.LastWriteTimeUtc != writtenUtc);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Refuses to read on in a file that someone cut short. For what reads many keys at once; a single get would take twice as
    /// long.</summary>
    /// <exception cref="ShardCorruptException">The file under that name is shorter than what is mapped. One that is gone stays readable as
    /// it was.</exception>
    public void RequireWhole()
    {
        var (now, last) = (Environment.TickCount64, Volatile.Read(ref lookedAtMilliseconds));
        if (now - last < BelievedMilliseconds || Interlocked.CompareExchange(ref lookedAtMilliseconds, now, last) != last)
            return;
        named.Refresh();
        if (!named.Exists || named.Length is var length && length >= Length)
            return;
        Volatile.Write(ref lookedAtMilliseconds, 0);
        throw new ShardCorruptException(path, length,
            string.Create(CultureInfo.InvariantCulture, $"someone cut it from {Length:N0} to {length:N0} bytes while it was being read"));
    }

    /// <summary>True when there is no file under that name any more.</summary>
    public bool IsGone => !File.Exists(path);

    public void Dispose()
    {
        start = null;
        view.Dispose();
        file.Dispose();
    }
}
