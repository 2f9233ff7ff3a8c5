namespace ShardyFusion.Stores;

/// <summary>What one check of <see cref="StoreProbe"/> found.</summary>
/// <param name="Check">Stable name of the check.</param>
/// <param name="Passed">Null when the check could not be made.</param>
/// <param name="Detail">What was seen, as one sentence.</param>
/// <param name="Duration">How long the check took.</param>
/// <param name="IsRequired">True when publishing and reading need it; false for what is only nice to have.</param>
public sealed record StoreProbeResult(string Check, bool? Passed, string Detail, TimeSpan Duration, bool IsRequired = true);

/// <summary>What all checks of a probe come to.</summary>
enum StoreFitness
{
    /// <summary>Everything was as it should be.</summary>
    Fit,
    /// <summary>Publishing and reading work; something that is nice to have does not, or could not be checked.</summary>
    Limited,
    /// <summary>A check that publishing and reading need could not be made.</summary>
    Unknown,
    /// <summary>The store lacks something that publishing or reading needs.</summary>
    Unfit,
}
