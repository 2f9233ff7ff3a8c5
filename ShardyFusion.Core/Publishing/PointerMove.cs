using ShardyFusion.Formats.Annotations;

namespace ShardyFusion.Publishing;

/// <summary>What a pointer change is about.</summary>
/// <param name="Kind">What is wanted.</param>
/// <param name="From">Manifest ref that the pointer names, as the caller saw it; null when there is none.</param>
/// <param name="Reason">Why; null for no reason.</param>
/// <param name="IgnoresBlock">True moves it to a blocked snapshot, too.</param>
/// <param name="MayHaveBeenLeft">False when it is known that nobody rolled back from the target.</param>
sealed record PointerMove(PointerChange Kind, string? From, string? Reason, bool IgnoresBlock = false, bool MayHaveBeenLeft = true);
