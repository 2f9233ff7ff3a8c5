using ShardyFusion.Building;
using ShardyFusion.Building.Sorting;
using ShardyFusion.Errors;
using ShardyFusion.Routing;

namespace ShardyFusion.Jobs;

/// <summary>Makes shards of rows that an engine has brought together itself. Every row is routed again; one that belongs to another shard
/// is refused.</summary>
sealed class ShuffledShards(JobTask task, IProgress<BuildProgress>? progress)
{
    const int SpillBufferBytes = 64 << 10;

    readonly JobPlan plan = task.Plan;
    long rowsSeen;

    /// <param name="shards">The shards that the rows are of, ascending.</param>
    /// <param name="rows">All rows of these shards.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardAssignment"/>: a row belongs to another shard.</exception>
    public async Task<IReadOnlyList<JobShardResult>> RunAsync(IReadOnlyList<int> shards, Stream rows, CancellationToken cancellationToken)
    {
        using var intake = new RowIntake(plan, task.Options, $"Shard {JobFaults.Ranges(shards)}");
        var (_, collected) = await intake.ReadAsync(plan.Input.ToFile() with { Stream = rows }, 0, Report, cancellationToken)
            .ConfigureAwait(false);
        for (var dbId = 0; dbId < plan.Shards; dbId++)
            if (collected.HasRows(dbId) && !shards.Contains(dbId)) throw Misrouted(collected, dbId, shards, intake);
        using var attempts = new ShardAttempts(task, new DuplicateKeys(plan.DuplicateKey, KeyCodec.For(plan.KeyEncoding).Display), progress,
            shards.Count);
        var results = new JobShardResult[shards.Count];
        // What was left out, and what spilling dropped, is told with the first shard.
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = 2 * (task.Options.Parallelism ?? Environment.ProcessorCount),
            CancellationToken = cancellationToken,
        };
        await Parallel.ForAsync(0, shards.Count, parallel, async (index, token) => results[index] = await attempts.WriteAsync(shards[index],
            collected, record => index > 0 ? record : record with
            {
                Rejected = intake.Rejected,
                RejectionSamples = intake.RejectionSamples,
                Duplicates = record.Duplicates + intake.SpilledDuplicates,
            }, token).ConfigureAwait(false)).ConfigureAwait(false);
        return results;
    }

    static ShardyFusionException Misrouted(CollectedRows rows, int dbId, IReadOnlyList<int> shards, RowIntake intake)
    {
        var cursors = new List<RowCursor>();
        try
        {
            rows.Open(dbId, SpillBufferBytes, cursors);
            cursors[0].MoveNext();
            var row = cursors[0].Current;
            return new ShardyFusionException(ErrorKind.ShardAssignment,
                $"Row {row.Ordinal}: key {intake.Display(row.Key)} belongs to shard {dbId}, not to {JobFaults.Ranges(shards)}.")
            {
                Target = intake.Display(row.Key),
                RecommendedAction = "Spread the keys by their hash as docs/format/routing.md says, and by the same number of "
                    + "shards; or let 'job map' do it.",
            };
        }
        finally
        {
            foreach (var cursor in cursors) cursor.Dispose();
        }
    }

    void Report(int more)
    {
        var seen = Interlocked.Add(ref rowsSeen, more);
        progress?.Report(new BuildProgress(BuildPhase.Reading, seen, 0, plan.Shards, 0));
    }
}
