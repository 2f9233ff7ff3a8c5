using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Formats;

namespace ShardyFusion.Jobs;

/// <summary>What goes wrong with jobs, in words.</summary>
static class JobFaults
{
    const int MostNamed = 12;

    public static ShardyFusionException Ended(string jobId, RunRecord record) => record.Status == RunStatus.Succeeded
        ? new ShardyFusionException(ErrorKind.BuildStopped, $"Job '{jobId}' is complete; no task of it is needed any more.")
        {
            Target = jobId,
        }
        : new ShardyFusionException(ErrorKind.BuildStopped,
            $"Job '{jobId}' has ended without a snapshot: {record.ErrorMessage ?? record.ErrorType ?? "no reason is known"}")
        {
            Target = jobId,
            RecommendedAction = $"To go on with it: shardy job resume {jobId}; what its tasks have done is still there.",
        };

    public static ShardyFusionException Overtaken(string jobId, string? by) => new(ErrorKind.BuildInProgress,
        $"Job '{jobId}' no longer holds the prefix: its lease ended, and "
            + $"{(by is null ? "the build lock is gone" : $"run '{by}' took over")}.")
    {
        Target = jobId,
        RecommendedAction = $"Once that run has ended: shardy job resume {jobId}; what its tasks have done is still there.",
    };

    public static ShardyFusionException MissingMaps(string jobId, IReadOnlyList<int> maps) => new(ErrorKind.ShardCoverage,
        string.Create(CultureInfo.InvariantCulture,
            $"Of job '{jobId}' {maps.Count} maps have no result yet: {Ranges(maps)}. A missing result is never no rows."))
    {
        Target = jobId,
        RecommendedAction = $"Run these: shardy job map {jobId} <map>.",
    };

    public static ShardyFusionException MissingShards(string jobId, JobRows rows, IReadOnlyList<int> shards) => new(ErrorKind.ShardCoverage,
        string.Create(CultureInfo.InvariantCulture,
            $"Of job '{jobId}' {shards.Count} shards have no result yet: {Ranges(shards)}. A missing result is never an empty shard."))
    {
        Target = jobId,
        RecommendedAction = $"Run these: shardy job {(rows == JobRows.Shuffled ? "shard" : "reduce")} {jobId} {Ranges(shards)}.",
    };

    /// <summary>Numbers as people write them: 0-3, 7, 9-12.</summary>
    public static string Ranges(IReadOnlyList<int> numbers)
    {
        var parts = new List<string>();
        for (var i = 0; i < numbers.Count;)
        {
            var first = i;
            while (i + 1 < numbers.Count && numbers[i + 1] == numbers[i] + 1) i++;
            parts.Add(first == i ? Text(numbers[i]) : $"{Text(numbers[first])}-{Text(numbers[i])}");
            i++;
        }
        return parts.Count <= MostNamed ? string.Join(",", parts) : string.Join(",", parts.Take(MostNamed)) + ",…";

        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
