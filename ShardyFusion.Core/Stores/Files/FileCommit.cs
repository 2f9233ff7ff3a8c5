using Microsoft.Win32.SafeHandles;
using ShardyFusion.LocalFiles;

namespace ShardyFusion.Stores.Files;

/// <summary>Turns a finished temporary file into an object, under a condition, in one step that a crash cannot split.</summary>
sealed class FileCommit(FileTree tree, KeyLocks locks, TimeProvider timeProvider)
{
    /// <summary>Kernels put the time of their last tick on a file.</summary>
    public static readonly TimeSpan TimeResolution = TimeSpan.FromMilliseconds(10);

    const int MaxAttempts = 100;

    /// <summary>Creates an empty temporary file, locked as long as the handle is open so that cleaning leaves it alone.</summary>
    public (string Path, SafeFileHandle Handle) CreateTemp()
    {
        for (var attempt = 1; ; attempt++)
        {
            var path = Path.Combine(tree.TempFolder, Guid.NewGuid().ToString("N"));
            try
            {
                tree.RequireNoLink(tree.TempFolder, isFile: false);
                tree.EnsureFolder(tree.TempFolder);
                // Readers may open it once it is renamed; the exclusive lock that cleaning needs is refused as long as it is open.
                var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete);
                tree.LetGroupIn(handle);
                if (File.Exists(path) || attempt == MaxAttempts)
                    return (path, handle);
                // Created and cleaned away before it was locked: a process may be stopped in between for as long as it likes.
                handle.Dispose();
            }
            catch (IOException e) when (FileErrors.IsHeldByOther(e) && attempt < MaxAttempts)
            {
                // Created, but a cleaning process has locked it as abandoned; that one deletes it.
            }
            catch (Exception e) when (FileErrors.IsFileSystemError(e))
            {
                throw FileErrors.Translate(e, "write", path);
            }
        }
    }

    /// <summary>False when the condition cannot hold any more, so that the content need not be written.</summary>
    public bool MayHold(string path, PutCondition condition) => Directory.Exists(tree.Root) ? Holds(path, condition)
        : condition.Kind != PutConditionKind.IfMatch;

    /// <summary>Moves a flushed temporary file, still open, to <paramref name="path"/> if the condition holds; it stays where it is
    /// otherwise.</summary>
    public async Task<PutResult> CommitAsync(string tempPath, string key, string path, PutCondition condition,
        CancellationToken cancellationToken)
    {
        tree.RequireNoLink(path, isFile: true);
        // Unconditional writes lock too: one that slipped between another writer's comparison and its rename would be lost unseen.
        using var held = await locks.AcquireAsync(key, cancellationToken).ConfigureAwait(false);
        if (!Holds(path, condition))
            return PutResult.ConditionFailed;
        StampLaterThan(tempPath, path);
        var changed = new List<string> { Path.GetDirectoryName(path)! };
        await MoveAsync(tempPath, path, changed).ConfigureAwait(false);
        changed.ForEach(FolderFlush.Flush);
        using var file = tree.OpenRead(path);
        return new PutResult(true, FileVersion.Of(file, out var lengthBytes, out _), lengthBytes);
    }

    bool Holds(string path, PutCondition condition)
    {
        switch (condition.Kind)
        {
            case PutConditionKind.CreateOnly:
                return !File.Exists(path);
            case PutConditionKind.IfMatch:
                using (var file = tree.TryOpenRead(path))
                    return file is not null && FileVersion.Of(file, out _, out _) == condition.ETag;
            default:
                return true;
        }
    }

    void StampLaterThan(string tempPath, string path)
    {
        // The file system's own time stands: this machine's clock may be another one.
        var written = timeProvider is StoreClock ? File.GetLastWriteTimeUtc(tempPath) : timeProvider.GetUtcNow().UtcDateTime;
        var isLater = true;
        if (File.Exists(path))
        {
            var next = File.GetLastWriteTimeUtc(path).AddTicks(1);
            isLater = written >= next;
            if (!isLater) written = next;
        }
        if (!isLater || timeProvider is not StoreClock) File.SetLastWriteTimeUtc(tempPath, written);
    }

    // A deleter may remove the folder as empty between its creation and the rename; a Windows reader may hold the old file for a moment.
    async Task MoveAsync(string tempPath, string path, List<string> changedFolders)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                tree.EnsureFolder(Path.GetDirectoryName(path)!, changedFolders);
                File.Move(tempPath, path, overwrite: true);
                return;
            }
            catch (Exception e) when (attempt < 20 && (e is DirectoryNotFoundException
                || (e is FileNotFoundException && File.Exists(tempPath))))
            {
                // The second: the folder was missing, and was there again when .NET looked for what was.
            }
            catch (Exception e) when (OperatingSystem.IsWindows() && attempt < 50 && e is UnauthorizedAccessException
                or IOException { HResult: unchecked((int)0x80070020) })
            {
                await Task.Delay(TimeSpan.FromMilliseconds(attempt), timeProvider).ConfigureAwait(false);
            }
        }
    }
}
