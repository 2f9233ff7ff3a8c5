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
    /// shards whose numbers differ by their greatest one never share a key. Equal counts give one shard on each side.
    /// </remarks>
    public static IReadOnlyList<ShardGroup> Pair(Manifest from, Manifest to)
    {
        var isHashed = from.Required.Sharding.Strategy == ShardingStrategy.Hash && to.Required.Sharding.Strategy == ShardingStrategy.Hash;
        var count = isHashed ? GreatestCommonDivisor(from.Required.NumDbs, to.Required.NumDbs) : 1;
        var (left, right) = (from.Shards.ToLookup(Group), to.Shards.ToLookup(Group));
        return [.. left.Select(group => group.Key).Union(right.Select(group => group.Key)).Order()
            .Select(key => new ShardGroup([.. left[key]], [.. right[key]]))];

        int Group(ShardEntry shard) => shard.DbId % count;
    }

    static int GreatestCommonDivisor(int left, int right)
    {
        while (right != 0) (left, right) = (right, left % right);
        return left;
    }
}
