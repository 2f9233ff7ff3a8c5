namespace ShardyFusion.Formats.Annotations;

/// <summary>Says that a cleanup is deleting a snapshot, so that nobody moves a pointer or a tag to it, or what a run left, so that nobody
/// goes on with it.</summary>
/// <param name="TargetRef">The snapshot's manifest ref, or that of the run's folder of shards.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">After this time whoever wrote it is taken for dead. UTC.</param>
/// <param name="Host">On which machine.</param>
/// <param name="ProcessId">Its process there.</param>
sealed record RemovalMark(string TargetRef, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string? Host, int ProcessId) : Annotation;
