using System.Collections;
using ShardyFusion.Errors;
using ShardyFusion.Routing;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>The values of -RoutingContext.</summary>
static class RoutingColumns
{
    /// <returns>Null when the parameter was not given.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>, <see cref="ErrorKind.InputInvalid"/>.</exception>
    public static RoutingContext? Of(IDictionary? columns) => columns is null ? null
        : RoutingContext.Of(columns.Cast<DictionaryEntry>().Select(static column =>
        {
            var name = PlainValue.Bare(column.Key)?.ToString() ?? "";
            return KeyValuePair.Create(name, PlainValue.Bare(column.Value) is byte[] bytes ? bytes : PlainValue.Of(column.Value, name));
        }));
}
