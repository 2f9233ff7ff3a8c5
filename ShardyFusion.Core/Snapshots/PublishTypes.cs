using ShardyFusion.Manifests;

namespace ShardyFusion.Snapshots;

/// <summary>A checked publish, not yet done.</summary>
/// <param name="Pointer">Name of the pointer that would move.</param>
/// <param name="From">The run that it names; null when it does not exist or is malformed.</param>
/// <param name="To">The run that it would name.</param>
/// <param name="ToRef">That snapshot's manifest ref.</param>
/// <param name="IsNoOp">True when it names that snapshot already.</param>
/// <param name="RowCount">Rows of the snapshot.</param>
/// <param name="FailedGuards">Checks that failed when the snapshot was built, unless that publish was forced.</param>
public sealed record PublishPlan(string Pointer, string? From, string To, string ToRef, bool IsNoOp, long RowCount, IReadOnlyList<GuardResult> FailedGuards)
{
    /// <summary>The pointer as it was seen.</summary>
    internal SeenPointer Seen { get; init; } = SeenPointer.None(SnapshotPaths.CurrentKey);

    /// <summary>The snapshot.</summary>
    internal LoadedManifest? Loaded { get; init; }
}

/// <summary>What a publish did.</summary>
public sealed record PublishResult
{
    /// <summary>The prefix.</summary>
    public required string Prefix { get; init; }
    /// <summary>Name of the pointer.</summary>
    public required string Pointer { get; init; }
    /// <summary>The run that it named before; null when there was none.</summary>
    public string? From { get; init; }
    /// <summary>The snapshot's run.</summary>
    public required string RunId { get; init; }
    /// <summary>The snapshot's manifest ref.</summary>
    public required string ManifestRef { get; init; }
    /// <summary>True when the pointer was moved; false when it named the snapshot already, or was not meant to move.</summary>
    public required bool Changed { get; init; }
    /// <summary>Rows.</summary>
    public required long RowCount { get; init; }
    /// <summary>Bytes of the shard files; null when unknown.</summary>
    public long? Bytes { get; init; }
    /// <summary>Number of shards, empty ones included.</summary>
    public required int ShardCount { get; init; }
    /// <summary>What the guards found, those that had failed when the snapshot was built among them.</summary>
    public IReadOnlyList<GuardResult> Guards { get; init; } = [];
    /// <summary>What went wrong after the pointer had moved; null when nothing did.</summary>
    public string? Warning { get; init; }
}
