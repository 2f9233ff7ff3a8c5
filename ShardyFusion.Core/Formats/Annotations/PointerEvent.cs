using ShardyFusion.Errors;

namespace ShardyFusion.Formats.Annotations;

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
    PointerChange Kind, string Pointer, string? From, string To, PointerOutcome Outcome, string? ErrorId, string? Author, string? Host,
    int ProcessId, DateTimeOffset At, string? Reason) : Annotation
{
    /// <summary>What was in the way and passed over because someone insisted, comma-separated: <c>failed checks</c>, <c>freeze</c>,
    /// <c>block</c>; null for nothing.</summary>
    public string? InsistedOn { get; init; }
}
