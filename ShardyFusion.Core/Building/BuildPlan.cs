namespace ShardyFusion.Building;

/// <summary>What a build would do, without doing it.</summary>
/// <param name="Prefix">The prefix.</param>
/// <param name="RunId">Name of the run; null when a random one would be made.</param>
/// <param name="CurrentRunId">The run that is current now; null when there is none.</param>
/// <param name="LiveRunId">Another run that is building right now; null when there is none.</param>
/// <param name="Steps">One sentence a step.</param>
public sealed record BuildPlan(string Prefix, string? RunId, string? CurrentRunId, string? LiveRunId, IReadOnlyList<string> Steps)
{
    /// <summary>The ranges of keys that the build would make, when it places rows by ranges and was shown its rows; else empty.</summary>
    public IReadOnlyList<RangeShare> Ranges { get; init; } = [];
}
