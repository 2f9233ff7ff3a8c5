using ShardyFusion.Formats.Annotations;

namespace ShardyFusion.Publishing;

/// <summary>What a pointer change is about.</summary>
/// <param name="Kind">What is wanted.</param>
/// <param name="From">Manifest ref that the pointer names, as the caller saw it; null when there is none.</param>
/// <param name="Reason">Why; null for no reason.</param>
sealed record PointerMove(PointerChange Kind, string? From, string? Reason)
{
    /// <summary>True moves it to a blocked snapshot, too.</summary>
    public bool IgnoresBlock { get; init; }

    /// <summary>True moves it although the prefix is frozen.</summary>
    public bool IgnoresFreeze { get; init; }

    /// <summary>True when checks failed and the publish was wanted all the same.</summary>
    public bool HasFailedChecks { get; init; }

    /// <summary>False when it is known that nobody rolled back from the target.</summary>
    public bool MayHaveBeenLeft { get; init; } = true;
}
