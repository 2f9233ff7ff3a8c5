using ShardyFusion.Building.Sorting;
using ShardyFusion.Errors;
using ShardyFusion.Routing;

namespace ShardyFusion.Building.Placing;

/// <summary>By the hash of the key.</summary>
sealed class HashPlacement(BuildOptions options) : RowPlacement
{
    ShardRouter? router;

    /// <inheritdoc/>
    public override int? ShardCount => options.ShardCount;

    /// <inheritdoc/>
    public override KeyEncoding? KeyEncoding => options.KeyEncoding;

    /// <inheritdoc/>
    public override ShardRouter? Begin(KeyEncoding encoding) =>
        options.ShardCount is { } count ? router = ShardRouter.ForHash(count, encoding) : null;

    /// <inheritdoc/>
    public override ShardRouter End(KeyEncoding encoding, IReadOnlyList<RowCollector> collectors) =>
        router ?? ShardRouter.ForHash(options.MaxKeysPerShard is { } most
            ? Derive(collectors.Sum(c => c.RowCount), most, "MaxKeysPerShard")
            : Derive(collectors.Sum(c => c.PayloadBytes), options.TargetShardBytes, "TargetShardBytes"), encoding);

    static int Derive(long amount, long perShard, string option)
    {
        var count = Math.Max(1, (amount + perShard - 1) / perShard);
        return count <= MostShards
            ? (int)count
            : throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"{option} of {perShard} would make {count} shards; at most 65,536 are possible. Raise {option}.")
            { Target = option };
    }
}
