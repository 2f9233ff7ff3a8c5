using System.Text;
using ShardyFusion.Errors;

namespace ShardyFusion.LocalFiles;

/// <summary>A file that a command writes for people and other programs.</summary>
/// <remarks>
/// A regular file is seen whole or not at all: it is written beside its place and renamed, with the mode that was there, else as the umask
/// says. A link stays, and its target is written so. A device, FIFO or socket is written through.
/// </remarks>
static class OutputFile
{
    /// <summary>Fails at once where writing would fail after the work was done.</summary>
    /// <param name="path">The file; null for none, which is fine.</param>
    /// <param name="overwrite">True when a file that is there may be replaced.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the file is there and must stay, or it cannot be
    /// written.</exception>
    public static void RequireWritable(string? path, bool overwrite = true)
    {
        if (path is null) return;
        ArgumentException.ThrowIfNullOrEmpty(path);
        var (target, type) = Resolve(path, overwrite);
        if (type == FileType.Special)
        {
            if (!FileStatus.MayWrite(target)) throw NotWritable(path, "the system denies access.", null);
            return;
        }
        try
        {
            // Nothing but trying tells: permissions, a read-only file system, a full one.
            using var trial = File.OpenHandle(TemporaryBeside(target), FileMode.CreateNew, FileAccess.Write, FileShare.None,
                FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            throw NotWritable(path, FileErrors.Reason(e), e);
        }
    }

    /// <summary>Writes UTF-8 text without a byte order mark.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="text">Its content.</param>
    /// <param name="overwrite">True replaces a file that is there.</param>
    /// <param name="cancellationToken">Cancels the writing; what is there stays.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ShardyFusionException">As <see cref="WriteAsync{T}"/>.</exception>
    public static async Task<long> WriteTextAsync(string path, string text, bool overwrite, CancellationToken cancellationToken) =>
        (await WriteAsync(path, overwrite, async file =>
    {
        await file.WriteAsync(new UTF8Encoding(false).GetBytes(text), cancellationToken).ConfigureAwait(false);
        return true;
    }).ConfigureAwait(false)).Bytes;

    /// <summary>Writes a file.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="overwrite">True replaces a file that is there.</param>
    /// <param name="write">Writes the content.</param>
    /// <returns>What <paramref name="write"/> returned, and the bytes that it wrote.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the file is there and must stay, is a folder, or
    /// lies in none; <see cref="ErrorKind.StorageDenied"/>, <see cref="ErrorKind.StorageFull"/>, <see cref="ErrorKind.StorageTransient"/>;
    /// or whatever <paramref name="write"/> throws.</exception>
    public static async Task<(T Result, long Bytes)> WriteAsync<T>(string path, bool overwrite, Func<Stream, Task<T>> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        var (target, type) = Resolve(path, overwrite);
        try
        {
            return type == FileType.Special ? await ThroughAsync(target, write).ConfigureAwait(false)
                : await BesideAsync(path, target, overwrite, write).ConfigureAwait(false);
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            throw FileErrors.Translate(e, "write", path);
        }
    }

    static async Task<(T, long)> ThroughAsync<T>(string target, Func<Stream, Task<T>> write)
    {
        var file = new FileStream(target, new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            BufferSize = 0
        });
        await using (file.ConfigureAwait(false)) return await CountedAsync(file, write).ConfigureAwait(false);
    }

    static async Task<(T, long)> BesideAsync<T>(string path, string target, bool overwrite, Func<Stream, Task<T>> write)
    {
        var temporary = TemporaryBeside(target);
        try
        {
            (T, long) written;
            var file = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
                Options = FileOptions.Asynchronous
            });
            await using (file.ConfigureAwait(false))
            {
                written = await CountedAsync(file, write).ConfigureAwait(false);
                if (!OperatingSystem.IsWindows() && File.Exists(target))
                    File.SetUnixFileMode(file.SafeFileHandle, File.GetUnixFileMode(target));
                file.Flush(flushToDisk: true);
            }
            Resolve(path, overwrite);
            File.Move(temporary, target, overwrite);
            return written;
        }
        finally
        {
            if (File.Exists(temporary)) File.Delete(temporary);
        }
    }

    static async Task<(T, long)> CountedAsync<T>(FileStream file, Func<Stream, Task<T>> write)
    {
        using var counted = new CountedStream(file);
        var result = await write(counted).ConfigureAwait(false);
        return (result, counted.WrittenBytes);
    }

    /// <summary>The end of a path's links, and what is there.</summary>
    static (string Target, FileType Type) Resolve(string path, bool overwrite)
    {
        var full = Path.GetFullPath(path);
        string target;
        try
        {
            target = new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
        }
        catch (IOException e)
        {
            throw NotWritable(path, FileErrors.Reason(e), e);
        }
        // /dev/stdout and the like: links to what has no name, which the system resolves and nobody else can.
        var type = FileStatus.Of(full).Type;
        if (type == FileType.Special) target = full;
        if (type == FileType.Folder) throw NotWritable(path, "it is a folder.", null);
        if (!overwrite && type != FileType.None)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"The file '{path}' already exists.")
            {
                Target = path,
                RecommendedAction = "Name another file, or force the command to replace it.",
            };
        return Path.GetDirectoryName(target) is { } folder && !Directory.Exists(folder)
            ? throw NotWritable(path, $"there is no folder '{folder}'.", null) : (target, type);
    }

    // On the same file system, so that a rename suffices; node_exporter's collector ignores names that do not end in .prom.
    static string TemporaryBeside(string target) => $"{target}.{Guid.NewGuid():N}.tmp";

    static ShardyFusionException NotWritable(string path, string why, Exception? cause) =>
        new(ErrorKind.ConfigValidation, $"The file '{path}' cannot be written: {why}", cause)
        {
            Target = path,
            RecommendedAction = "Name a file in a folder that exists and that you may write to.",
        };
}
