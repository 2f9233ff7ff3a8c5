using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Rows;

/// <summary>Finds the files of an input and reads their footers. Stateless.</summary>
static class PartFinder
{
    const string NullValue = "__HIVE_DEFAULT_PARTITION__";
    const int FootersAtOnce = 8;

    /// <summary>Where an input lies; the caller disposes of it.</summary>
    public static IInputFolder FolderOf(InputFile file) =>
        file.IsRemote ? new RemoteFolder(new RemoteInput(file)) : new LocalFolder(file.Path!);

    /// <summary>The parts of an input, in the order in which their rows are numbered: by path.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: there are none, or one is not whole.</exception>
    public static async Task<ParquetPart[]> FindAsync(IInputFolder folder, CancellationToken cancellationToken)
    {
        var paths = await folder.FindAsync(cancellationToken).ConfigureAwait(false);
        if (paths.Count == 0)
        {
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"'{folder.NameOf("")}' holds no Parquet file.")
            {
                Target = folder.NameOf(""),
                RecommendedAction = "Name a folder with files of Parquet; names that begin with '_' or '.' are passed over.",
            };
        }
        paths.Sort(StringComparer.Ordinal);
        var parts = new ParquetPart[paths.Count];
        var failures = new FirstFailure();
        await Parallel.ForAsync(0, parts.Length, new ParallelOptions
        {
            MaxDegreeOfParallelism = FootersAtOnce,
            CancellationToken = cancellationToken,
        }, (i, _) =>
        {
            try
            {
                if (i < failures.Index) parts[i] = Read(folder, paths[i]);
            }
            catch (ShardyFusionException e)
            {
                failures.Add(i, e);
            }
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
        failures.ThrowIfAny();
        return parts;
    }

    /// <summary>True for names that are no data, such as <c>_SUCCESS</c>.</summary>
    public static bool IsHidden(string name) => name is ['_' or '.', ..];

    /// <summary>The columns that the folders of a path name, as <c>day=2026-11-30</c>.</summary>
    public static IReadOnlyList<KeyValuePair<string, string?>> PartitionOf(string path) =>
        [.. path.Split('/').SkipLast(1)
            .Select(folder => (folder, at: folder.IndexOf('=', StringComparison.Ordinal))).Where(found => found.at > 0)
            .Select(found => KeyValuePair.Create(Uri.UnescapeDataString(found.folder[..found.at]),
                found.folder[(found.at + 1)..] is var text && text == NullValue ? null : Uri.UnescapeDataString(text)))];

    static ParquetPart Read(IInputFolder folder, string path)
    {
        var name = folder.NameOf(path);
        try
        {
            var (file, version) = folder.Open(path);
            using (file)
            {
                var (footer, pagesEnd) = FooterReader.Read(file, name);
                var (columns, leaves) = SchemaTree.Build(footer.Schema);
                var length = file.Length;
                return new ParquetPart(name, footer, columns, leaves)
                {
                    Open = () => folder.Reopen(path, length, version),
                    PagesEnd = pagesEnd,
                    Partition = PartitionOf(path),
                };
            }
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
}
