namespace ShardyFusion.Stores;

/// <summary>What one check of <see cref="StoreProbe"/> found.</summary>
/// <param name="Check">Stable name of the check.</param>
/// <param name="Passed">Null when an earlier failure made the check impossible.</param>
/// <param name="Detail">What was seen, as one sentence.</param>
/// <param name="Duration">How long the check took.</param>
public sealed record StoreProbeResult(string Check, bool? Passed, string Detail, TimeSpan Duration);
