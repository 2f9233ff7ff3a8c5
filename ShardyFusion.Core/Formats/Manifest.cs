using ShardyFusion.Routing;

namespace ShardyFusion.Formats;

/// <summary>The immutable description of one snapshot.</summary>
/// <remarks>A manifest that <see cref="ManifestCodec"/> returned is valid: distinct shards in range, every key below the prefix.</remarks>
sealed record Manifest
{
    /// <summary>What every snapshot states about itself.</summary>
    public required RequiredFields Required { get; init; }

    /// <summary>The shards that hold rows; empty ones are left out. Distinct, each in [0, <see cref="RequiredFields.NumDbs"/>).</summary>
    public required IReadOnlyList<ShardEntry> Shards { get; init; }

    /// <summary>What the publisher added: maps, lists, text, numbers, Booleans and null.</summary>
    public IReadOnlyDictionary<string, object?> Custom { get; init; } = new Dictionary<string, object?>();

    /// <summary>Rows of all shards.</summary>
    public long RowCount => Shards.Sum(shard => shard.RowCount);

    /// <summary>Bytes of all shard objects; null when a shard does not state its size.</summary>
    public long? DbBytes => Shards.All(shard => shard.DbBytes is not null) ? Shards.Sum(shard => shard.DbBytes!.Value) : null;

    /// <summary>The router that placed this snapshot's keys.</summary>
    /// <returns>For an expression that is not supported a router that refuses every key and says why; the rest of the manifest stays
    /// usable.</returns>
    public ShardRouter CreateRouter() => Required.Sharding.Strategy == ShardingStrategy.Hash
        ? ShardRouter.ForHash(Required.NumDbs, Required.KeyEncoding)
        : CelShardings.RouterOf(Required);

    /// <summary>The shard entry of a shard, or null for a shard without rows.</summary>
    /// <param name="dbId">Shard number.</param>
    public ShardEntry? FindShard(int dbId) => Shards.FirstOrDefault(shard => shard.DbId == dbId);
}
