using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.LocalFiles;

namespace ShardyFusion.Stores.Files;

/// <summary>Objects as files below one root folder. See docs/format for names, locks and temporary files.</summary>
/// <remarks>Writes are atomic and durable when they return; conditions hold between threads and processes that use this store.</remarks>
sealed class FileObjectStore : IObjectStore, IStoreMaintenance, IConditionalDelete
{
    readonly FileTree tree;
    readonly KeyLocks locks;
    readonly FileCommit commit;
    readonly AlignedBlocks blocks = new();
    readonly StoreClock? storeClock;

    /// <param name="rootPath">Full path of the root folder; the first write creates it.</param>
    /// <param name="timeProvider">Clock for write times and lock waits; null for the file system's and the system's.</param>
    public FileObjectStore(string rootPath, TimeProvider? timeProvider = null)
    {
        if (timeProvider is null) storeClock = new StoreClock(TimeProvider.System);
        Clock = timeProvider ?? storeClock!;
        tree = new FileTree(Path.TrimEndingDirectorySeparator(Path.GetFullPath(rootPath)));
        locks = new KeyLocks(tree, Clock);
        commit = new FileCommit(tree, locks, Clock);
        Root = FileUri.FromPath(tree.Root);
    }

    /// <inheritdoc/>
    public string Root { get; }

    /// <inheritdoc/>
    public StoreCapabilities Capabilities { get; } = new(ConditionalWrites: true, IsLocal: true);

    /// <inheritdoc/>
    public TimeProvider Clock { get; }

    /// <inheritdoc/>
    public StoreCounters Counters { get; } = new();

    /// <inheritdoc/>
    public string? LocalPath(string key) => tree.PathFor(key);

    /// <inheritdoc/>
    public Task<StoredObject?> GetAsync(string key, long maxBytes, CancellationToken cancellationToken)
    {
        var path = tree.PathFor(key);
        return Local(path, "read", () =>
        {
            using var file = tree.TryOpenRead(path);
            if (file is null)
            {
                Counters.CountGet(0);
                return null;
            }
            var lengthBytes = RandomAccess.GetLength(file);
            if (lengthBytes > maxBytes || lengthBytes > Array.MaxLength)
                throw StoreFaults.TooLarge(path, lengthBytes, maxBytes);
            var content = new byte[lengthBytes];
            var read = FileVersion.ReadFully(file, content, 0);
            Counters.CountGet(read);
            var writtenUtc = File.GetLastWriteTimeUtc(file);
            return new StoredObject(content.AsMemory(0, read), FileVersion.Of(writtenUtc, lengthBytes, content.AsSpan(0, read)),
                new DateTimeOffset(writtenUtc));
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<int> GetRangeAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var path = tree.PathFor(key);
        return new ValueTask<int>(Local(path, "read", () =>
        {
            using var file = tree.OpenRead(path);
            var read = FileVersion.ReadFully(file, destination.Span, offset);
            Counters.CountGet(read);
            return read;
        }, cancellationToken));
    }

    /// <inheritdoc/>
    public Task<ObjectTail> GetTailAsync(string key, int length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var path = tree.PathFor(key);
        return Local(path, "read", () =>
        {
            using var file = tree.OpenRead(path);
            var etag = FileVersion.Of(file, out var totalBytes, out _);
            var content = new byte[Math.Min(length, totalBytes)];
            var read = FileVersion.ReadFully(file, content, totalBytes - content.Length);
            Counters.CountGet(read);
            return new ObjectTail(content.AsMemory(0, read), totalBytes, etag);
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        var path = tree.PathFor(key);
        return Local(path, "read", () =>
        {
            Counters.CountHead();
            using var file = tree.TryOpenRead(path);
            if (file is null)
                return null;
            var etag = FileVersion.Of(file, out var sizeBytes, out var writtenUtc);
            return new ObjectInfo(key, sizeBytes, etag, new DateTimeOffset(writtenUtc));
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> content, PutOptions options, CancellationToken cancellationToken)
    {
        var path = tree.PathFor(key);
        if (!commit.MayHold(path, options.Condition))
            return PutResult.ConditionFailed;
        var upload = new FileUpload(commit, blocks, new FilePlace(key, path), options.Condition, Counters);
        await using (upload.ConfigureAwait(false))
        {
            await upload.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            return await upload.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<IObjectUpload> OpenUploadAsync(string key, PutOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var place = new FilePlace(key, tree.PathFor(key));
        return Task.FromResult<IObjectUpload>(new FileUpload(commit, blocks, place, options.Condition, Counters));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListEntry> ListAsync(string prefix, string? delimiter,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StoreFaults.RequireSlashOrNull(delimiter);
        cancellationToken.ThrowIfCancellationRequested();
        Counters.CountList();
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var entry in FileListing.Walk(tree, prefix, isFolded: delimiter is not null))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DeleteResult>> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var results = new DeleteResult[keys.Count];
        for (var i = 0; i < results.Length; i++)
            results[i] = new DeleteResult(keys[i], await DeleteOneAsync(keys[i], cancellationToken).ConfigureAwait(false));
        return results;
    }

    async Task<string?> DeleteOneAsync(string key, CancellationToken cancellationToken)
    {
        var path = tree.PathFor(key);
        Counters.CountDelete();
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            tree.RequireNoLink(path, isFile: true);
            if (!File.Exists(path))
                return null;
            using (await locks.AcquireAsync(key, cancellationToken).ConfigureAwait(false))
                File.Delete(path);
            tree.PruneEmpty(Path.GetDirectoryName(path)!);
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
        catch (ShardyFusionException refused) when (refused.Kind == ErrorKind.ConfigValidation)
        {
            return refused.Message;
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            return FileErrors.Translate(e, "delete", path).Message;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteIfMatchAsync(string key, string etag, CancellationToken cancellationToken)
    {
        var path = tree.PathFor(key);
        Counters.CountDelete();
        try
        {
            using var held = await locks.AcquireAsync(key, cancellationToken).ConfigureAwait(false);
            if (!commit.MayHold(path, PutCondition.IfMatch(etag))) return false;
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            throw FileErrors.Translate(e, "delete", path);
        }
    }

    /// <inheritdoc/>
    public async Task<int> CleanTempAsync(TimeSpan olderThan, CancellationToken cancellationToken)
    {
        var removed = await Local(tree.TempFolder, "clean", () =>
        {
            tree.RequireNoLink(tree.TempFolder, isFile: false);
            tree.EnsureFolder(tree.TempFolder);
            ReadClock();
            return FileTempCleaning.Clean(tree.TempFolder, Clock.GetUtcNow() - olderThan, cancellationToken);
        }, cancellationToken).ConfigureAwait(false);
        return removed + await StoreProbe.RemoveLeftoversAsync(this, Clock, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void ReadClock()
    {
        // A prefix that nobody writes to stays as it is, and a link leads to what is not ours.
        if (storeClock is null || new DirectoryInfo(tree.TempFolder) is not { Exists: true, LinkTarget: null }) return;
        try
        {
            var askedAt = storeClock.LocalNow();
            using var file = File.OpenHandle(Path.Combine(tree.TempFolder, Guid.NewGuid().ToString("N")), FileMode.CreateNew,
                FileAccess.Write, FileShare.Read, FileOptions.DeleteOnClose);
            // Whoever serves the file system puts its own time on what is written.
            RandomAccess.Write(file, "?"u8, 0);
            storeClock.Observe(File.GetLastWriteTimeUtc(file), askedAt, FileCommit.TimeResolution);
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            // Read-only or full: nothing can be done here that needs another clock.
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Local reads are too short to be worth a thread switch: they run on the caller's thread, their failures in the task.
    static Task<T> Local<T>(string path, string action, Func<T> work, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        try
        {
            return Task.FromResult(work());
        }
        catch (ShardyFusionException e)
        {
            return Task.FromException<T>(e);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            return Task.FromException<T>(FileErrors.Translate(e, action, path));
        }
    }
}
