using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Catalog;

/// <summary>A manifest as the public surface shows it.</summary>
static class SnapshotInfoMapping
{
    /// <param name="manifest">Valid manifest.</param>
    /// <param name="manifestRef">Where it lies now, which may differ from where it was written.</param>
    /// <param name="root">The store's root, <see cref="Stores.IObjectStore.Root"/>: shard URLs lie below it.</param>
    public static SnapshotInfo ToInfo(this Manifest manifest, string manifestRef, string root) => new()
    {
        RunId = manifest.Required.RunId,
        ManifestRef = manifestRef,
        CreatedAt = manifest.Required.CreatedAt,
        ShardCount = manifest.Required.NumDbs,
        Sharding = manifest.Required.Sharding.Strategy == ShardingStrategy.Hash ? "hash" : "cel",
        CelExpression = manifest.Required.Sharding.CelExpr,
        CelColumns = manifest.Required.Sharding.CelColumns ?? new Dictionary<string, string>(),
        RoutingValues = manifest.Required.Sharding.RoutingValues ?? [],
        Boundaries = manifest.Required.Sharding.Boundaries ?? [],
        KeyEncoding = manifest.Required.KeyEncoding,
        ValueEncoding = manifest.Required.ValueEncoding,
        RowCount = manifest.RowCount,
        Bytes = manifest.DbBytes,
        Message = manifest.Message(),
        Shards = manifest.Shards.OrderBy(shard => shard.DbId).Select(shard => shard.ToInfo(manifest, root)).ToArray(),
        Custom = SecretRedactor.Fields(manifest.Custom),
    };

    /// <summary>The publisher's message; null for none.</summary>
    public static string? Message(this Manifest manifest) => manifest.Custom.GetValueOrDefault("message") is string message
        ? SecretRedactor.Redact(message) : null;

    /// <summary>Has the metrics tell of this snapshot as the one that is current.</summary>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="root">The prefix.</param>
    /// <param name="pointerKey">The pointer that names it; only <c>_CURRENT</c> counts. Null for none.</param>
    /// <param name="clock">Tells its age later.</param>
    public static void NoteCurrent(this Manifest manifest, string root, string? pointerKey, TimeProvider clock)
    {
        if (pointerKey == SnapshotPaths.CurrentKey)
            SeenSnapshots.Note(root, manifest.Required.CreatedAt, manifest.RowCount, manifest.DbBytes, clock);
    }

    static ShardInfo ToInfo(this ShardEntry shard, Manifest manifest, string root) => new(shard.DbId, shard.RowCount,
        shard.MinKey ?? shard.MinKeyHex, shard.MaxKey ?? shard.MaxKeyHex,
        SnapshotPaths.ToRef(root, manifest.KeyOf(shard)), shard.DbBytes, shard.Sha256)
    {
        Engine = manifest.Required.ShardFormat,
    };
}
