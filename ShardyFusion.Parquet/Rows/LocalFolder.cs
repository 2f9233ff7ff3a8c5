using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Parquet.Pages;

namespace ShardyFusion.Parquet.Rows;

/// <summary>A file or folder of this machine.</summary>
sealed class LocalFolder(string root) : IInputFolder
{
    public Task<List<string>> FindAsync(CancellationToken cancellationToken)
    {
        var paths = new List<string>();
        if (Directory.Exists(root))
        {
            Collect(root, "", paths);
            return Task.FromResult(paths);
        }
        new InputFile { Path = root, KeyField = "" }.RequireFile();
        return Task.FromResult<List<string>>([""]);
    }

    public string NameOf(string path) => path.Length == 0 ? root : Path.Combine(root, path);

    public (IFileBytes Bytes, string? Version) Open(string path) => (new LocalFile(File.OpenHandle(NameOf(path))), null);

    public IFileBytes Reopen(string path, long length, string? version)
    {
        var (file, _) = Open(path);
        if (file.Length == length) return file;
        file.Dispose();
        throw new IOException("it changed while it was read");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    static void Collect(string folder, string prefix, List<string> paths)
    {
        try
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries(folder))
            {
                var name = Path.GetFileName(entry);
                if (PartFinder.IsHidden(name)) continue;
                if (Directory.Exists(entry)) Collect(entry, $"{prefix}{name}/", paths);
                else paths.Add(prefix + name);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"The folder '{folder}' cannot be listed: {e.Message}", e);
        }
    }
}
