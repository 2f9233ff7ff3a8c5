namespace ShardyFusion.Formats.Annotations;

/// <summary>A snapshot that is not to be used: rollback, fallback and offsets pass over it.</summary>
/// <param name="ManifestRef">Its manifest ref.</param>
/// <param name="RunId">Its run.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="Author">Who blocked it; null when unknown.</param>
/// <param name="Host">On which machine; null when unknown.</param>
/// <param name="Reason">Why, without secrets, at most 300 characters.</param>
public sealed record SnapshotBlock(string ManifestRef, string RunId, DateTimeOffset CreatedAt, string? Author, string? Host, string Reason)
    : Annotation;
