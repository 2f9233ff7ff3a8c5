namespace ShardyFusion.Measuring;

/// <summary>What a measurement times.</summary>
public enum MeasuredOperation
{
    /// <summary>A build, from its start to the published pointer; the rate is in rows.</summary>
    Write,
    /// <summary>A get by a reader that is just being opened: pointer, manifest, shard and block have to be fetched. A local disk may still
    /// have them in memory.</summary>
    GetCold,
    /// <summary>A get of a key that was read before.</summary>
    GetWarm,
    /// <summary>A get of many keys that were read before; the rate is in keys, the times are those of a whole batch.</summary>
    MultiGet,
    /// <summary>A refresh that moves to another snapshot.</summary>
    Refresh,
    /// <summary>Warm gets by several threads while the reader moves between two snapshots.</summary>
    GetDuringRefresh,
}
