namespace ShardyFusion.Jobs;

/// <summary>A shard of a job.</summary>
/// <param name="JobId">The job.</param>
/// <param name="ShardId">Its number.</param>
/// <param name="RowCount">Rows; 0 for a shard that needs no file.</param>
/// <param name="Bytes">Bytes of the file.</param>
/// <param name="DuplicateRows">Rows dropped because another has the same key.</param>
/// <param name="Attempt">The attempt that won; null without rows.</param>
/// <param name="Sha256">Of the file, lower-case hex; null without rows.</param>
/// <param name="AlreadyDone">True when another attempt had written it: the figures are that one's, and nothing was changed.</param>
public sealed record JobShardResult(string JobId, int ShardId, long RowCount, long Bytes, long DuplicateRows, int? Attempt, string? Sha256,
    bool AlreadyDone)
{
    internal static JobShardResult Of(string jobId, ShardRecord record, bool alreadyDone) =>
        new(jobId, record.DbId, record.Rows, record.Bytes, record.Duplicates, record.Attempt, record.Sha256, alreadyDone);
}
