using ShardyFusion.Errors;
using ShardyFusion.Routing;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Formats;

/// <summary>The expressions of manifests as routers.</summary>
static class CelShardings
{
    /// <summary>The router of a snapshot that an expression shards; one that refuses every key when the expression cannot be
    /// followed.</summary>
    public static ShardRouter RouterOf(RequiredFields required)
    {
        try
        {
            return Of(required.Sharding).CreateRouter(required.NumDbs, required.KeyEncoding);
        }
        catch (ShardyFusionException unusable) when (unusable.Kind == ErrorKind.ConfigValidation)
        {
            return ShardRouter.Unsupported(required.NumDbs, required.KeyEncoding,
                $"Snapshot '{required.RunId}' is sharded by the CEL expression '{required.Sharding.CelExpr}', which cannot be followed: "
                    + unusable.Message);
        }
    }

    /// <summary>What the part of a manifest states.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: something is missing, or a column's type is
    /// unknown.</exception>
    public static CelSharding Of(ShardingFields sharding) => new()
    {
        Expression = sharding.CelExpr ?? throw CelSharding.Invalid("there is no expression"),
        Columns = (sharding.CelColumns ?? throw CelSharding.Invalid("no columns are named"))
            .ToDictionary(static column => column.Key, TypeOf, StringComparer.Ordinal),
        // As shardyfusion reads its manifests: true and false are numbers there.
        Boundaries = sharding.Boundaries?.Select(static boundary => boundary is bool truth ? truth ? 1L : 0L : boundary).ToArray(),
        RoutingValues = sharding.RoutingValues,
    };

    static CelType TypeOf(KeyValuePair<string, string> column) => CelTypeNames.TryParseStorageName(column.Value, out var type) ? type
        : throw CelSharding.Invalid($"the column {KeyFaults.Quote(column.Key)} has the type {KeyFaults.Quote(column.Value)}, "
            + "which is none of int, uint, double, bool, string, bytes");
}
