using ShardyFusion.Errors;

namespace ShardyFusion.Runs;

/// <summary>Takes the beginning of a run id for the run, as long as it is the only one that begins so. Stateless.</summary>
static class RunIdPrefix
{
    /// <summary>Fewer characters than this name no run: a slip would.</summary>
    public const int MinLength = 4;

    const int NamedRuns = 5;

    /// <summary>The run id that begins with <paramref name="given"/>; null when none does.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: several do; names some.</exception>
    public static string? Find(IEnumerable<string> runIds, string given, string prefix)
    {
        if (given.Length < MinLength) return null;
        var found = runIds.Where(runId => runId.StartsWith(given, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToArray();
        return found.Length <= 1 ? found.FirstOrDefault() : throw new ShardyFusionException(ErrorKind.ConfigValidation,
            $"'{given}' is the beginning of {found.Length} run ids of '{prefix}': {string.Join(", ", found.Take(NamedRuns))}"
                + $"{(found.Length > NamedRuns ? ", ..." : "")}.")
        {
            Target = given,
            RecommendedAction = "Give more characters of the run id.",
        };
    }
}
