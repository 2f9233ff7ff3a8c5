namespace ShardyFusion.Benchmarks;

/// <summary>Files of the working copy that this program was built from.</summary>
static class Repository
{
    /// <summary>A file or folder by its path from the top; null where this program does not lie in a working copy.</summary>
    public static string? Find(params string[] path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine([folder.FullName, .. path]) is var found && Path.Exists(found)) return found;
        return null;
    }
}
