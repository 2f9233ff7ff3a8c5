using System.Management.Automation;
using ShardyFusion.Publishing;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>What moving the pointer did.</summary>
public sealed class ManifestChange
{
    internal ManifestChange(RollbackResult result)
    {
        Prefix = result.Prefix;
        From = result.From;
        FromRef = result.FromRef;
        To = result.To;
        ToRef = result.ToRef;
        Changed = result.Changed;
        RowCount = result.RowCount;
        PublishedAt = UtcTime.Of(result.PublishedAt);
        BlockedRunId = result.BlockedRunId;
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>Run that was current before; null when there was none.</summary>
    public string? From { get; }

    /// <summary>Its manifest ref.</summary>
    public string? FromRef { get; }

    /// <summary>Run that is current now.</summary>
    public string To { get; }

    /// <summary>Its manifest ref.</summary>
    public string ToRef { get; }

    /// <summary>False when it was current already.</summary>
    public bool Changed { get; }

    /// <summary>Rows of the snapshot that is current now.</summary>
    public long RowCount { get; }

    /// <summary>When that snapshot was published, UTC.</summary>
    public PSObject PublishedAt { get; }

    /// <summary>Run that was blocked in the same step; null when none was.</summary>
    public string? BlockedRunId { get; }
}
