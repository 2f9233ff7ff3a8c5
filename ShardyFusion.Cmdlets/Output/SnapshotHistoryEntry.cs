using ShardyFusion.Snapshots;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>One published snapshot of a prefix.</summary>
public sealed class SnapshotHistoryEntry
{
    internal SnapshotHistoryEntry(string prefix, HistoryEntry entry)
    {
        Prefix = prefix;
        Offset = entry.Offset;
        IsCurrent = entry.IsCurrent;
        RunId = entry.RunId;
        ManifestRef = entry.ManifestRef;
        PublishedAt = entry.PublishedAt.UtcDateTime;
        RowCount = entry.RowCount;
        RowChange = entry.RowChange;
        Bytes = entry.Bytes;
        ShardCount = entry.ShardCount;
        Message = entry.Message;
        Guards = [.. entry.Guards.Select(guard => new GuardOutcome(guard))];
        ForcedBy = entry.Forced?.Author;
        ForceReason = entry.Forced?.Reason;
        Problem = entry.Problem;
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>Steps back from the current snapshot; negative for newer ones, null when none is current.</summary>
    public int? Offset { get; }

    /// <summary>True when the pointer names it.</summary>
    public bool IsCurrent { get; }

    /// <summary>Name of the run that built it.</summary>
    public string RunId { get; }

    /// <summary>Where its manifest lives.</summary>
    public string ManifestRef { get; }

    /// <summary>When it was published, UTC.</summary>
    public DateTime PublishedAt { get; }

    /// <summary>Rows; null when the manifest cannot be read.</summary>
    public long? RowCount { get; }

    /// <summary>Rows more or less than the snapshot published before it; null when unknown.</summary>
    public long? RowChange { get; }

    /// <summary>Bytes of the shard files; null when unknown.</summary>
    public long? Bytes { get; }

    /// <summary>Number of shards; null when the manifest cannot be read.</summary>
    public int? ShardCount { get; }

    /// <summary>The publisher's message.</summary>
    public string? Message { get; }

    /// <summary>What the guards of its build found; empty when none ran.</summary>
    public GuardOutcome[] Guards { get; }

    /// <summary>Who published it although guards had failed; null when nobody did.</summary>
    public string? ForcedBy { get; }

    /// <summary>Why.</summary>
    public string? ForceReason { get; }

    /// <summary>Why the manifest cannot be read; null when it can.</summary>
    public string? Problem { get; }

    /// <summary>The run id.</summary>
    public override string ToString() => RunId;
}
