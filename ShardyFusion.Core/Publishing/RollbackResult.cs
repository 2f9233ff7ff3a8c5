namespace ShardyFusion.Publishing;

/// <summary>What a rollback did.</summary>
/// <param name="Prefix">The prefix.</param>
/// <param name="From">The run that was current; null when there was none.</param>
/// <param name="FromRef">Its manifest ref.</param>
/// <param name="To">The run that is current now.</param>
/// <param name="ToRef">Its manifest ref.</param>
/// <param name="Changed">False when the target was current already.</param>
/// <param name="RowCount">Rows of the snapshot that is current now.</param>
/// <param name="PublishedAt">When that snapshot was published, UTC.</param>
public sealed record RollbackResult(string Prefix, string? From, string? FromRef, string To, string ToRef, bool Changed, long RowCount,
    DateTimeOffset PublishedAt)
{
    /// <summary>What went wrong after the pointer had moved, which does not undo it; null when nothing did.</summary>
    public string? Warning { get; init; }
    /// <summary>The run that was blocked in the same step; null when none was.</summary>
    public string? BlockedRunId { get; init; }
}
