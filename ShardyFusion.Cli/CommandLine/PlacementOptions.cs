using System.CommandLine;
using ShardyFusion.Building;
using ShardyFusion.Errors;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>The options by which rows are spread over shards other than by the hash.</summary>
sealed class PlacementOptions
{
    readonly Option<string?> expression = new("--cel")
    {
        Description = "Place rows by the value of this CEL expression; 'key' is the key. Without --cel-boundary it is the shard's number.",
        HelpName = "expression",
    };
    readonly Option<string[]> columns = new("--cel-column")
    {
        Description =
            "A column that the expression may read, as key=int; the types are int, uint, double, bool, string, bytes. Repeat for more.",
        HelpName = "name=type",
    };
    readonly Option<string[]> boundaries = new("--cel-boundary")
    {
        Description = "The least value of shards 1, 2, and so on: repeat it, ascending.",
        HelpName = "value",
    };
    readonly Option<int?> ranges = new("--range-shards")
    {
        Description = "Place rows by ranges of keys, as many as this and of about equal size.",
        HelpName = "n",
    };
    readonly Option<string[]> rangeBoundaries = new("--range-boundary")
    {
        Description = "Place rows by ranges of keys: the least key of shards 1, 2, and so on. Repeat it, ascending.",
        HelpName = "key",
    };

    public PlacementOptions(Command command)
    {
        columns.CompletionSources.Add(_ => [new("key=int"), new("key=string"), new("key=bytes")]);
        foreach (var option in new Option[] { expression, columns, boundaries, ranges, rangeBoundaries }) command.Add(option);
    }

    /// <returns>Null when none was given: by the hash then.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: they contradict each other, or a column is not
    /// written so.</exception>
    public ShardingOptions? Of(ParseResult parsed) => ShardingOptions.Of(parsed.GetValue(expression), ColumnsOf(parsed),
        parsed.GetValue(boundaries), parsed.GetValue(ranges), parsed.GetValue(rangeBoundaries));

    Dictionary<string, string> ColumnsOf(ParseResult parsed)
    {
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var column in parsed.GetValue(columns) ?? [])
        {
            if (column.Split('=', 2) is not [{ Length: > 0 } name, var type]) throw Invalid(column, "is not written as name=type");
            if (!types.TryAdd(name, type)) throw Invalid(column, $"names the column '{name}' a second time");
        }
        return types;
    }

    static ShardyFusionException Invalid(string column, string reason) =>
        new(ErrorKind.ConfigValidation, $"--cel-column '{column}' {reason}.")
        {
            RecommendedAction = "Give each column once, as in --cel-column key=int --cel-column region=string.",
        };
}
