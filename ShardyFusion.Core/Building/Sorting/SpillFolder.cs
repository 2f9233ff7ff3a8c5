using System.Text.RegularExpressions;
using ShardyFusion.Errors;
using ShardyFusion.LocalFiles;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Building.Sorting;

/// <summary>A build's private folder for spilled rows. Disposing it deletes everything in it.</summary>
/// <remarks>
/// The folder holds a lock file that the operating system releases when the process ends, however it ends: the next build on
/// this machine deletes folders whose lock it can take.
/// </remarks>
sealed partial class SpillFolder : IDisposable
{
    const string NamePrefix = "shardyfusion-spill-";
    const string LockName = "lock";

    readonly string parent;
    readonly string path;
    FileStream? claim;
    int nextFile;
    long spilledBytes;

    public SpillFolder(string? parent, string runId)
    {
        this.parent = parent ?? Path.GetTempPath();
        path = Path.Combine(this.parent, NamePrefix + runId + "-" + Guid.NewGuid().ToString("N")[..8]);
    }

    /// <summary>Bytes written so far.</summary>
    public long SpilledBytes => Interlocked.Read(ref spilledBytes);

    public void CountBytes(long bytes) => Interlocked.Add(ref spilledBytes, bytes);

    /// <summary>Creates a new file of the folder, which the kernel forgets when its handle is closed where the platform can.</summary>
    public (string Path, Microsoft.Win32.SafeHandles.SafeFileHandle Handle) Create()
    {
        try
        {
            lock (this)
            {
                if (claim is null)
                {
                    PrivateFiles.CreateFolder(path);
                    claim = new FileStream(Path.Combine(path, LockName), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
                }
            }
            var file = Path.Combine(path, $"rows-{Interlocked.Increment(ref nextFile):D4}");
            var handle = File.OpenHandle(file, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, FileOptions.DeleteOnClose);
            PrivateFiles.Restrict(handle);
            return (file, handle);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrap(e);
        }
    }

    /// <summary>Turns a failure to write or read here into the engine's error.</summary>
    public ShardyFusionException Wrap(Exception e) =>
        new(e is UnauthorizedAccessException ? ErrorKind.StorageDenied : ErrorKind.StorageFull,
            $"Rows could not be spilled to '{path}': {e.Message}", e)
        {
            Target = path,
            RecommendedAction = "Free space there, choose another spill folder, or raise the memory budget.",
        };

    /// <summary>Deletes the folders of builds that are no longer alive.</summary>
    public void DeleteAbandoned()
    {
        if (!Directory.Exists(parent)) return;
        foreach (var folder in new DirectoryInfo(parent).EnumerateDirectories(NamePrefix + "*"))
        {
            if (folder.FullName == Path.GetFullPath(path) || !FolderName().IsMatch(folder.Name) || FileTree.IsLink(folder)) continue;
            try
            {
                // Taking the lock proves that its owner is gone; a fresh folder without a lock yet is left alone for a minute.
                var lockFile = new FileInfo(Path.Combine(folder.FullName, LockName));
                if (FileTree.IsLink(lockFile) || (!lockFile.Exists && folder.CreationTimeUtc > DateTime.UtcNow.AddMinutes(-1))) continue;
                using (new FileStream(lockFile.FullName, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)) { }
                FileTempCleaning.RemoveFolder(folder.FullName, FileName());
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Alive, or not ours to delete.
            }
        }
    }

    /// <summary>Deletes the folder; what cannot be deleted is left to the next build on this machine.</summary>
    public void Dispose()
    {
        if (claim is null) return;
        claim.Dispose();
        claim = null;
        FileTempCleaning.RemoveFolder(path, FileName());
    }

    [GeneratedRegex($@"^{NamePrefix}.+-[0-9a-f]{{8}}\z")]
    private static partial Regex FolderName();

    [GeneratedRegex($@"^(?:{LockName}|rows-[0-9]{{4,}})\z")]
    private static partial Regex FileName();
}
