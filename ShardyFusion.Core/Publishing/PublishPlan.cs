using ShardyFusion.Catalog;
using ShardyFusion.Formats;

namespace ShardyFusion.Publishing;

/// <summary>A checked publish, not yet done.</summary>
/// <param name="Pointer">Name of the pointer that would move.</param>
/// <param name="From">The run that it names; null when it does not exist or is malformed.</param>
/// <param name="To">The run that it would name.</param>
/// <param name="ToRef">That snapshot's manifest ref.</param>
/// <param name="IsNoOp">True when it names that snapshot already.</param>
/// <param name="RowCount">Rows of the snapshot.</param>
/// <param name="FailedGuards">Checks that failed when the snapshot was built, unless that publish was forced.</param>
public sealed record PublishPlan(string Pointer, string? From, string To, string ToRef, bool IsNoOp, long RowCount,
    IReadOnlyList<GuardResult> FailedGuards)
{
    /// <summary>The pointer as it was seen.</summary>
    internal SeenPointer Seen { get; init; } = SeenPointer.None(SnapshotPaths.CurrentKey);

    /// <summary>The snapshot.</summary>
    internal LoadedManifest? Loaded { get; init; }
}
