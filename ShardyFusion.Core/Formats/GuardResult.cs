namespace ShardyFusion.Formats;

/// <summary>What a guard found.</summary>
/// <param name="Name">The guard.</param>
/// <param name="Passed">False stops the publish.</param>
/// <param name="Detail">One sentence with the figures.</param>
public sealed record GuardResult(string Name, bool Passed, string Detail);
