using System.Text;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores.Files;

/// <summary>A file for people and other programs, who see it whole or not at all.</summary>
static class ExportFile
{
    /// <summary>Fails at once where <see cref="WriteAsync"/> would fail after the work was done.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the file is there and must stay, or its folder is not there.</exception>
    public static void RequireWritable(string path, bool overwrite)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!overwrite && File.Exists(path)) throw Exists(path, null);
        if (Directory.Exists(path)) throw NotWritable(path, "it is a folder.", null);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder)) throw NotWritable(path, $"there is no folder '{folder}'.", null);
    }

    /// <summary>Writes UTF-8 text without a byte order mark.</summary>
    /// <returns>Size of the file in bytes.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the file is there and must stay, or cannot be written.</exception>
    public static async Task<long> WriteAsync(string path, string text, bool overwrite, CancellationToken cancellationToken)
    {
        // Beside it, so that the rename stays on one file system; node_exporter's collector ignores names that do not end in .prom.
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            var bytes = new UTF8Encoding(false).GetBytes(text);
            await File.WriteAllBytesAsync(temporary, bytes, cancellationToken).ConfigureAwait(false);
            File.Move(temporary, path, overwrite);
            return bytes.Length;
        }
        catch (IOException taken) when (!overwrite && File.Exists(path))
        {
            throw Exists(path, taken);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(path, failed.Message, failed);
        }
        finally
        {
            if (File.Exists(temporary)) File.Delete(temporary);
        }
    }

    static ShardyFusionException Exists(string path, Exception? cause) => new(ErrorKind.ConfigValidation, $"The file '{path}' exists already.", cause)
    {
        Target = path,
        RecommendedAction = "Name another file, or force the command to replace it.",
    };

    static ShardyFusionException NotWritable(string path, string why, Exception? cause) => new(ErrorKind.ConfigValidation, $"The file '{path}' cannot be written: {why}", cause)
    {
        Target = path,
        RecommendedAction = "Name a file in a folder that exists and that you may write to.",
    };
}
