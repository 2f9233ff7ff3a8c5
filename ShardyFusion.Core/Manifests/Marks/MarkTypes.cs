using ShardyFusion.Errors;

namespace ShardyFusion.Manifests.Marks;

/// <summary>A name for a snapshot that protects it from cleanup.</summary>
/// <param name="Tag">The name: 1..128 of <c>A-Z a-z 0-9 . _ -</c>.</param>
/// <param name="ManifestRef">The snapshot's manifest ref.</param>
/// <param name="RunId">Its run.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">After this time it protects nothing any more; null for never. UTC.</param>
/// <param name="Author">Who set it; null when unknown.</param>
/// <param name="Host">On which machine; null when unknown.</param>
/// <param name="Note">What for, without secrets, at most 300 characters; null for none.</param>
public sealed record SnapshotTag(
    string Tag, string ManifestRef, string RunId, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, string? Author, string? Host, string? Note) : Mark
{
    /// <summary>True when its time is over.</summary>
    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;
}

/// <summary>A snapshot that is not to be used: rollback, fallback and offsets pass over it.</summary>
/// <param name="ManifestRef">Its manifest ref.</param>
/// <param name="RunId">Its run.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="Author">Who blocked it; null when unknown.</param>
/// <param name="Host">On which machine; null when unknown.</param>
/// <param name="Reason">Why, without secrets, at most 300 characters.</param>
public sealed record SnapshotBlock(string ManifestRef, string RunId, DateTimeOffset CreatedAt, string? Author, string? Host, string Reason) : Mark;

/// <summary>A stop of all pointer changes and of cleanup.</summary>
/// <param name="Reason">Why, without secrets, at most 300 characters.</param>
/// <param name="Author">Who wanted it; null when unknown.</param>
/// <param name="Host">On which machine; null when unknown.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">It ends by itself at this time; null for never. UTC.</param>
/// <param name="Released">True once it was lifted.</param>
public sealed record PublishingFreeze(string Reason, string? Author, string? Host, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, bool Released) : Mark
{
    /// <summary>True while it holds.</summary>
    public bool IsActive(DateTimeOffset now) => !Released && !(ExpiresAt <= now);
}

/// <summary>One change of a pointer, carried out or not.</summary>
/// <param name="Kind">What was wanted.</param>
/// <param name="Pointer">Name of the pointer, as in <c>CURRENT</c>.</param>
/// <param name="From">Manifest ref that it named before; null when there was none or nobody looked.</param>
/// <param name="To">Manifest ref that it was to name.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="ErrorId">Why it was not carried out: an <see cref="ErrorKind"/>; null when it was.</param>
/// <param name="Author">Who; null when unknown.</param>
/// <param name="Host">On which machine; null when unknown.</param>
/// <param name="ProcessId">Its process there.</param>
/// <param name="At">When; the pointer's own time, so that the two can be matched. UTC.</param>
/// <param name="Reason">Why, without secrets, at most 300 characters; null for none.</param>
public sealed record PointerEvent(
    PointerChange Kind, string Pointer, string? From, string To, PointerOutcome Outcome, string? ErrorId, string? Author, string? Host, int ProcessId, DateTimeOffset At, string? Reason) : Mark;

/// <summary>Ways to move a pointer.</summary>
public enum PointerChange
{
    /// <summary>To a new snapshot.</summary>
    Publish,
    /// <summary>To a snapshot that was staged, or tried under another pointer.</summary>
    Promote,
    /// <summary>To another snapshot of the history.</summary>
    Rollback,
    /// <summary>Back to where it was before the last change.</summary>
    Undo,
    /// <summary>Back because the snapshot did not answer as it should.</summary>
    Revert,
}

/// <summary>What became of a pointer change.</summary>
public enum PointerOutcome
{
    /// <summary>Carried out.</summary>
    Moved,
    /// <summary>Not carried out: a rule forbids it, or somebody else was first.</summary>
    Refused,
    /// <summary>The store failed; the pointer may or may not have moved.</summary>
    Failed,
}

/// <summary>Says that a cleanup is deleting a snapshot, so that nobody moves a pointer or a tag to it, or what a run left, so that nobody goes on with it.</summary>
/// <param name="TargetRef">The snapshot's manifest ref, or that of the run's folder of shards.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">After this time whoever wrote it is taken for dead. UTC.</param>
/// <param name="Host">On which machine.</param>
/// <param name="ProcessId">Its process there.</param>
sealed record RemovalMark(string TargetRef, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string? Host, int ProcessId) : Mark;

/// <summary>Says that a pointer or a tag is being moved to a snapshot, so that no cleanup deletes it meanwhile.</summary>
/// <param name="ManifestRef">Its manifest ref.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">After this time whoever wrote it is taken for dead. UTC.</param>
/// <param name="Host">On which machine.</param>
/// <param name="ProcessId">Its process there.</param>
sealed record MovePin(string ManifestRef, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string? Host, int ProcessId) : Mark;
