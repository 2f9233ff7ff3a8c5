using ShardyFusion.Reading;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>One row of a snapshot.</summary>
public sealed class ShardRow
{
    internal ShardRow(SnapshotRow row, object? value) => (Key, Value, ShardId) = (row.Key, value, row.ShardId);

    /// <summary>Its key: an integer, text or bytes, as the snapshot stores keys.</summary>
    public object Key { get; }

    /// <summary>Its value: bytes, text or an object, by the snapshot's value encoding or as asked for.</summary>
    public object? Value { get; }

    /// <summary>The shard that it is in.</summary>
    public int ShardId { get; }
}
