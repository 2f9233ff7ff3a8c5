using System.Management.Automation;
using ShardyFusion.Catalog;

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
        PublishedAt = UtcTime.Of(entry.PublishedAt);
        RowCount = entry.RowCount;
        RowChange = entry.RowChange;
        Bytes = entry.Bytes;
        ShardCount = entry.ShardCount;
        Message = entry.Message;
        Guards = new([.. entry.Guards.Select(guard => new GuardOutcome(guard))]);
        ForcedBy = entry.Forced?.Author;
        ForceReason = entry.Forced?.Reason;
        Author = entry.Author;
        DurationSec = Span.Seconds(entry.Duration);
        Pointers = new([.. entry.Pointers]);
        Tags = new([.. entry.Tags]);
        IsBlocked = entry.IsBlocked;
        IsRolledBack = entry.IsRolledBack;
        IsStaged = entry.IsStaged;
        IsDataMissing = entry.IsDataMissing;
        BytesChange = entry.BytesChange;
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
    public PSObject PublishedAt { get; }

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
    public Listed<GuardOutcome> Guards { get; }

    /// <summary>Who published it although guards had failed; null when nobody did.</summary>
    public string? ForcedBy { get; }

    /// <summary>Why.</summary>
    public string? ForceReason { get; }

    /// <summary>Who published it; null when the manifest does not say.</summary>
    public string? Author { get; }

    /// <summary>From the start of its run until its manifest was made; null when nothing tells.</summary>
    public double? DurationSec { get; }

    /// <summary>All pointers that name it.</summary>
    public Listed<string> Pointers { get; }

    /// <summary>Its tags that have not expired.</summary>
    public Listed<string> Tags { get; }

    /// <summary>True when it is not to be used.</summary>
    public bool IsBlocked { get; }

    /// <summary>True when the pointer was moved back from it and not to it since.</summary>
    public bool IsRolledBack { get; }

    /// <summary>True when it is newer than the current one and was never published.</summary>
    public bool IsStaged { get; }

    /// <summary>True when a folder of its shards is gone.</summary>
    public bool IsDataMissing { get; }

    /// <summary>Bytes more or less than the snapshot published before it; null when unknown.</summary>
    public long? BytesChange { get; }

    /// <summary>What sets it apart, in short words: <c>current</c>, <c>tagged</c>, <c>blocked</c>, <c>rolled back</c>, <c>staged</c>,
    /// <c>data missing</c>.</summary>
    public Listed<string> Flags => new(
    [
        .. IsCurrent ? ["current"] : Array.Empty<string>(), .. Tags.Count > 0 ? ["tagged"] : Array.Empty<string>(), .. IsBlocked
            ? ["blocked"] : Array.Empty<string>(), .. IsRolledBack ? ["rolled back"] : Array.Empty<string>(),
        .. IsStaged ? ["staged"] : Array.Empty<string>(), .. IsDataMissing ? ["data missing"] : Array.Empty<string>(),
    ]);

    /// <summary>Why the manifest cannot be read; null when it can.</summary>
    public string? Problem { get; }

    /// <summary>The run id.</summary>
    public override string ToString() => RunId;
}
