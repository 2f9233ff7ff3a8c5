using ShardyFusion.Building;
using ShardyFusion.Publishing;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>What a publish did.</summary>
public sealed class SnapshotPublishResult
{
    internal SnapshotPublishResult(PublishResult result)
    {
        Prefix = result.Prefix;
        Pointer = result.Pointer;
        From = result.From;
        RunId = result.RunId;
        ManifestRef = result.ManifestRef;
        Changed = result.Changed;
        RowCount = result.RowCount;
        Bytes = result.Bytes;
        ShardCount = result.ShardCount;
        Guards = new([.. result.Guards.Select(guard => new GuardOutcome(guard))]);
    }

    internal SnapshotPublishResult(BuildResult result)
    {
        Prefix = result.Prefix;
        Pointer = result.Pointer;
        From = result.PreviousRunId;
        RunId = result.RunId;
        ManifestRef = result.ManifestRef;
        Changed = result.Published;
        RowCount = result.RowsWritten;
        Bytes = result.ShardBytes;
        ShardCount = result.ShardCount;
        Guards = new([.. result.Guards.Select(guard => new GuardOutcome(guard))]);
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>Name of the pointer.</summary>
    public string Pointer { get; }

    /// <summary>Run that the pointer named before; null when there was none.</summary>
    public string? From { get; }

    /// <summary>The snapshot's run.</summary>
    public string RunId { get; }

    /// <summary>The snapshot's manifest ref.</summary>
    public string ManifestRef { get; }

    /// <summary>False when the pointer named the snapshot already, or was not meant to move.</summary>
    public bool Changed { get; }

    /// <summary>Rows.</summary>
    public long RowCount { get; }

    /// <summary>Bytes of the shard files; null when unknown.</summary>
    public long? Bytes { get; }

    /// <summary>Number of shards, empty ones included.</summary>
    public int ShardCount { get; }

    /// <summary>What the guards found.</summary>
    public Listed<GuardOutcome> Guards { get; }

    /// <summary>The run id.</summary>
    public override string ToString() => RunId;
}
