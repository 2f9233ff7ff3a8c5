using ShardyFusion.Formats;

namespace ShardyFusion.Catalog;

/// <summary>One line of the history, newest first.</summary>
public sealed record HistoryEntry
{
    /// <summary>Position from the current snapshot: 0 current, 1 the one published before it, negative for newer ones; null when no pointer
    /// exists.</summary>
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
