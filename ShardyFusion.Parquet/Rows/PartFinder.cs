using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Parquet.Format;
using ShardyFusion.Parquet.Pages;

namespace ShardyFusion.Parquet.Rows;

/// <summary>Finds the files of an input and reads their footers. Stateless.</summary>
static class PartFinder
{
    const string NullValue = "__HIVE_DEFAULT_PARTITION__";

    /// <summary>The parts of an input, in the order in which their rows are numbered: by path.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: there are none, or one is not whole.</exception>
    public static List<ParquetPart> Find(string path, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path))
        {
            new InputFile { Path = path, KeyField = "" }.RequireFile();
            return [Read(path, path, [])];
        }
        var names = Names(path);
        if (names.Count == 0)
        {
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"The folder '{path}' holds no Parquet file.")
            {
                Target = path,
                RecommendedAction = "Name a folder with files that end in .parquet; names that begin with '_' or '.' are passed over.",
            };
        }
        var parts = new List<ParquetPart>(names.Count);
        foreach (var name in names)
        {
            cancellationToken.ThrowIfCancellationRequested();
            parts.Add(Read(Path.Combine(path, name), Path.Combine(path, name), PartitionOf(name)));
        }
        return parts;
    }

    /// <summary>The columns that the folders of a path name, as <c>day=2026-11-30</c>.</summary>
    public static IReadOnlyList<KeyValuePair<string, string?>> PartitionOf(string relativePath) =>
        [.. relativePath.Split('/').SkipLast(1)
            .Select(folder => (folder, at: folder.IndexOf('=', StringComparison.Ordinal))).Where(found => found.at > 0)
            .Select(found => KeyValuePair.Create(Uri.UnescapeDataString(found.folder[..found.at]),
                found.folder[(found.at + 1)..] is var text && text == NullValue ? null : Uri.UnescapeDataString(text)))];

    static List<string> Names(string folder)
    {
        var names = new List<string>();
        Collect(folder, "", names);
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    static void Collect(string folder, string prefix, List<string> names)
    {
        try
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries(folder))
            {
                var name = Path.GetFileName(entry);
                if (name is ['_' or '.', ..]) continue;
                if (Directory.Exists(entry)) Collect(entry, $"{prefix}{name}/", names);
                else names.Add(prefix + name);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"The folder '{folder}' cannot be listed: {e.Message}", e);
        }
    }

    static ParquetPart Read(string path, string name, IReadOnlyList<KeyValuePair<string, string?>> partition)
    {
        try
        {
            using var file = Open(path);
            var (footer, pagesEnd) = FooterReader.Read(file, name);
            var (columns, leaves) = SchemaTree.Build(footer.Schema);
            var length = file.Length;
            return new ParquetPart(name, footer, columns, leaves)
            {
                Open = () => Reopen(path, length),
                PagesEnd = pagesEnd,
                Partition = partition,
            };
        }
        catch (DamageException e)
        {
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"'{name}' is not a whole Parquet file: {e.Message}.")
            {
                Target = name,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"'{name}' cannot be read: {e.Message}", e) { Target = name };
        }
    }

    static LocalFile Open(string path) => new(File.OpenHandle(path));

    static LocalFile Reopen(string path, long length)
    {
        var file = Open(path);
        if (file.Length == length) return file;
        file.Dispose();
        throw new IOException("it changed while it was read");
    }
}
