using ShardyFusion.Building;
using ShardyFusion.Formats;
using ShardyFusion.Routing;
using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>What a build did.</summary>
public sealed class SnapshotBuildResult
{
    internal SnapshotBuildResult(BuildResult result)
    {
        Prefix = result.Prefix;
        RunId = result.RunId;
        ManifestRef = result.ManifestRef;
        Published = result.Published;
        Pointer = result.Pointer;
        From = result.PreviousRunId;
        ShardCount = result.ShardCount;
        KeyEncoding = result.KeyEncoding.ToString();
        ValueEncoding = result.ValueEncoding.ToString();
        RowsRead = result.RowsRead;
        RowCount = result.RowsWritten;
        DuplicateRows = result.DuplicateRows;
        RejectedRows = result.RejectedRows;
        RejectionSamples = new([.. result.RejectionSamples]);
        Bytes = result.ShardBytes;
        Shards = new([.. result.Shards.Select(shard => new WrittenShard(shard))]);
        KeptShards = result.KeptShards;
        LostAttempts = result.LostAttempts;
        SpilledBytes = result.SpilledBytes;
        DurationSec = Span.Seconds(result.Durations.Total);
        ReadDurationSec = Span.Seconds(result.Durations.Sharding);
        WriteDurationSec = Span.Seconds(result.Durations.Write);
        PublishDurationSec = Span.Seconds(result.Durations.Manifest);
        Requests = new StoreRequests(result.Requests);
        EstimatedCost = result.EstimatedCost;
        Guards = new([.. result.Guards.Select(guard => new GuardOutcome(guard))]);
        Warnings = new([.. result.Warnings]);
    }

    /// <summary>The prefix.</summary>
    public string Prefix { get; }

    /// <summary>Name of the run.</summary>
    public string RunId { get; }

    /// <summary>Where the manifest lives.</summary>
    public string ManifestRef { get; }

    /// <summary>True when the pointer names this snapshot now.</summary>
    public bool Published { get; }

    /// <summary>Name of the pointer.</summary>
    public string Pointer { get; }

    /// <summary>Run that was current before; null when there was none.</summary>
    public string? From { get; }

    /// <summary>Number of shards, empty ones included.</summary>
    public int ShardCount { get; }

    /// <summary>How keys are stored.</summary>
    public string KeyEncoding { get; }

    /// <summary>How values are encoded.</summary>
    public string ValueEncoding { get; }

    /// <summary>Rows read.</summary>
    public long RowsRead { get; }

    /// <summary>Rows in the snapshot.</summary>
    public long RowCount { get; }

    /// <summary>Rows dropped because another one has the same key.</summary>
    public long DuplicateRows { get; }

    /// <summary>Rows left out by the row-error policy.</summary>
    public long RejectedRows { get; }

    /// <summary>The first few of them, with the reason.</summary>
    public Listed<string> RejectionSamples { get; }

    /// <summary>Bytes of all shard files.</summary>
    public long Bytes { get; }

    /// <summary>The shards that have rows.</summary>
    public Listed<WrittenShard> Shards { get; }

    /// <summary>Shards that the resumed run had finished and that were kept.</summary>
    public int KeptShards { get; }

    /// <summary>Attempts that failed or lost.</summary>
    public int LostAttempts { get; }

    /// <summary>Bytes of rows that did not fit into memory and were spilled to disk.</summary>
    public long SpilledBytes { get; }

    /// <summary>The whole build.</summary>
    public double DurationSec { get; }

    /// <summary>Reading and partitioning rows.</summary>
    public double ReadDurationSec { get; }

    /// <summary>Sorting and writing shards.</summary>
    public double WriteDurationSec { get; }

    /// <summary>Manifest, guards, pointer.</summary>
    public double PublishDurationSec { get; }

    /// <summary>Requests and bytes of the store.</summary>
    public StoreRequests Requests { get; }

    /// <summary>What these requests cost by the price table that was given; null without one.</summary>
    public decimal? EstimatedCost { get; }

    /// <summary>What the guards found.</summary>
    public Listed<GuardOutcome> Guards { get; }

    /// <summary>What went wrong after the publish and lost nothing.</summary>
    public Listed<string> Warnings { get; }

    /// <summary>The run id.</summary>
    public override string ToString() => RunId;
}

/// <summary>One shard of a build.</summary>
public sealed class WrittenShard
{
    internal WrittenShard(ShardResult shard)
    {
        ShardId = shard.ShardId;
        RowCount = shard.RowCount;
        Bytes = shard.Bytes;
        Attempt = shard.Attempt;
        Url = shard.Url;
        Sha256 = shard.Sha256;
    }

    /// <summary>Number of the shard.</summary>
    public int ShardId { get; }

    /// <summary>Rows in it.</summary>
    public long RowCount { get; }

    /// <summary>Size of the file.</summary>
    public long Bytes { get; }

    /// <summary>The attempt that won, from 0.</summary>
    public int Attempt { get; }

    /// <summary>Where it lives.</summary>
    public string Url { get; }

    /// <summary>Lower-case hex of the file's SHA-256.</summary>
    public string Sha256 { get; }

    /// <summary>Number and rows.</summary>
    public override string ToString() => $"{ShardId}: {RowCount} rows";
}

/// <summary>Requests and payload bytes.</summary>
public sealed class StoreRequests
{
    internal StoreRequests(StoreUsage usage)
    {
        Gets = usage.Gets;
        Puts = usage.Puts;
        Heads = usage.Heads;
        Lists = usage.Lists;
        Deletes = usage.Deletes;
        Retries = usage.Retries;
        BytesRead = usage.BytesRead;
        BytesWritten = usage.BytesWritten;
    }

    /// <summary>Whole and ranged reads.</summary>
    public long Gets { get; }

    /// <summary>Writes and parts.</summary>
    public long Puts { get; }

    /// <summary>Metadata reads.</summary>
    public long Heads { get; }

    /// <summary>Listing pages.</summary>
    public long Lists { get; }

    /// <summary>Delete requests.</summary>
    public long Deletes { get; }

    /// <summary>Attempts after the first.</summary>
    public long Retries { get; }

    /// <summary>Bytes read.</summary>
    public long BytesRead { get; }

    /// <summary>Bytes written.</summary>
    public long BytesWritten { get; }

    /// <summary>All requests as text.</summary>
    public override string ToString() => $"{Gets + Puts + Heads + Lists + Deletes} requests";
}

/// <summary>What a guard found.</summary>
public sealed class GuardOutcome
{
    internal GuardOutcome(GuardResult result)
    {
        Name = result.Name;
        Passed = result.Passed;
        Detail = result.Detail;
    }

    /// <summary>The guard.</summary>
    public string Name { get; }

    /// <summary>False stops the publish.</summary>
    public bool Passed { get; }

    /// <summary>One sentence with the figures.</summary>
    public string Detail { get; }

    /// <summary>Name and verdict.</summary>
    public override string ToString() => $"{Name}: {(Passed ? "passed" : "failed")}";
}
