using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;

namespace ShardyFusion.LocalFiles;

/// <summary>A new file that is written from front to back while its writer goes on making what follows. For one caller at a time.</summary>
/// <remarks>
/// Full blocks are written by a thread of the file's own, past the page cache where that can be had: copying into the cache and looking
/// after its pages took more processor time than making the bytes, and the disk stood still until the flush. A file of less than a block
/// is written by the caller, in one ordinary write.
/// </remarks>
/// <param name="file">Empty and open for writing; disposed with this.</param>
/// <param name="pool">Where its memory comes from.</param>
sealed class StreamedFile(SafeFileHandle file, AlignedBlocks pool) : IDisposable
{
    const int BlockBytes = AlignedBlock.LengthBytes;

    // One is filled while others are on their way.
    const int MostBlocks = 8;

    readonly AlignedBlock?[] blocks = new AlignedBlock?[MostBlocks];
    readonly SemaphoreSlim free = new(MostBlocks), full = new(0);
    Task? writing;
    long blocksFilled;
    int inBlock;
    volatile bool isEnding;
    volatile Exception? failure;

    /// <summary>Bytes taken so far.</summary>
    public long LengthBytes => blocksFilled * BlockBytes + inBlock;

    /// <summary>True when the last full block went past the page cache.</summary>
    internal bool IsDirect { get; private set; }

    /// <summary>Takes bytes; waits only when the disk is behind.</summary>
    /// <exception cref="IOException">Bytes taken before could not be written.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        while (!content.IsEmpty)
        {
            if (inBlock == 0) await free.WaitAsync(cancellationToken).ConfigureAwait(false);
            ThrowIfFailed();
            var taken = Math.Min(content.Length, BlockBytes - inBlock);
            content.Span[..taken].CopyTo(Block(blocksFilled)[inBlock..]);
            content = content[taken..];
            inBlock += taken;
            if (inBlock < BlockBytes) return;
            inBlock = 0;
            blocksFilled++;
            writing ??= Task.Factory.StartNew(WriteBlocks, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            full.Release();
        }
    }

    /// <summary>Writes what is left and waits until the disk has all of it.</summary>
    /// <exception cref="IOException">Something could not be written.</exception>
    public async Task FlushAsync()
    {
        await EndWritingAsync().ConfigureAwait(false);
        ThrowIfFailed();
        // It may take seconds: not on the caller's thread.
        await Task.Run(() =>
        {
            if (inBlock > 0) RandomAccess.Write(file, Block(blocksFilled)[..inBlock], blocksFilled * BlockBytes);
            RandomAccess.FlushToDisk(file);
        }).ConfigureAwait(false);
    }

    /// <summary>Ends the writing, wherever it is; waits for the block that is on its way.</summary>
    public void Dispose()
    {
        failure ??= new ObjectDisposedException(nameof(StreamedFile));
        EndWritingAsync().GetAwaiter().GetResult();
        file.Dispose();
        foreach (var block in blocks)
            if (block is not null) pool.Return(block);
        free.Dispose();
        full.Dispose();
    }

    Task EndWritingAsync()
    {
        if (!isEnding)
        {
            isEnding = true;
            full.Release();
        }
        return writing ?? Task.CompletedTask;
    }

    void WriteBlocks()
    {
        IsDirect = DirectWrites.TryStart(file);
        for (long block = 0; ; block++)
        {
            full.Wait();
            // Whatever is filled by now comes before the end: each full block has released once more.
            if (isEnding && block == blocksFilled) break;
            try
            {
                if (failure is null) Write(block);
            }
            catch (Exception e)
            {
                failure ??= e;
            }
            free.Release();
        }
        if (IsDirect) DirectWrites.Stop(file);
    }

    void Write(long block)
    {
        try
        {
            RandomAccess.Write(file, Block(block), block * BlockBytes);
        }
        catch (IOException) when (IsDirect)
        {
            // A file system may take the flag and refuse the write, because it wants another alignment. A real fault comes again.
            IsDirect = false;
            DirectWrites.Stop(file);
            RandomAccess.Write(file, Block(block), block * BlockBytes);
        }
    }

    Span<byte> Block(long number) => (blocks[number % MostBlocks] ??= pool.Rent()).Span;

    void ThrowIfFailed()
    {
        if (failure is { } e) ExceptionDispatchInfo.Throw(e);
    }
}
