using ShardyFusion.Maintenance;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>One row that differs between two snapshots.</summary>
public sealed class SnapshotDifference
{
    internal SnapshotDifference(RowDifference row, object? oldValue, object? newValue)
    {
        Change = row.Change;
        Key = row.Key;
        OldValue = oldValue;
        NewValue = newValue;
    }

    /// <summary>What happened to it.</summary>
    public RowChange Change { get; }

    /// <summary>Its key.</summary>
    public object Key { get; }

    /// <summary>The earlier snapshot's value; null when it has no such key.</summary>
    public object? OldValue { get; }

    /// <summary>The later snapshot's value; null when it has no such key.</summary>
    public object? NewValue { get; }
}
