using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using ShardyFusion.Errors;
using ShardyFusion.LocalFiles;

namespace ShardyFusion.Stores.Files;

/// <summary>Exclusive locks on keys, between threads and between processes.</summary>
/// <remarks>
/// A key maps to one of <see cref="Stripes"/> lock files below the root, which are never deleted: deleting a lock file while another
/// process opens it would give two holders. The operating system's file lock is what counts, so a killed holder's lock is free at once.
/// .NET offers no blocking wait for it; a waiter polls, and waiters of one process queue on a semaphore first.
/// </remarks>
sealed class KeyLocks(FileTree tree, TimeProvider timeProvider)
{
    /// <summary>Number of lock files. All processes must agree on it.</summary>
    public const int Stripes = 64;

    /// <summary>A holder works for milliseconds; one that is stopped for this long makes waiters give up.</summary>
    public static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(30);

    static readonly ConcurrentDictionary<string, SemaphoreSlim> InProcess = new(StringComparer.Ordinal);

    readonly string folder = Path.Combine(tree.Root, FileKeyEscaping.LockFolder);
    volatile bool isProven;

    /// <summary>Waits for the key's lock; dispose the result to release it.</summary>
    public async Task<IDisposable> AcquireAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathFor(key);
        tree.RequireNoLink(path, isFile: true);
        var queue = InProcess.GetOrAdd(path, static _ => new SemaphoreSlim(1, 1));
        await queue.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return new Holder(await OpenAsync(path, cancellationToken).ConfigureAwait(false), queue);
        }
        catch
        {
            queue.Release();
            throw;
        }
    }

    /// <summary>The lock file of a key.</summary>
    internal string PathFor(string key) => Path.Combine(folder, Stripe(key).ToString("x2", CultureInfo.InvariantCulture));

    // FNV-1a over UTF-8: any fixed hash serves, but every process and version must use the same one.
    static uint Stripe(string key)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(key))
            hash = (hash ^ b) * 16777619u;
        return (hash ^ (hash >> 16)) % Stripes;
    }

    async Task<FileStream> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        for (var pauseMilliseconds = 1; ; pauseMilliseconds = Math.Min(pauseMilliseconds * 2, 20))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryOpen(path) is { } file)
            {
                if (!isProven)
                    Prove(path, file);
                return file;
            }
            if (timeProvider.GetElapsedTime(start) >= WaitLimit)
                throw new ShardyFusionException(ErrorKind.StorageTransient,
                    string.Create(CultureInfo.InvariantCulture,
                    $"Another process has held the lock '{path}' for {WaitLimit.TotalSeconds:0} s."))
                { Target = path, RecommendedAction = "Look for a stopped process that has this file open; end it and try again." };
            await Task.Delay(TimeSpan.FromMilliseconds(pauseMilliseconds), timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    FileStream? TryOpen(string path)
    {
        try
        {
            FileTree.RequireNoDevice(path);
            var isNew = !File.Exists(path);
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            if (isNew) tree.LetGroupIn(file.SafeFileHandle);
            return file;
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            // The second: the folder was missing, but by the time .NET looked for the reason another process had created it.
            CreateFolder();
            return null;
        }
        catch (IOException e) when (FileErrors.IsHeldByOther(e))
        {
            return null;
        }
    }

    void CreateFolder()
    {
        try
        {
            Directory.CreateDirectory(folder);
            tree.LetGroupIn(folder);
        }
        catch (IOException e) when (FileErrors.IsThereAlready(e) && !File.Exists(folder))
        {
            // Another process created it, and by the time .NET looked at what it is that had been moved away.
        }
    }

    // .NET ignores it silently when the file system has no locks or they are switched off; two writers would then both win.
    void Prove(string path, FileStream held)
    {
        using var second = TryOpen(path);
        if (second is not null)
        {
            held.Dispose();
            throw new ShardyFusionException(ErrorKind.StoreUnsafe,
                $"File locks have no effect on '{path}', so concurrent writers could both win.")

            {
                Target = tree.Root,
                RecommendedAction = "Use a file system with file locks, and do not switch them off by DOTNET_SYSTEM_IO_DISABLEFILELOCKING.",
            };
        }
        isProven = true;
    }

    sealed class Holder(FileStream file, SemaphoreSlim queue) : IDisposable
    {
        SemaphoreSlim? queue = queue;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref queue, null) is not { } mine)
                return;
            file.Dispose();
            mine.Release();
        }
    }
}
