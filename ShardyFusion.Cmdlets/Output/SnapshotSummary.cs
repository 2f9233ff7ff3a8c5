using System.Management.Automation;
using ShardyFusion.Catalog;
using ShardyFusion.Formats;
using ShardyFusion.Reading;
using ShardyFusion.Routing;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>One snapshot, as a guard's script block sees it.</summary>
public sealed class SnapshotSummary
{
    internal SnapshotSummary(SnapshotInfo info)
    {
        RunId = info.RunId;
        ManifestRef = info.ManifestRef;
        PublishedAt = UtcTime.Of(info.CreatedAt);
        RowCount = info.RowCount;
        Bytes = info.Bytes;
        ShardCount = info.ShardCount;
        KeyEncoding = info.KeyEncoding.ToString();
        ValueEncoding = info.ValueEncoding?.ToString();
        Message = info.Message;
        Shards = new([.. info.Shards.Select(shard => new ShardSummary(shard))]);
    }

    /// <summary>Name of the run.</summary>
    public string RunId { get; }

    /// <summary>Where the manifest lives.</summary>
    public string ManifestRef { get; }

    /// <summary>When it was built, UTC.</summary>
    public PSObject PublishedAt { get; }

    /// <summary>Rows.</summary>
    public long RowCount { get; }

    /// <summary>Bytes of the shard files; null when unknown.</summary>
    public long? Bytes { get; }

    /// <summary>Number of shards, empty ones included.</summary>
    public int ShardCount { get; }

    /// <summary>How keys are stored.</summary>
    public string KeyEncoding { get; }

    /// <summary>How values are encoded; null when the manifest does not say.</summary>
    public string? ValueEncoding { get; }

    /// <summary>The publisher's message.</summary>
    public string? Message { get; }

    /// <summary>The shards that have rows.</summary>
    public Listed<ShardSummary> Shards { get; }

    /// <summary>The run id.</summary>
    public override string ToString() => RunId;
}

/// <summary>One shard of a snapshot.</summary>
public sealed class ShardSummary
{
    internal ShardSummary(ShardInfo shard)
    {
        ShardId = shard.ShardId;
        RowCount = shard.RowCount;
        MinKey = shard.MinKey;
        MaxKey = shard.MaxKey;
        Bytes = shard.Bytes;
    }

    /// <summary>Number of the shard.</summary>
    public int ShardId { get; }

    /// <summary>Rows in it.</summary>
    public long RowCount { get; }

    /// <summary>Smallest key.</summary>
    public object? MinKey { get; }

    /// <summary>Largest key.</summary>
    public object? MaxKey { get; }

    /// <summary>Size of the file; null when unknown.</summary>
    public long? Bytes { get; }
}

/// <summary>Looks keys up in a staged snapshot and waits for the answers.</summary>
delegate IReadOnlyList<LookupResult> StagedLookup(SnapshotReader reader, IReadOnlyList<object> keys);

/// <summary>Reads a snapshot that is not published yet, for a guard's script block. Usable while the guard runs.</summary>
public sealed class StagedReader
{
    readonly SnapshotReader reader;
    readonly StagedLookup lookUp;

    internal StagedReader(SnapshotReader reader, StagedLookup lookUp) => (this.reader, this.lookUp) = (reader, lookUp);

    /// <summary>Looks one key up.</summary>
    /// <param name="key">Any key; converted to the snapshot's key type.</param>
    public ShardValue Get(object key) => Get([key])[0];

    /// <summary>Looks several keys up.</summary>
    /// <returns>One answer for each key, in their order.</returns>
    public ShardValue[] Get(object[] keys) => [.. lookUp(reader, keys).Select(result =>
        new ShardValue(result, result.Found ? ValueDecoding.Decode(result.Value!, result.ValueEncoding, ValueForm.Auto) : null))];
}
