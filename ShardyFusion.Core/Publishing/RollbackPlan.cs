using ShardyFusion.Catalog;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;

namespace ShardyFusion.Publishing;

/// <summary>A checked rollback, not yet done.</summary>
/// <param name="From">The run that is current; null when there is no pointer.</param>
/// <param name="FromRef">Its manifest ref.</param>
/// <param name="To">The run that would become current.</param>
/// <param name="ToRef">Its manifest ref.</param>
/// <param name="IsNoOp">True when the target is current already.</param>
/// <param name="RowCount">Rows of the target.</param>
/// <param name="PublishedAt">When the target was published, UTC.</param>
public sealed record RollbackPlan(string? From, string? FromRef, string To, string ToRef, bool IsNoOp, long RowCount,
    DateTimeOffset PublishedAt)
{
    /// <summary>Name of the pointer that would move.</summary>
    public string Pointer { get; init; } = SnapshotPaths.CurrentPointerName;
    /// <summary>Why the target is blocked; null when it is not. Carrying the plan out needs <see cref="PointerChangeOptions.IgnoreBlock"/>
    /// then.</summary>
    public string? BlockReason { get; init; }
    /// <summary>That the pointer was moved back from the target before, by whom and why; null when it was not, and for an undo.</summary>
    public string? Warning { get; init; }
    /// <summary>True when the target is marked as rolled back from.</summary>
    internal bool IsRolledBack { get; init; }
    /// <summary>The pointer's version that was seen; null when there was none.</summary>
    internal string? PointerETag { get; init; }
    /// <summary>When it was last moved, by its own word; null when there was none.</summary>
    internal DateTimeOffset? PointerUpdatedAt { get; init; }

    /// <summary>The target's manifest.</summary>
    internal LoadedManifest? Loaded { get; init; }

    /// <summary>What kind of change it is.</summary>
    internal PointerChange Kind { get; init; } = PointerChange.Rollback;
}
