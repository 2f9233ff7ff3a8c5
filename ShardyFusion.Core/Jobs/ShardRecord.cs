using ShardyFusion.Building.Shards;
using ShardyFusion.Formats;
using ShardyFusion.Shards;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Jobs;

/// <summary>What the attempt at a shard wrote that won; also of a shard without rows, so that a missing result is never taken for an empty
/// shard.</summary>
sealed record ShardRecord
{
    public required int DbId { get; init; }
    /// <summary>Null for a shard without rows.</summary>
    public int? Attempt { get; init; }
    public long Rows { get; init; }
    public long Bytes { get; init; }
    public long TailOffset { get; init; }
    public string? Sha256 { get; init; }
    public byte[] MinKey { get; init; } = [];
    public byte[] MaxKey { get; init; } = [];
    public long KeyBytes { get; init; }
    public long ValueBytes { get; init; }
    public long EmptyValues { get; init; }
    public long LargestValueBytes { get; init; }
    /// <summary>Rows dropped because another has the same key.</summary>
    public long Duplicates { get; init; }
    /// <summary>Where an engine brought the rows: how many of them were left out.</summary>
    public long Rejected { get; init; }
    public IReadOnlyList<string> RejectionSamples { get; init; } = [];
    public string? Host { get; init; }
    public double Seconds { get; init; }

    public static ShardRecord Of(int dbId, ShardAttemptResult? result) => result is null ? new ShardRecord { DbId = dbId } : new ShardRecord
    {
        DbId = dbId,
        Attempt = result.Attempt,
        Rows = result.Summary.RowCount,
        Bytes = result.Summary.FileBytes,
        TailOffset = result.Summary.TailOffset,
        Sha256 = result.Sha256,
        MinKey = result.Summary.MinKey,
        MaxKey = result.Summary.MaxKey,
        KeyBytes = result.Summary.RawKeyBytes,
        ValueBytes = result.Summary.RawValueBytes,
        EmptyValues = result.Values.EmptyValues,
        LargestValueBytes = result.Values.LargestValueBytes,
        Duplicates = result.DuplicateRows,
        Seconds = result.Duration.TotalSeconds,
    };

    /// <summary>The attempt; null for a shard without rows.</summary>
    public ShardAttemptResult? ToResult(string jobId, ShardFormat format) => Attempt is not { } attempt ? null
        : new ShardAttemptResult(DbId, attempt,
        SnapshotPaths.ShardKey(SnapshotPaths.AttemptKey(jobId, DbId, attempt), format),
        new SstSummary(Rows, Bytes, TailOffset, MinKey, MaxKey, KeyBytes, ValueBytes), Sha256!, Duplicates,
        new ValueFigures(EmptyValues, LargestValueBytes), TimeSpan.FromSeconds(Seconds));
}
