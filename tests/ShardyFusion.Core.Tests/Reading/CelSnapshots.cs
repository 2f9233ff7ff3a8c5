using ShardyFusion.Formats;

namespace ShardyFusion.Core.Tests.Reading;

/// <summary>Snapshots that expressions shard. Where rows lie is worked out here by hand, not by a router.</summary>
static class CelSnapshots
{
    /// <summary>Integers below 100, 200, 300 and from there on, one shard each.</summary>
    public static readonly ShardingFields ByRange = new()
    {
        Strategy = ShardingStrategy.Cel,
        CelExpr = "key",
        CelColumns = new Dictionary<string, string> { ["key"] = "int" },
        Boundaries = [100L, 200L, 300L],
    };

    /// <summary>Africa, Asia, Europe and what follows, by the column alone.</summary>
    public static readonly ShardingFields ByRegion = new()
    {
        Strategy = ShardingStrategy.Cel,
        CelExpr = "region",
        CelColumns = new Dictionary<string, string> { ["region"] = "string" },
        Boundaries = ["asia", "europe"],
    };

    /// <summary>Even tenants' odd keys on shard 1, as an expression of two columns that are no text.</summary>
    public static readonly ShardingFields ByTenant = new()
    {
        Strategy = ShardingStrategy.Cel,
        CelExpr = "tenant % 2 == 0 && key % 2 == 1 && active ? 1 : 0",
        CelColumns = new Dictionary<string, string> { ["key"] = "int", ["tenant"] = "int", ["active"] = "bool" },
    };

    public static IEnumerable<(int DbId, object Key, string Value)> RangeRows(string label, int count = 400) =>
        Enumerable.Range(0, count).Select(key => (Math.Min(key / 100, 3), (object)(ulong)key, $"{label}:{key}"));

    /// <summary>Every region has the keys 0 to <paramref name="count"/>.</summary>
    public static IEnumerable<(int DbId, object Key, string Value)> RegionRows(string label, int count = 20) =>
        new[] { "africa", "asia", "europe" }.SelectMany((region, shard) =>
            Enumerable.Range(0, count).Select(key => (shard, (object)$"k{key}", $"{label}:{region}:{key}")));
}
