namespace ShardyFusion.Maintenance;

/// <summary>How closely a snapshot is looked at; each level includes those before it.</summary>
public enum VerifyLevel
{
    /// <summary>The manifest alone: it parses, and its shards' key ranges lie where they belong. No shard is asked for.</summary>
    Metadata,
    /// <summary>Every shard object exists and has its size. One request a shard.</summary>
    Exists,
    /// <summary>Every shard is read whole, and its SHA-256 compared.</summary>
    Checksum,
    /// <summary>Also every block's checksum, the order, number and range of keys, and that each key lies on its shard.</summary>
    Deep,
}
