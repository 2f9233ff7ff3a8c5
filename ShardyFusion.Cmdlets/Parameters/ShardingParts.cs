using System.Collections;
using ShardyFusion.Building;
using ShardyFusion.Errors;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>The values of -CelExpression and what goes with it, -RangeBoundary and -RangeShardCount.</summary>
static class ShardingParts
{
    /// <returns>Null when none was given: by the hash then.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: they contradict each other.</exception>
    public static ShardingOptions? Of(string? expression, IDictionary? columns, object[]? boundaries, int? rangeCount,
        object[]? rangeBoundaries) =>
        ShardingOptions.Of(expression, columns?.Cast<DictionaryEntry>().ToDictionary(TextOf, static column => TextOf(column.Value)),
            Bare(boundaries), rangeCount, Bare(rangeBoundaries));

    static string TextOf(DictionaryEntry column) => TextOf(column.Key);

    static string TextOf(object? value) => PlainValue.Bare(value)?.ToString() ?? "";

    static object[]? Bare(object[]? values) => values is null ? null : [.. values.Select(value => PlainValue.Bare(value) ?? "")];
}
