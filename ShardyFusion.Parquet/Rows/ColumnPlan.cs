using System.Text;
using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Rows;

/// <summary>Which columns of an input are its key, its value and what decides where rows go; by name, whatever each part's order.</summary>
sealed class ColumnPlan
{
    readonly InputFile file;
    readonly List<string> names = [];
    readonly string? keyColumn;
    readonly string[] valueColumns, routingColumns;

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: a column is not there, or unclear.</exception>
    public ColumnPlan(InputFile file, IReadOnlyList<ParquetPart> parts)
    {
        this.file = file;
        var twice = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in parts)
        {
            foreach (var group in ColumnsOf(part).GroupBy(name => name, StringComparer.Ordinal))
            {
                if (!names.Contains(group.Key)) names.Add(group.Key);
                if (group.Count() > 1) twice.Add(group.Key);
            }
        }
        // A name with dots that is no column is a path into structures.
        keyColumn = FieldNames.Find(names, file.KeyField) is >= 0 and var found ? names[found] : null;
        valueColumns = [.. file.ValueFields?.Select(Named) ?? names.Where(name => name != keyColumn)];
        Array.Sort(valueColumns, (x, y) => Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y)));
        routingColumns = [.. file.RoutingFields.Select(Named)];
        foreach (var name in valueColumns.Concat(routingColumns).Append(keyColumn))
            if (name is not null && twice.Contains(name))
                throw Invalid($"'{file.Name}' has two columns of the name '{name}'.",
                    "Name other columns, or give each a name of its own.", name);
    }

    /// <summary>True when the value is one column's bare content, false when it is a JSON object of columns.</summary>
    public bool IsSingleValue => file.ValueFields?.Count == 1;

    /// <summary>The columns of an input, in the order in which its parts have them.</summary>
    public static IReadOnlyList<string> ColumnsOf(IEnumerable<ParquetPart> parts) =>
        [.. parts.SelectMany(ColumnsOf).Distinct(StringComparer.Ordinal)];

    /// <summary>Where a part has the columns of the value, in the order of their names.</summary>
    public ColumnPick[] ValuesOf(ParquetPart part) => [.. valueColumns.Select(name => Pick(part, name))];

    /// <summary>Where a part has the columns that decide where a row goes.</summary>
    public ColumnPick[] RoutingOf(ParquetPart part) => [.. routingColumns.Select(name => Pick(part, name))];

    /// <summary>Where a part has the key.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: it has none.</exception>
    public ColumnPick KeyOf(ParquetPart part)
    {
        if (keyColumn is null)
            return new ColumnPick(file.KeyField, Within(part.Columns, file.KeyField) ?? throw Missing(part.Name, file.KeyField), null);
        var pick = Pick(part, keyColumn);
        return pick.Node is not null || part.Partition.Any(pair => pair.Key == keyColumn) ? pick : throw Missing(part.Name, keyColumn);
    }

    /// <summary>What the keys of a part are.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: what no key can be.</exception>
    public KeyForm KeyFormOf(ParquetPart part)
    {
        if (KeyOf(part).Node is not { } node) return KeyForm.Text;
        if (node.Type is { IsInteger: true }) return KeyForm.Integer;
        return node.Type?.Kind switch
        {
            ValueKind.Text or ValueKind.Uuid or ValueKind.Date or ValueKind.Time or ValueKind.Timestamp or ValueKind.Int96 => KeyForm.Text,
            ValueKind.Bytes => KeyForm.Bytes,
            _ => throw Invalid($"The column '{file.KeyField}' of '{part.Name}' holds {Describe(node)}; a key is text, an integer or bytes.",
                "Name another column as the key, or write it as text.", file.KeyField),
        };
    }

    /// <summary>What a column holds, in a word.</summary>
    public static string Describe(SchemaNode node) => node.Shape switch
    {
        NodeShape.Value when node.Type is { } type => $"values of the type {type.Kind.ToString().ToLowerInvariant()}",
        NodeShape.Value => "values of an unknown type",
        NodeShape.Structure => "structures",
        NodeShape.List => "lists",
        _ => "maps",
    };

    static IEnumerable<string> ColumnsOf(ParquetPart part) =>
        part.OwnColumns.Select(column => column.Name).Concat(part.Partition.Select(pair => pair.Key));

    static ColumnPick Pick(ParquetPart part, string name)
    {
        foreach (var pair in part.Partition)
            if (pair.Key == name) return new ColumnPick(name, null, pair.Value);
        return new ColumnPick(name, part.Columns.FirstOrDefault(column => column.Name == name), null);
    }

    static SchemaNode? Within(IReadOnlyList<SchemaNode> nodes, string path)
    {
        foreach (var node in nodes)
        {
            if (node.Name == path) return node;
            if (node.Shape == NodeShape.Structure && path.StartsWith(node.Name + ".", StringComparison.Ordinal)
                && Within(node.Children, path[(node.Name.Length + 1)..]) is { } found)
                return found;
        }
        return null;
    }

    string Named(string wanted) => FieldNames.Find(names, wanted) is >= 0 and var found ? names[found] : throw Missing(file.Name, wanted);

    ShardyFusionException Missing(string input, string column) =>
        Invalid(FieldNames.MissingFrom(input, column, names), "Name one of the columns that are there.", column);

    static ShardyFusionException Invalid(string message, string advice, string column) => new(ErrorKind.InputInvalid, message)
    {
        Target = column,
        RecommendedAction = advice,
    };
}
