using ShardyFusion.Formats;

namespace ShardyFusion.Maintenance;

/// <summary>One row that differs.</summary>
/// <param name="Change">How.</param>
/// <param name="Key">The key: <see cref="ulong"/>, <see cref="uint"/>, <see cref="string"/> or <c>byte[]</c>.</param>
/// <param name="OldValue">The stored bytes of the earlier snapshot; null when it has no such key.</param>
/// <param name="NewValue">The stored bytes of the later snapshot; null when it has no such key.</param>
public sealed record RowDifference(RowChange Change, object Key, byte[]? OldValue, byte[]? NewValue)
{
    /// <summary>How <see cref="OldValue"/> is encoded; null when the manifest does not say.</summary>
    public ValueEncoding? OldEncoding { get; init; }
    /// <summary>How <see cref="NewValue"/> is encoded; null when the manifest does not say.</summary>
    public ValueEncoding? NewEncoding { get; init; }
}
