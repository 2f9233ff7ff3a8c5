namespace ShardyFusion.Formats.Annotations;

/// <summary>A name for a snapshot that protects it from cleanup.</summary>
/// <param name="Tag">The name: 1..128 of <c>A-Z a-z 0-9 . _ -</c>.</param>
/// <param name="ManifestRef">The snapshot's manifest ref.</param>
/// <param name="RunId">Its run.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">After this time it no longer protects anything; null for never. UTC.</param>
/// <param name="Author">Who set it; null when unknown.</param>
/// <param name="Host">On which machine; null when unknown.</param>
/// <param name="Note">What for, without secrets, at most 300 characters; null for none.</param>
public sealed record SnapshotTag(
    string Tag, string ManifestRef, string RunId, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, string? Author, string? Host,
    string? Note) : Annotation
{
    /// <summary>True when its time is over.</summary>
    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;
}
