using ShardyFusion.Building;

namespace ShardyFusion.Jobs;

/// <summary>The end of a job.</summary>
/// <param name="JobId">The job.</param>
/// <param name="ManifestRef">The snapshot.</param>
/// <param name="AlreadyDone">True when it had been completed before, and nothing was changed.</param>
/// <param name="Build">What was built; null when its manifest was there already, from a completion before, and at most the pointer was left
/// to move.</param>
public sealed record JobCompletion(string JobId, string ManifestRef, bool AlreadyDone, BuildResult? Build);
