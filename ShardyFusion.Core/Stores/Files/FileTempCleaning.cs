using System.Text.RegularExpressions;
using ShardyFusion.LocalFiles;

namespace ShardyFusion.Stores.Files;

/// <summary>Removes temporary files whose writers are gone, and what else a store keeps beside its objects. Files of other names, and
/// links, stay.</summary>
static partial class FileTempCleaning
{
    /// <param name="folder">A store's folder of temporary files; must be no link.</param>
    /// <param name="writtenBefore">Younger ones stay.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <returns>How many were removed.</returns>
    public static int Clean(string folder, DateTimeOffset writtenBefore, CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TempName().IsMatch(file.Name) && !FileTree.IsLink(file) && file.LastWriteTimeUtc < writtenBefore.UtcDateTime
                && TryRemove(file.FullName))
                removed++;
        }
        return removed;
    }

    /// <summary>Removes the folder of a store whose objects are gone: its lock files, its temporary files, and each folder that is empty
    /// then.</summary>
    public static void RemoveEmptyStore(string root)
    {
        RemoveFolder(Path.Combine(root, FileKeyEscaping.TempFolder), TempName());
        RemoveFolder(Path.Combine(root, FileKeyEscaping.LockFolder), LockName());
        RemoveFolder(root, null);
    }

    /// <summary>Removes files of one form from a folder, and the folder when it is empty then. Follows no link.</summary>
    /// <param name="path">Full path; may be missing.</param>
    /// <param name="names">The form; null for none.</param>
    public static void RemoveFolder(string path, Regex? names)
    {
        var folder = new DirectoryInfo(path);
        if (!folder.Exists || FileTree.IsLink(folder))
            return;
        try
        {
            if (names is not null)
                foreach (var file in folder.EnumerateFiles())
                    if (names.IsMatch(file.Name) && !FileTree.IsLink(file)) file.Delete();
            folder.Delete();
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            // Not empty, or in use, or gone.
        }
    }

    static bool TryRemove(string path)
    {
        try
        {
            // A live writer holds its file open exclusively, so that this fails.
            using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Delete
                : FileShare.None, bufferSize: 0))
                File.Delete(path);
            return true;
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            return false; // In use, or gone, or not ours to delete.
        }
    }

    [GeneratedRegex(@"^[0-9a-f]{32}\z")]
    private static partial Regex TempName();

    [GeneratedRegex(@"^[0-3][0-9a-f]\z")]
    private static partial Regex LockName();
}
