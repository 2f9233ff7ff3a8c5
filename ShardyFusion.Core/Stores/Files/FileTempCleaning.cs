namespace ShardyFusion.Stores.Files;

/// <summary>Removes temporary files whose writers are gone.</summary>
static class FileTempCleaning
{
    /// <returns>How many were removed.</returns>
    public static int Clean(string folder, DateTimeOffset writtenBefore, CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (file.LastWriteTimeUtc < writtenBefore.UtcDateTime && TryRemove(file.FullName))
                removed++;
        }
        return removed;
    }

    static bool TryRemove(string path)
    {
        try
        {
            // A live writer holds its file open exclusively, so that this fails.
            using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None, bufferSize: 0))
                File.Delete(path);
            return true;
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            return false; // In use, or gone, or not ours to delete.
        }
    }
}
