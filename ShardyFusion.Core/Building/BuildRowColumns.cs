using ShardyFusion.Routing;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Building;

/// <summary>The columns beside the key of rows that are added one by one. Not thread-safe.</summary>
/// <param name="columns">Room for them.</param>
/// <param name="names">Those that rows bring.</param>
sealed class BuildRowColumns(CelColumns columns, IReadOnlyList<string> names)
{
    readonly int[] slots = [.. names.Select(columns.SlotOf)];
    readonly object?[] values = new object?[names.Count];

    /// <summary>What the latest row has.</summary>
    public CelColumns Columns => columns;

    /// <summary>The values of a context, in the order of the names; the next call reuses them.</summary>
    public ReadOnlySpan<object?> Of(RoutingContext context)
    {
        for (var i = 0; i < values.Length; i++) values[i] = context.Values.GetValueOrDefault(names[i]);
        return values;
    }

    /// <summary>Sets them for a row.</summary>
    /// <param name="row">As many as there are names, or none.</param>
    public CelColumns Set(ReadOnlySpan<object?> row)
    {
        columns.Clear();
        for (var i = 0; i < row.Length; i++) columns.Set(slots[i], row[i], isText: true);
        return columns;
    }
}
