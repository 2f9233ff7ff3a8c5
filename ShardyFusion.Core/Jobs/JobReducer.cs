using System.Globalization;
using ShardyFusion.Building;
using ShardyFusion.Building.Sorting;
using ShardyFusion.Errors;
using ShardyFusion.Jobs.Segments;
using ShardyFusion.Routing;

namespace ShardyFusion.Jobs;

/// <summary>Makes shards of what the maps have left: each is merged from its rows in the objects of all maps.</summary>
sealed class JobReducer(JobTask task, IProgress<BuildProgress>? progress)
{
    const long MostMemoryBytes = 1 << 30;

    readonly JobPlan plan = task.Plan;

    /// <param name="shards">The shards, ascending.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardCoverage"/>: a map has no result yet.</exception>
    public async Task<IReadOnlyList<JobShardResult>> RunAsync(IReadOnlyList<int> shards, CancellationToken cancellationToken)
    {
        var maps = await LoadMapsAsync(task.Documents, plan, cancellationToken).ConfigureAwait(false);
        var first = shards[0];
        var segments = await MapSegments.OpenAsync(task.Store, maps, first, shards[^1] - first + 1, cancellationToken)
            .ConfigureAwait(false);
        var codec = KeyCodec.For(plan.KeyEncoding);
        using var spill = new SpillFolder(task.Options.SpillDirectory, plan.JobId);
        using var attempts = new ShardAttempts(task, new DuplicateKeys(plan.DuplicateKey, codec.Display, NameRow), progress, shards.Count);
        var workers = task.Options.Parallelism ?? Environment.ProcessorCount;
        var memory = Math.Min(task.Options.MemoryBudgetBytes, MostMemoryBytes) / workers;
        var results = new JobShardResult[shards.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, shards.Count, parallel, async (index, token) =>
            {
                var dbId = shards[index];
                if (await task.Documents.FindShardAsync(dbId, token).ConfigureAwait(false) is { } before)
                {
                    results[index] = JobShardResult.Of(plan.JobId, before, alreadyDone: true);
                    attempts.Report();
                    return;
                }
                using var rows = await segments.FetchAsync(dbId, spill, memory, token).ConfigureAwait(false);
                results[index] = await attempts.WriteAsync(dbId, rows, record => Checked(record, segments.RowsOf(dbId)), token)
                    .ConfigureAwait(false);
            }).ConfigureAwait(false);
        return results;
    }

    /// <summary>The winning attempts at all maps.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardCoverage"/>: one has no result, or nobody has said yet how many
    /// there are.</exception>
    public static async Task<IReadOnlyList<MapRecord>> LoadMapsAsync(JobDocuments documents, JobPlan plan,
        CancellationToken cancellationToken)
    {
        var count = plan.Maps ?? (await documents.FindSealAsync(cancellationToken).ConfigureAwait(false))?.Maps
            ?? throw new ShardyFusionException(ErrorKind.ShardCoverage,
                $"Job '{plan.JobId}' is not sealed: nobody has said how many maps there are.")
            {
                Target = plan.JobId,
                RecommendedAction = $"When all maps have ended: shardy job seal {plan.JobId} --maps <n>.",
            };
        return await JobDocuments.LoadAllAsync(count, documents.FindMapAsync, maps => JobFaults.MissingMaps(plan.JobId, maps),
            cancellationToken).ConfigureAwait(false);
    }

    static ShardRecord Checked(ShardRecord record, long rowsOfMaps) => record.Rows + record.Duplicates == rowsOfMaps ? record
        : throw new ShardyFusionException(ErrorKind.ShardCoverage,
            $"Of {rowsOfMaps} rows of shard {record.DbId}, {record.Rows} were written and {record.Duplicates} were duplicates: the sum "
                + "differs.");

    static string NameRow(long ordinal)
    {
        var (map, row) = SegmentWriter.Split(ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"Row {row} of map {map}");
    }
}
