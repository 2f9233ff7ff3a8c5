using System.Globalization;
using ShardyFusion.Building;

namespace ShardyFusion.Jobs;

/// <summary>A boundary between two shards, with its type.</summary>
/// <param name="Type"><c>int</c>, <c>double</c> or <c>string</c>.</param>
/// <param name="Value">As text.</param>
sealed record JobBoundary(string Type, string Value)
{
    public static JobBoundary Of(object value) => value switch
    {
        double number => new("double", number.ToString("R", CultureInfo.InvariantCulture)),
        string text => new("string", text),
        IFormattable integer => new("int", integer.ToString(null, CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException($"A boundary is no {value.GetType().Name}.", nameof(value)),
    };

    // A number that is beyond Int64 is unsigned; no other form was ever written.
    public object ToValue() => Type switch
    {
        "double" => double.Parse(Value, CultureInfo.InvariantCulture),
        "int" when long.TryParse(Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) => integer,
        "int" => ulong.Parse(Value, CultureInfo.InvariantCulture),
        _ => Value,
    };
}

/// <summary>How rows find their shards, when not by the hash of their keys.</summary>
/// <param name="Expression">A CEL expression; null for ranges of keys.</param>
/// <param name="Columns">Its columns with their types.</param>
/// <param name="Boundaries">Between the shards.</param>
sealed record JobSharding(string? Expression, IReadOnlyDictionary<string, string> Columns, IReadOnlyList<JobBoundary> Boundaries)
{
    public static JobSharding Of(ShardingOptions options) =>
        new(options.Expression, options.Columns, [.. options.Boundaries.Select(JobBoundary.Of)]);

    public ShardingOptions ToOptions()
    {
        object[] boundaries = [.. Boundaries.Select(boundary => boundary.ToValue())];
        return Expression is null ? ShardingOptions.ByRanges(boundaries) : ShardingOptions.ByExpression(Expression, Columns, boundaries);
    }
}
