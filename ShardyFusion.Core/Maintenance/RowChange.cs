namespace ShardyFusion.Maintenance;

/// <summary>What happened to a row between two snapshots.</summary>
public enum RowChange
{
    /// <summary>Only the later snapshot has the key.</summary>
    Added,
    /// <summary>Only the earlier snapshot has the key.</summary>
    Removed,
    /// <summary>Both have the key, with different values.</summary>
    Changed,
}
