using ShardyFusion.Manifests;
using ShardyFusion.Routing;

namespace ShardyFusion.Snapshots;

/// <summary>One snapshot, as its manifest tells.</summary>
public sealed record SnapshotInfo
{
    /// <summary>Name of the run that built it.</summary>
    public required string RunId { get; init; }
    /// <summary>Where the manifest lives.</summary>
    public required string ManifestRef { get; init; }
    /// <summary>When the manifest was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>Number of shards, empty ones included.</summary>
    public required int ShardCount { get; init; }
    /// <summary><c>hash</c> or <c>cel</c>.</summary>
    public required string Sharding { get; init; }
    /// <summary>How keys are stored.</summary>
    public required KeyEncoding KeyEncoding { get; init; }
    /// <summary>How values are encoded; null when the manifest does not say.</summary>
    public ValueEncoding? ValueEncoding { get; init; }
    /// <summary>Rows in all shards.</summary>
    public required long RowCount { get; init; }
    /// <summary>Bytes of all shard files; null when the manifest does not say.</summary>
    public long? Bytes { get; init; }
    /// <summary>The publisher's message; null for none.</summary>
    public string? Message { get; init; }
    /// <summary>The non-empty shards, by <c>db_id</c>.</summary>
    public required IReadOnlyList<ShardInfo> Shards { get; init; }
    /// <summary>The manifest's <c>custom</c> fields.</summary>
    public required IReadOnlyDictionary<string, object?> Custom { get; init; }
    /// <summary>What the guards of its build found, in their order; empty when none ran.</summary>
    public IReadOnlyList<GuardResult> Guards => GuardRecords.ResultsIn(Custom);
    /// <summary>Who published it although guards had failed; null when nobody did.</summary>
    public ForcedPublish? Forced => GuardRecords.ForcedIn(Custom);
}

/// <summary>One shard, as the manifest tells.</summary>
/// <param name="ShardId"><c>db_id</c>.</param>
/// <param name="RowCount">Rows.</param>
/// <param name="MinKey">Smallest key: integer or text; null when unknown.</param>
/// <param name="MaxKey">Largest key: integer or text; null when unknown.</param>
/// <param name="Url">Where it lives.</param>
/// <param name="Bytes">Size of the file; null when the manifest does not say.</param>
/// <param name="Sha256">Lower-case hex; null when the manifest does not say.</param>
public sealed record ShardInfo(int ShardId, long RowCount, object? MinKey, object? MaxKey, string Url, long? Bytes, string? Sha256);

/// <summary>Names one snapshot of a prefix: by at most one of the five; by none the current one.</summary>
public sealed record SnapshotSelector
{
    /// <summary>The current snapshot.</summary>
    public static SnapshotSelector Current { get; } = new();
    /// <summary>Manifest ref (absolute, or relative to the prefix).</summary>
    public string? Ref { get; init; }
    /// <summary>Run id.</summary>
    public string? RunId { get; init; }
    /// <summary>Steps back from the current snapshot: 1 is the one published before it, blocked ones left out. At least 0.</summary>
    public int? Offset { get; init; }
    /// <summary>Name of the pointer that names it, as in <c>CANARY</c>: 1..32 of <c>A-Z 0-9 _</c>, a letter first.</summary>
    public string? Pointer { get; init; }
    /// <summary>Tag: 1..128 of <c>A-Z a-z 0-9 . _ -</c>.</summary>
    public string? Tag { get; init; }
    /// <summary>True when it names the current snapshot by naming nothing.</summary>
    public bool IsCurrent => Ref is null && RunId is null && Offset is null && Pointer is null && Tag is null;
    /// <summary>Key of the pointer that decides which snapshot it is, so that a reader can follow it; null when the snapshot is fixed.</summary>
    internal string? FollowedPointer => IsCurrent || Pointer is not null ? Manifests.SnapshotPaths.PointerKey(Pointer) : null;
    /// <summary>For messages.</summary>
    public override string ToString() =>
        Ref is not null ? $"ref '{Ref}'" : RunId is not null ? $"run '{RunId}'" : Offset is not null ? $"offset {Offset}"
        : Pointer is not null ? $"pointer '{Pointer}'" : Tag is not null ? $"tag '{Tag}'" : "the current snapshot";
}

/// <summary>One line of the history, newest first.</summary>
public sealed record HistoryEntry
{
    /// <summary>Position from the current snapshot: 0 current, 1 the one published before it, negative for newer ones; null when no pointer exists.</summary>
    public int? Offset { get; init; }
    /// <summary>True when the pointer names it.</summary>
    public required bool IsCurrent { get; init; }
    /// <summary>Name of the run.</summary>
    public required string RunId { get; init; }
    /// <summary>Manifest ref.</summary>
    public required string ManifestRef { get; init; }
    /// <summary>When it was published, from the manifest's name, UTC.</summary>
    public required DateTimeOffset PublishedAt { get; init; }
    /// <summary>Rows; null when the manifest cannot be read.</summary>
    public long? RowCount { get; init; }
    /// <summary>Bytes of the shard files; null when unknown.</summary>
    public long? Bytes { get; init; }
    /// <summary>Number of shards; null when the manifest cannot be read.</summary>
    public int? ShardCount { get; init; }
    /// <summary>Rows more or less than the entry published before it; null when either is unknown or it is the oldest.</summary>
    public long? RowChange { get; init; }
    /// <summary>The publisher's message; null for none.</summary>
    public string? Message { get; init; }
    /// <summary>What the guards of its build found, in their order; empty when none ran.</summary>
    public IReadOnlyList<GuardResult> Guards { get; init; } = [];
    /// <summary>Who published it although guards had failed; null when nobody did.</summary>
    public ForcedPublish? Forced { get; init; }
    /// <summary>Who published it; null when the manifest does not say.</summary>
    public string? Author { get; init; }
    /// <summary>From the start of its run until its manifest was made; null when the run's record or the manifest does not tell.</summary>
    public TimeSpan? Duration { get; init; }
    /// <summary>Names of all pointers that name it, as in <c>CURRENT</c>.</summary>
    public IReadOnlyList<string> Pointers { get; init; } = [];
    /// <summary>Its tags that have not expired.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
    /// <summary>True when it is blocked; it has no <see cref="Offset"/> then unless it is current.</summary>
    public bool IsBlocked { get; init; }
    /// <summary>True when the pointer was moved back from it and not to it since; an older one has no <see cref="Offset"/> then.</summary>
    public bool IsRolledBack { get; init; }
    /// <summary>True when it is newer than the current one and no pointer is known to have named it.</summary>
    public bool IsStaged { get; init; }
    /// <summary>True when a folder of shards that its manifest names is gone.</summary>
    public bool IsDataMissing { get; init; }
    /// <summary>Bytes more or less than the entry published before it; null when either is unknown or it is the oldest.</summary>
    public long? BytesChange { get; init; }
    /// <summary>Why the manifest cannot be read; null when it can.</summary>
    public string? Problem { get; init; }
}

/// <summary>A checked rollback, not yet done.</summary>
/// <param name="From">The run that is current; null when there is no pointer.</param>
/// <param name="FromRef">Its manifest ref.</param>
/// <param name="To">The run that would become current.</param>
/// <param name="ToRef">Its manifest ref.</param>
/// <param name="IsNoOp">True when the target is current already.</param>
/// <param name="RowCount">Rows of the target.</param>
/// <param name="PublishedAt">When the target was published, UTC.</param>
public sealed record RollbackPlan(string? From, string? FromRef, string To, string ToRef, bool IsNoOp, long RowCount, DateTimeOffset PublishedAt)
{
    /// <summary>Name of the pointer that would move.</summary>
    public string Pointer { get; init; } = Manifests.SnapshotPaths.CurrentPointerName;
    /// <summary>Why the target is blocked; null when it is not. Carrying the plan out needs <see cref="PointerChangeOptions.Force"/> then.</summary>
    public string? BlockReason { get; init; }
    /// <summary>That the pointer was moved back from the target before, by whom and why; null when it was not, and for an undo.</summary>
    public string? Warning { get; init; }
    /// <summary>True when the target is marked as rolled back from.</summary>
    internal bool IsRolledBack { get; init; }
    /// <summary>The pointer's version that was seen; null when there was none.</summary>
    internal string? PointerETag { get; init; }

    /// <summary>The target's manifest.</summary>
    internal Manifests.LoadedManifest? Loaded { get; init; }

    /// <summary>What kind of change it is.</summary>
    internal Manifests.Marks.PointerChange Kind { get; init; } = Manifests.Marks.PointerChange.Rollback;
}

/// <summary>How a planned change of a pointer is carried out.</summary>
public sealed record PointerChangeOptions
{
    /// <summary>True writes even to a store that does not honour write conditions.</summary>
    public bool AllowUnsafePointer { get; init; }
    /// <summary>True moves the pointer to a blocked snapshot, too.</summary>
    public bool Force { get; init; }
    /// <summary>Why; kept with the event without secrets, at most 300 characters. Null for no reason.</summary>
    public string? Reason { get; init; }
    /// <summary>True blocks the snapshot that the pointer named before, with the same reason.</summary>
    public bool BlockPrevious { get; init; }
}

/// <summary>What a rollback did.</summary>
/// <param name="Prefix">The prefix.</param>
/// <param name="From">The run that was current; null when there was none.</param>
/// <param name="FromRef">Its manifest ref.</param>
/// <param name="To">The run that is current now.</param>
/// <param name="ToRef">Its manifest ref.</param>
/// <param name="Changed">False when the target was current already.</param>
/// <param name="RowCount">Rows of the snapshot that is current now.</param>
/// <param name="PublishedAt">When that snapshot was published, UTC.</param>
public sealed record RollbackResult(string Prefix, string? From, string? FromRef, string To, string ToRef, bool Changed, long RowCount, DateTimeOffset PublishedAt)
{
    /// <summary>What went wrong after the pointer had moved, which does not undo it; null when nothing did.</summary>
    public string? Warning { get; init; }
    /// <summary>The run that was blocked in the same step; null when none was.</summary>
    public string? BlockedRunId { get; init; }
}
