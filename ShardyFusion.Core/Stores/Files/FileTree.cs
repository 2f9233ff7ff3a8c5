using Microsoft.Win32.SafeHandles;
using ShardyFusion.Errors;
using ShardyFusion.LocalFiles;

namespace ShardyFusion.Stores.Files;

/// <summary>Where the objects of one root folder lie, and the file operations whose failures become typed errors.</summary>
sealed class FileTree(string root)
{
    /// <summary>Full path of the root folder.</summary>
    public string Root { get; } = root;

    public string TempFolder { get; } = Path.Combine(root, FileKeyEscaping.TempFolder);

    // What the group may do in the root folder, once it is there; null before.
    UnixFileMode? groupMode;

    /// <summary>Full path of a key's file.</summary>
    public string PathFor(string key)
    {
        StoreKeys.Validate(key);
        return Path.Combine(Root, FileKeyEscaping.ToRelativePath(key).Replace('/', Path.DirectorySeparatorChar));
    }

    /// <summary>Opens an object; null when there is none.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StorageNotFound"/> when the root folder itself is missing.</exception>
    public SafeFileHandle? TryOpenRead(string path)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                RequireNoDevice(path);
                return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                RequireRoot();
                return null;
            }
            catch (UnauthorizedAccessException) when (Directory.Exists(path))
            {
                return null; // A folder is no object.
            }
            catch (IOException e) when (FileErrors.IsHeldByOther(e) && attempt < 50)
            {
                Thread.Sleep(1); // A cleaning process tried the lock of what was a temporary file a moment ago.
            }
            catch (Exception e) when (FileErrors.IsFileSystemError(e))
            {
                throw FileErrors.Translate(e, "read", path);
            }
        }
    }

    /// <summary>Refuses what is no object and may wait forever when it is opened.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StorageDenied"/> naming it.</exception>
    public static void RequireNoDevice(string path)
    {
        if (FileStatus.Of(path).Type == FileType.Special)
            throw new ShardyFusionException(ErrorKind.StorageDenied, $"'{path}' is a device, FIFO or socket, and no object.")
            { Target = path, RecommendedAction = "Find out who put it there, and move it elsewhere." };
    }

    public SafeFileHandle OpenRead(string path) => TryOpenRead(path)
        ?? throw new ShardyFusionException(ErrorKind.StorageNotFound, $"There is no object at '{path}'.") { Target = path };

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StorageNotFound"/> when the root folder is missing.</exception>
    public void RequireRoot()
    {
        if (!Directory.Exists(Root))
            throw new ShardyFusionException(ErrorKind.StorageNotFound, $"The folder '{Root}' does not exist.")
            { Target = Root, RecommendedAction = "Check the prefix for a typo; publishing a snapshot creates the folder." };
    }

    /// <summary>Refuses a path below the root that leads through a symbolic link, or through a file: what is written or deleted there would
    /// lie outside.</summary>
    /// <param name="path">Full path of a folder or a file of the store; the root itself may be a link.</param>
    /// <param name="isFile">True when the path ends with a file.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming the link.</exception>
    public void RequireNoLink(string path, bool isFile)
    {
        for (var end = Root.Length; end < path.Length;)
        {
            var next = path.IndexOf(Path.DirectorySeparatorChar, end + 1);
            end = next < 0 ? path.Length : next;
            var entry = new FileInfo(path[..end]);
            if (IsLink(entry))
                throw NotOurs(entry.FullName, "a symbolic link",
                    "Remove the link, or give the folder that it leads to as a prefix of its own.");
            if ((end < path.Length || !isFile) && entry.Exists)
                throw NotOurs(entry.FullName, "a file", "Move that file elsewhere.");
            if ((int)entry.Attributes == -1)
                return;
        }
    }

    /// <summary>True for a symbolic link or a junction, also one that leads nowhere.</summary>
    public static bool IsLink(FileSystemInfo entry) => (int)entry.Attributes != -1 && (entry.Attributes & FileAttributes.ReparsePoint) != 0
        && entry.LinkTarget is not null;

    static ShardyFusionException NotOurs(string path, string found, string action) => new(ErrorKind.ConfigValidation,
        $"'{path}' is {found}, where a folder or file of the snapshot prefix belongs. Nothing is written or deleted there.")
    {
        Target =
        path,
        RecommendedAction = action
    };

    /// <summary>Creates a folder and makes its name durable, its missing parents' too.</summary>
    public void EnsureFolder(string folder)
    {
        var parents = new List<string>();
        EnsureFolder(folder, parents);
        parents.ForEach(FolderFlush.Flush);
    }

    /// <summary>Creates a folder and its missing parents, and leaves it to the caller to make their names durable.</summary>
    /// <param name="folder">Full path.</param>
    /// <param name="changedParents">Folders to flush are added, the deepest first: where all is one journal, the first flush does the work
    /// of all.</param>
    public void EnsureFolder(string folder, List<string> changedParents)
    {
        if (Directory.Exists(folder))
            return;
        var parent = Path.GetDirectoryName(folder);
        if (parent is not null)
        {
            changedParents.Add(parent);
            EnsureFolder(parent, changedParents);
        }
        Directory.CreateDirectory(folder);
        if (folder.Length > Root.Length) LetGroupIn(folder);
    }

    /// <summary>Lets the group do with a new folder what it may do in the root folder: whoever shares a prefix shares all of it, whatever
    /// each one's umask.</summary>
    public void LetGroupIn(string folder)
    {
        if (OperatingSystem.IsWindows() || GroupMode() is not (not 0 and var mode)) return;
        try
        {
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | mode);
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            // Someone else's, who made it in this very moment and lets the group in.
        }
    }

    /// <summary>The same for a new file.</summary>
    public void LetGroupIn(SafeFileHandle file)
    {
        if (!OperatingSystem.IsWindows() && GroupMode() is not 0 and var mode)
            File.SetUnixFileMode(file, File.GetUnixFileMode(file) | (mode & ~UnixFileMode.GroupExecute));
    }

    /// <summary>The group's rights on the root folder where it may write there, else none.</summary>
    UnixFileMode GroupMode()
    {
        if (groupMode is { } known) return known;
        const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;
        var status = FileStatus.Of(Root);
        if (status.Type != FileType.Folder) return 0;
        var mode = (UnixFileMode)status.Mode & Group;
        groupMode = mode.HasFlag(UnixFileMode.GroupWrite) ? mode : 0;
        return groupMode.Value;
    }

    /// <summary>Removes empty folders from <paramref name="folder"/> up to the root, which stays.</summary>
    public void PruneEmpty(string folder)
    {
        while (folder.Length > Root.Length && folder.StartsWith(Root, StringComparison.Ordinal))
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (Exception e) when (FileErrors.IsFileSystemError(e))
            {
                return; // Not empty, or someone else removed or filled it.
            }
            folder = Path.GetDirectoryName(folder)!;
        }
    }
}
