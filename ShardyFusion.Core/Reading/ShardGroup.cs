using ShardyFusion.Formats;

namespace ShardyFusion.Reading;

/// <summary>Shards of two snapshots that can hold the same keys.</summary>
/// <param name="From">Those of the one.</param>
/// <param name="To">Those of the other.</param>
sealed record ShardGroup(IReadOnlyList<ShardEntry> From, IReadOnlyList<ShardEntry> To)
{
    /// <summary>True when one shard on each side has the same bytes, so that nothing needs to be read.</summary>
    public bool IsEqual => From is [{ Sha256: { } hash }] && To is [{ } other] && other.Sha256 == hash;

    /// <summary>Splits two snapshots into groups that have no key in common.</summary>
    /// <remarks>
    /// A key's hash h lies on shard h mod n here and h mod m there. Both leave the same remainder by every common divisor of n and m, so
    /// shards whose numbers differ by their greatest one never share a key. Equal counts give one shard on each side. With one and the same
    /// expression shards are compared with their likes: where more than the key decides, a row that changed shards is another row.
    /// </remarks>
    public static IReadOnlyList<ShardGroup> Pair(Manifest from, Manifest to)
    {
        var count = (from.Required.Sharding.Strategy, to.Required.Sharding.Strategy) switch
        {
            (ShardingStrategy.Hash, ShardingStrategy.Hash) => GreatestCommonDivisor(from.Required.NumDbs, to.Required.NumDbs),
            (ShardingStrategy.Cel, ShardingStrategy.Cel) when IsSameSharding(from.Required, to.Required) => from.Required.NumDbs,
            _ => 1,
        };
        var (left, right) = (from.Shards.ToLookup(Group), to.Shards.ToLookup(Group));
        return [.. left.Select(group => group.Key).Union(right.Select(group => group.Key)).Order()
            .Select(key => new ShardGroup([.. left[key]], [.. right[key]]))];

        int Group(ShardEntry shard) => shard.DbId % count;
    }

    static bool IsSameSharding(RequiredFields one, RequiredFields other) =>
        one.NumDbs == other.NumDbs && one.KeyEncoding == other.KeyEncoding && one.Sharding.CelExpr == other.Sharding.CelExpr
        && (one.Sharding.Boundaries ?? []).SequenceEqual(other.Sharding.Boundaries ?? [])
        && (one.Sharding.RoutingValues ?? []).SequenceEqual(other.Sharding.RoutingValues ?? [])
        && (one.Sharding.CelColumns ?? Nothing).OrderBy(Name, StringComparer.Ordinal)
            .SequenceEqual((other.Sharding.CelColumns ?? Nothing).OrderBy(Name, StringComparer.Ordinal));

    static readonly Dictionary<string, string> Nothing = [];

    static string Name(KeyValuePair<string, string> column) => column.Key;

    static int GreatestCommonDivisor(int left, int right)
    {
        while (right != 0) (left, right) = (right, left % right);
        return left;
    }
}
