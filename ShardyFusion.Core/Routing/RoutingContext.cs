using ShardyFusion.Errors;

namespace ShardyFusion.Routing;

/// <summary>The columns beside the key that a lookup brings, for snapshots whose expression reads more than the key.</summary>
/// <remarks>Immutable; safe for concurrent callers. Columns that an expression does not read are of no effect, so that one context serves
/// snapshots of several shardings.</remarks>
public sealed class RoutingContext
{
    readonly Dictionary<string, object?> values = new(StringComparer.Ordinal);

    RoutingContext(bool isText) => IsText = isText;

    /// <summary>True when values are as text files have them and become what their columns are.</summary>
    internal bool IsText { get; }

    /// <summary>The columns and their values.</summary>
    public IReadOnlyDictionary<string, object?> Values => values;

    /// <summary>A context of .NET values: integers, floating-point numbers, Booleans, text, bytes.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: a column is there twice, has no name, or is the
    /// key.</exception>
    public static RoutingContext Of(IEnumerable<KeyValuePair<string, object?>> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var context = new RoutingContext(isText: false);
        foreach (var (name, value) in columns) context.Add(name, value);
        return context;
    }

    /// <summary>A context of texts <c>name=value</c>; a value becomes what its column is.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: a text has no '=', or as
    /// <see cref="Of"/>.</exception>
    public static RoutingContext Parse(IEnumerable<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var context = new RoutingContext(isText: true);
        foreach (var column in columns)
        {
            var equals = column.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                throw Invalid(column, $"{KeyFaults.Quote(column)} has no '='", "Write each column as name=value, as in region=eu.");
            context.Add(column[..equals], column[(equals + 1)..]);
        }
        return context;
    }

    void Add(string name, object? value)
    {
        if (name.Length == 0) throw Invalid(name, "a column has no name", "Write each column as name=value, as in region=eu.");
        if (name == KeyName)
            throw Invalid(name, $"'{KeyName}' is the key that is looked up", "Leave it out: every lookup brings its key.");
        if (!values.TryAdd(name, value)) throw Invalid(name, $"the column {KeyFaults.Quote(name)} is there twice", "Give it once.");
    }

    /// <summary>The name of the key in every expression.</summary>
    internal const string KeyName = "key";

    static ShardyFusionException Invalid(string target, string reason, string action) =>
        new(ErrorKind.ConfigValidation, $"The routing context cannot be used: {reason}.") { Target = target, RecommendedAction = action };
}
