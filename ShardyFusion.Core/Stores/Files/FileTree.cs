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

    public SafeFileHandle OpenRead(string path) => TryOpenRead(path)
        ?? throw new ShardyFusionException(ErrorKind.StorageNotFound, $"There is no object at '{path}'.") { Target = path };

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StorageNotFound"/> when the root folder is missing.</exception>
    public void RequireRoot()
    {
        if (!Directory.Exists(Root))
            throw new ShardyFusionException(ErrorKind.StorageNotFound, $"The folder '{Root}' does not exist.")
            { Target = Root, RecommendedAction = "Check the prefix for a typing error; publishing a snapshot creates the folder." };
    }

    /// <summary>Refuses a path below the root that leads through a symbolic link, or through a file: what is written or deleted there would lie outside.</summary>
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
                throw NotOurs(entry.FullName, "a symbolic link", "Remove the link, or give the folder that it leads to as a prefix of its own.");
            if ((end < path.Length || !isFile) && entry.Exists)
                throw NotOurs(entry.FullName, "a file", "Move that file elsewhere.");
            if ((int)entry.Attributes == -1)
                return;
        }
    }

    /// <summary>True for a symbolic link or a junction, also one that leads nowhere.</summary>
    public static bool IsLink(FileSystemInfo entry) => (int)entry.Attributes != -1 && (entry.Attributes & FileAttributes.ReparsePoint) != 0 && entry.LinkTarget is not null;

    static ShardyFusionException NotOurs(string path, string found, string action) => new(ErrorKind.ConfigValidation,
        $"'{path}' is {found}, where a folder or file of the snapshot prefix belongs. Nothing is written or deleted there.") { Target = path, RecommendedAction = action };

    /// <summary>Creates a folder and makes its name durable, its missing parents' too.</summary>
    public static void EnsureFolder(string folder)
    {
        var parents = new List<string>();
        EnsureFolder(folder, parents);
        parents.ForEach(FolderFlush.Flush);
    }

    /// <summary>Creates a folder and its missing parents, and leaves it to the caller to make their names durable.</summary>
    /// <param name="folder">Full path.</param>
    /// <param name="changedParents">Folders to flush are added, the deepest first: where all is one journal, the first flush does the work of all.</param>
    public static void EnsureFolder(string folder, List<string> changedParents)
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
                return; // Not empty, or somebody else removed or filled it.
            }
            folder = Path.GetDirectoryName(folder)!;
        }
    }
}
