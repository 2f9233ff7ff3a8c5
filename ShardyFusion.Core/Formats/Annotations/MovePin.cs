namespace ShardyFusion.Formats.Annotations;

/// <summary>Says that a pointer or a tag is being moved to a snapshot, so that no cleanup deletes it meanwhile.</summary>
/// <param name="ManifestRef">Its manifest ref.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">After this time whoever wrote it is taken for dead. UTC.</param>
/// <param name="Host">On which machine.</param>
/// <param name="ProcessId">Its process there.</param>
sealed record MovePin(string ManifestRef, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string? Host, int ProcessId) : Annotation;
