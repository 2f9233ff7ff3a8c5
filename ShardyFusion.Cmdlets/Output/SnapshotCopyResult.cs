using ShardyFusion.Maintenance;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>What a copy did.</summary>
public sealed class SnapshotCopyResult
{
    internal SnapshotCopyResult(CopyResult result)
    {
        Prefix = result.Prefix;
        FromRef = result.FromRef;
        RunId = result.RunId;
        ManifestRef = result.ManifestRef;
        ShardCount = result.ShardCount;
        RowCount = result.RowCount;
        ShardsCopied = result.ShardsCopied;
        ShardsCopiedByStore = result.ShardsCopiedByStore;
        ShardsSkipped = result.ShardsSkipped;
        BytesCopied = result.BytesCopied;
        Pointer = result.Pointer;
        DurationSec = Span.Seconds(result.Duration);
    }

    /// <summary>The destination.</summary>
    public string Prefix { get; }

    /// <summary>Manifest ref of the snapshot that was copied.</summary>
    public string FromRef { get; }

    /// <summary>The run that the copy belongs to: that of the snapshot, or a new one when the rows were written anew.</summary>
    public string RunId { get; }

    /// <summary>Manifest ref of the copy.</summary>
    public string ManifestRef { get; }

    /// <summary>Number of shards of the copy, empty ones included.</summary>
    public int ShardCount { get; }

    /// <summary>Rows of the copy.</summary>
    public long RowCount { get; }

    /// <summary>Shards that were written.</summary>
    public int ShardsCopied { get; }

    /// <summary>Of these, shards that the store copied by itself.</summary>
    public int ShardsCopiedByStore { get; }

    /// <summary>Shards that were there already with the same bytes.</summary>
    public int ShardsSkipped { get; }

    /// <summary>Bytes of the shards that were written.</summary>
    public long BytesCopied { get; }

    /// <summary>The pointer that names the copy now; null when none was to be moved.</summary>
    public string? Pointer { get; }

    /// <summary>How long it took.</summary>
    public double DurationSec { get; }
}
