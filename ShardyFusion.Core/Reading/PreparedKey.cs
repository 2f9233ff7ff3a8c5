using ShardyFusion.Routing;

namespace ShardyFusion.Reading;

/// <summary>A key that was converted to a snapshot's key type and routed, ready to be looked up.</summary>
/// <remarks>Made by <see cref="SnapshotReader.TryPrepareKey(object, out PreparedKey, out ShardyFusion.Errors.ShardyFusionException?)"/>.
/// Stays usable after a refresh: it is converted anew when the new snapshot
/// stores keys differently.</remarks>
public readonly struct PreparedKey
{
    internal PreparedKey(object key, RoutingContext? context, byte[] stored, int shardId, KeySpace space)
    {
        Context = context;
        Key = key;
        Stored = stored;
        ShardId = shardId;
        Space = space;
    }

    /// <summary>The key as given.</summary>
    public object Key { get; }

    /// <summary>The shard it belongs to.</summary>
    public int ShardId { get; }

    /// <summary>The columns that were given with it; null for none.</summary>
    internal RoutingContext? Context { get; }

    /// <summary>Its stored bytes.</summary>
    internal byte[] Stored { get; }

    /// <summary>What it was prepared for.</summary>
    internal KeySpace Space { get; }
}
