using ShardyFusion.Maintenance;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>One row that differs between two snapshots.</summary>
public sealed class SnapshotDifference
{
    internal SnapshotDifference(string comparison, RowDifference row, object? oldValue, object? newValue)
    {
        Comparison = comparison;
        Change = row.Change.ToString();
        Key = row.Key;
        ChangedFields = new(row.Change == RowChange.Changed ? ValueFields.Changed(oldValue, newValue) : []);
        OldValue = oldValue;
        NewValue = newValue;
    }

    /// <summary>What is compared with what, in one line: runs, rows, shards.</summary>
    public string Comparison { get; }

    /// <summary>What happened to it: Added, Removed or Changed.</summary>
    public string Change { get; }

    /// <summary>Its key.</summary>
    public object Key { get; }

    /// <summary>Names of the fields that differ, of a row whose values are objects; empty for any other.</summary>
    public Listed<string> ChangedFields { get; }

    /// <summary>The earlier snapshot's value; null when it has no such key.</summary>
    public object? OldValue { get; }

    /// <summary>The later snapshot's value; null when it has no such key.</summary>
    public object? NewValue { get; }
}
