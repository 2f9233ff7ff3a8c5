namespace ShardyFusion.Maintenance;

/// <summary>How closely two snapshots are compared.</summary>
public enum CompareLevel
{
    /// <summary>The manifests alone; no shard is read. Equal hashes still tell that the rows are equal.</summary>
    Manifest,
    /// <summary>Rows are compared and counted.</summary>
    Counts,
    /// <summary>Rows are compared, and every difference is given with its values.</summary>
    Rows,
}
