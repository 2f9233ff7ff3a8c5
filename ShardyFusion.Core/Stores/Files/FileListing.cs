using ShardyFusion.LocalFiles;

namespace ShardyFusion.Stores.Files;

/// <summary>Lists keys in the order of their UTF-8 bytes by walking the folders in that order; holds one folder's names per
/// level.</summary>
static class FileListing
{
    /// <summary>Walks lazily. Files and folders deleted meanwhile are left out.</summary>
    /// <param name="tree">The root.</param>
    /// <param name="prefix">Keys must start with this.</param>
    /// <param name="isFolded">True to stop at the first <c>/</c> behind the prefix.</param>
    public static IEnumerable<ListEntry> Walk(FileTree tree, string prefix, bool isFolded)
    {
        tree.RequireRoot();
        // Nothing outside the folder that the prefix names whole can match.
        var slash = prefix.LastIndexOf('/');
        if (slash < 0)
            return WalkFolder(tree.Root, "", prefix, isFolded);
        var folderKey = prefix[..slash];
        if (folderKey.Length == 0 || folderKey.Split('/').Any(static s => s is "" or "." or ".."))
            return [];
        var folder = tree.PathFor(folderKey);
        tree.RequireNoLink(folder, isFile: true);
        return WalkFolder(folder, folderKey + "/", prefix, isFolded);
    }

    static IEnumerable<ListEntry> WalkFolder(string folder, string folderKey, string prefix, bool isFolded)
    {
        foreach (var (key, entry) in SortedEntries(folder, folderKey))
        {
            if (entry is FileInfo file)
            {
                if (key.StartsWith(prefix, StringComparison.Ordinal) && Describe(file, key) is { } found)
                    yield return found;
                continue;
            }
            if (!key.StartsWith(prefix, StringComparison.Ordinal) && !prefix.StartsWith(key, StringComparison.Ordinal))
                continue;
            if (isFolded && key.Length > prefix.Length)
            {
                // A store without folders has no empty ones either.
                if (WalkFolder(entry.FullName, key, "", false).Any())
                    yield return new ListEntry(key, true, 0, null);
                continue;
            }
            foreach (var deeper in WalkFolder(entry.FullName, key, prefix, isFolded))
                yield return deeper;
        }
    }

    static ListEntry? Describe(FileInfo file, string key)
    {
        try
        {
            var length = file.Length;
            // Only what has no content of its own is worth a second look.
            if (length == 0 && FileStatus.Of(file.FullName).Type == FileType.Special) return null;
            return new ListEntry(key, false, length, new DateTimeOffset(file.LastWriteTimeUtc));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    // A folder's keys all start with its name and a slash: sorting by that puts "a-b" before "a/x", as a flat store does.
    static List<(string Key, FileSystemInfo Entry)> SortedEntries(string folder, string folderKey)
    {
        var entries = new List<(string Key, FileSystemInfo Entry)>();
        try
        {
            foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
            {
                // A link may lead outside the prefix or around in a circle.
                if (FileTree.IsLink(entry))
                    continue;
                if (FileKeyEscaping.ToSegment(entry.Name, isFirst: folderKey.Length == 0) is { } segment)
                    entries.Add((folderKey + segment + (entry is DirectoryInfo ? "/" : ""), entry));
            }
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            throw FileErrors.Translate(e, "list", folder);
        }
        entries.Sort(static (a, b) => StoreKeys.CompareUtf8(a.Key, b.Key));
        return entries;
    }
}
