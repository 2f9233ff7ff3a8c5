using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.LocalFiles;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Reading;

/// <summary>Whole shards in a local folder, each named by its SHA-256, shared by all readers and processes that use the folder.</summary>
/// <remarks>
/// Safe between processes without any lock: a file appears complete, by a rename, and two that download the same shard write the same
/// bytes. What is used least recently goes first when the folder grows over its limit; an evicted file stays readable for those who
/// have it mapped. Each process checks a file's hash before it uses it for the first time, and downloads it anew when it differs.
/// </remarks>
sealed partial class ShardFileCache
{
    /// <summary>A file may be evicted between its check and its mapping; more often than this in a row is no accident.</summary>
    const int MaxAttempts = 50;

    const string ShardSuffix = ".sst";
    const string TempSuffix = ".tmp";

    /// <summary>A download that was not touched for this long belongs to a process that died.</summary>
    static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(6);

    /// <summary>Files whose hash this process has checked, as they were then.</summary>
    static readonly ConcurrentDictionary<string, (long Length, DateTime WrittenUtc)> Checked = new(StringComparer.Ordinal);

    readonly string folder;
    readonly long maxBytes;

    /// <param name="folder">The folder; null for one in the user's cache.</param>
    /// <param name="maxBytes">Size limit of the folder.</param>
    public ShardFileCache(string? folder, long maxBytes)
    {
        this.folder = FolderOf(folder);
        this.maxBytes = maxBytes;
    }

    /// <summary>The folder that is used when <paramref name="folder"/> is asked for; null asks for one in the user's cache.</summary>
    public static string FolderOf(string? folder) => Path.GetFullPath(folder ?? DefaultFolder());

    /// <summary>True for a shard that can be kept: its hash and size are known, and it fits.</summary>
    public bool CanHold(ShardEntry entry) => entry.Sha256 is not null && entry.DbBytes <= maxBytes;

    /// <summary>Opens a shard's local copy, made first if need be.</summary>
    /// <param name="entry">A shard that <see cref="CanHold"/>.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="map">Opens the file.</param>
    /// <param name="cancellationToken">Cancels the download; what was downloaded is removed.</param>
    /// <exception cref="ShardCorruptException">The object's bytes do not have the hash that the manifest states.</exception>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StorageFull"/>, <see cref="ErrorKind.StorageDenied"/>: the folder
    /// cannot be written; or a failure of the source.</exception>
    public async Task<MappedShard> OpenAsync(ShardEntry entry, IShardSource source, Func<string, MappedShard> map,
        CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, entry.Sha256 + ShardSuffix);
        for (var attempt = 1; ; attempt++)
        {
            if (!await HasGoodCopyAsync(path, entry, cancellationToken).ConfigureAwait(false))
                await DownloadAsync(path, entry, source, cancellationToken).ConfigureAwait(false);
            try
            {
                return map(path);
            }
            catch (ShardyFusionException evicted) when (attempt < MaxAttempts && evicted.Kind == ErrorKind.SnapshotIncomplete)
            {
                // Evicted between the check and the opening; another reader may have put it back by now.
            }
        }
    }

    /// <summary>Opens a local copy that this process has used before and nobody changed since; without any request.</summary>
    /// <returns>Null when there is none.</returns>
    public MappedShard? TryOpenChecked(ShardEntry entry, Func<string, MappedShard> map)
    {
        var path = Path.Combine(folder, entry.Sha256 + ShardSuffix);
        try
        {
            var file = new FileInfo(path);
            return file.Exists && Checked.TryGetValue(path, out var known) && known == (file.Length, file.LastWriteTimeUtc) ? map(path)
                : null;
        }
        catch (ShardyFusionException evicted) when (evicted.Kind == ErrorKind.SnapshotIncomplete)
        {
            return null;
        }
    }

    static async Task<bool> HasGoodCopyAsync(string path, ShardEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileInfo(path);
            if (FileTree.IsLink(file))
                throw new ShardyFusionException(ErrorKind.ConfigValidation,
                    $"'{path}' is a symbolic link, where the cache keeps a file of its own.")
                {
                    Target = path,
                    RecommendedAction = "Remove the link, or choose another cache folder.",
                };
            if (!file.Exists)
                return false;
            var seen = (file.Length, file.LastWriteTimeUtc);
            if (file.Length == entry.DbBytes && ((Checked.TryGetValue(path, out var known) && known == seen)
                || await ShardDownload.HashFileAsync(path, cancellationToken).ConfigureAwait(false) == entry.Sha256))
            {
                Checked[path] = seen;
                // Not the write time, which says whether the file is still the one that was checked.
                File.SetLastAccessTimeUtc(path, DateTime.UtcNow);
                return true;
            }
            File.Delete(path);
            return false;
        }
        catch (Exception failure) when (FileErrors.IsFileSystemError(failure))
        {
            // Evicted meanwhile, or unreadable: a new copy replaces it, or fails with the reason.
            return false;
        }
    }

    async Task DownloadAsync(string path, ShardEntry entry, IShardSource source, CancellationToken cancellationToken)
    {
        var temp = Path.Combine(folder, $"{entry.Sha256}.{Guid.NewGuid():N}{TempSuffix}");
        try
        {
            PrivateFiles.CreateFolder(folder);
            MakeRoom(entry.DbBytes!.Value);
            await ShardDownload.RunAsync(source, entry.Sha256!, temp, cancellationToken).ConfigureAwait(false);
            var seen = new FileInfo(temp);
            Checked[path] = (seen.Length, seen.LastWriteTimeUtc);
            Publish(temp, path);
        }
        catch (Exception failure) when (FileErrors.IsFileSystemError(failure))
        {
            throw FileErrors.Translate(failure, "cache a shard in", folder);
        }
        finally
        {
            TryDelete(temp);
        }
    }

    static void Publish(string temp, string path)
    {
        try
        {
            File.Move(temp, path, overwrite: true);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was first, and its file is in use, which Windows does not let anybody replace. It is checked like any other.
            Checked.TryRemove(path, out _);
        }
    }

    void MakeRoom(long neededBytes)
    {
        var now = DateTime.UtcNow;
        foreach (var abandoned in OwnFiles(TempSuffix, TempName()))
        {
            if (now - abandoned.LastWriteTimeUtc > AbandonedAfter)
                TryDelete(abandoned.FullName);
        }
        var files = OwnFiles(ShardSuffix, ShardName()).Select(Measure).OrderBy(file => file.LastUse).ToList();
        var excess = files.Sum(file => file.Bytes) + neededBytes - maxBytes;
        foreach (var (oldest, bytes, _) in files)
        {
            if (excess <= 0)
                return;
            if (TryDelete(oldest))
                excess -= bytes;
        }
    }

    /// <summary>Files of exactly the form that the cache creates; a link is none.</summary>
    IEnumerable<FileInfo> OwnFiles(string suffix, Regex name) =>
        new DirectoryInfo(folder).EnumerateFiles("*" + suffix).Where(file => name.IsMatch(file.Name) && !FileTree.IsLink(file));

    static (string Path, long Bytes, DateTime LastUse) Measure(FileInfo file)
    {
        try
        {
            return (file.FullName, file.Length, file.LastAccessTimeUtc);
        }
        catch (FileNotFoundException)
        {
            return (file.FullName, 0, DateTime.MinValue); // Another reader evicted it between the listing and now.
        }
    }

    static bool TryDelete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception failure) when (FileErrors.IsFileSystemError(failure))
        {
            return false;
        }
    }

    static string DefaultFolder()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var caches = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches")
            : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(home, ".cache");
        return Path.Combine(caches, "shardyfusion", "shards");
    }

    [GeneratedRegex($@"^[0-9a-f]{{64}}\{ShardSuffix}\z")]
    private static partial Regex ShardName();

    [GeneratedRegex($@"^[0-9a-f]{{64}}\.[0-9a-f]{{32}}\{TempSuffix}\z")]
    private static partial Regex TempName();
}
