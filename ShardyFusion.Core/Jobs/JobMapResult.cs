namespace ShardyFusion.Jobs;

/// <summary>What a map did.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Map">Its number.</param>
/// <param name="RowsRead">Rows read, bad ones included.</param>
/// <param name="RowsWritten">Rows kept for the shards.</param>
/// <param name="DuplicateRows">Rows dropped because another of the map has the same key.</param>
/// <param name="RejectedRows">Rows left out.</param>
/// <param name="Bytes">Bytes of the rows that were kept.</param>
/// <param name="AlreadyDone">True when another attempt had done it: the figures are that one's, and nothing was changed.</param>
public sealed record JobMapResult(string JobId, int Map, long RowsRead, long RowsWritten, long DuplicateRows, long RejectedRows, long Bytes,
    bool AlreadyDone)
{
    /// <summary>What is worth saying about the rows although they were read.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    internal static JobMapResult Of(string jobId, MapRecord record, bool alreadyDone) =>
        new(jobId, record.Map, record.RowsRead, record.Rows, record.Duplicates, record.Rejected, record.Bytes, alreadyDone)
        {
            Warnings = record.Warnings,
        };
}
