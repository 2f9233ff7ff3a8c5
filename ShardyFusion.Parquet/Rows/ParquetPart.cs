using ShardyFusion.Errors;
using ShardyFusion.Parquet.Format;
using ShardyFusion.Parquet.Pages;

namespace ShardyFusion.Parquet.Rows;

/// <summary>One file of rows, with what its footer and its path say.</summary>
sealed record ParquetPart(string Name, FileFooter Footer, IReadOnlyList<SchemaNode> Columns, IReadOnlyList<SchemaLeaf> Leaves)
{
    /// <summary>Opens the file's bytes; the caller disposes of them.</summary>
    public required Func<IFileBytes> Open { get; init; }

    /// <summary>The byte after the last of the pages.</summary>
    public required long PagesEnd { get; init; }

    /// <summary>Columns that the path names, with their texts; null for no value.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Partition { get; init; } = [];

    /// <summary>The columns that the path does not name.</summary>
    public IEnumerable<SchemaNode> OwnColumns => Columns.Where(column => Partition.All(pair => pair.Key != column.Name));

    /// <summary>The error for bytes that are not what the format says.</summary>
    /// <param name="name">The file.</param>
    /// <param name="place">What is damaged, to follow the file's name; empty for the file itself.</param>
    /// <param name="reason">What is wrong with it.</param>
    public static DamagedFileException Damage(string name, string place, string reason) =>
        new($"'{name}'{place} is damaged: {reason}.") { Target = name, RecommendedAction = Advice };

    const string Advice = "Fetch or write the file again; this cannot be skipped.";
}
