namespace ShardyFusion.Formats.Annotations;

/// <summary>Says that <c>_CURRENT</c> was moved back from a snapshot.</summary>
/// <param name="ManifestRef">Its manifest ref.</param>
/// <param name="RunId">Its run.</param>
/// <param name="To">Manifest ref that the pointer was moved to.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="Author">Who did it; null when unknown.</param>
/// <param name="Host">On which machine; null when unknown.</param>
/// <param name="Reason">Why, without secrets, at most 300 characters; null for none.</param>
sealed record RolledBackMark(string ManifestRef, string RunId, string To, DateTimeOffset CreatedAt, string? Author, string? Host,
    string? Reason) : Annotation;
