using ShardyFusion.Building;
using ShardyFusion.Building.Shards;
using ShardyFusion.Building.Sorting;
using ShardyFusion.Errors;
using ShardyFusion.Stores.Limits;

namespace ShardyFusion.Jobs;

/// <summary>Writes shards of a job, and their records. Safe for concurrent callers.</summary>
sealed class ShardAttempts(JobTask task, DuplicateKeys duplicates, IProgress<BuildProgress>? progress, int total) : IDisposable
{
    const int MostRaces = 8;

    readonly JobPlan plan = task.Plan;
    readonly SemaphoreSlim turns = new(task.Options.Parallelism ?? Environment.ProcessorCount);
    readonly RateLimit? rate = RateLimit.Create(task.Options.MaxWritesPerSecond, task.Options.MaxWriteBytesPerSecond, task.Store.Clock);
    int done;
    long bytes;

    /// <summary>Writes one shard, and its record, also when it has no rows.</summary>
    /// <param name="dbId">The shard.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="finish">Looks at what was written and adds to the record; before it is created.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public async Task<JobShardResult> WriteAsync(int dbId, IShardRowSource rows, Func<ShardRecord, ShardRecord> finish,
        CancellationToken cancellationToken)
    {
        ShardAttemptResult? result = null;
        for (var races = 0; rows.HasRows(dbId) && result is null; races++)
        {
            try
            {
                result = await AttemptAsync(dbId, rows, cancellationToken).ConfigureAwait(false);
            }
            catch (ShardyFusionException e) when (e.Kind == ErrorKind.ShardWrite && races < MostRaces)
            {
                // Others write it at the same time; most of the time one of them is done by now.
                if (await task.Documents.FindShardAsync(dbId, cancellationToken).ConfigureAwait(false) is not { } other) continue;
                Report();
                return JobShardResult.Of(plan.JobId, other, alreadyDone: true);
            }
        }
        var record = finish(ShardRecord.Of(dbId, result)) with { Host = Environment.MachineName };
        var isFirst = await task.Documents.CreateAsync(JobPaths.Shard(plan.JobId, dbId), record, JobJson.Default.ShardRecord,
            cancellationToken).ConfigureAwait(false);
        Report();
        if (isFirst) return JobShardResult.Of(plan.JobId, record, alreadyDone: false);
        // Another attempt was faster, or this one's record is there although its answer was lost.
        var winner = await task.Documents.FindShardAsync(dbId, cancellationToken).ConfigureAwait(false)
            ?? throw JobFaults.MissingShards(plan.JobId, plan.Rows, [dbId]);
        var isOurs = winner.Attempt == record.Attempt && winner.Sha256 == record.Sha256;
        if (!isOurs && result is not null) await task.DiscardAsync(result.ObjectKey).ConfigureAwait(false);
        return JobShardResult.Of(plan.JobId, winner, alreadyDone: !isOurs);
    }

    async Task<ShardAttemptResult?> AttemptAsync(int dbId, IShardRowSource rows, CancellationToken cancellationToken)
    {
        var next = await LeftoverShards.NextAttemptAsync(task.Store, plan.JobId, dbId, cancellationToken).ConfigureAwait(false);
        var attempts = new ShardAttempt(task.Store, new ShardRows(rows, duplicates, plan.Shape, plan.ShardFormat), rate, turns,
            written => Interlocked.Add(ref bytes, written));
        return await new ShardRetries(plan.JobId, task.Options.MaxShardAttempts, task.Store.Clock).RunAsync(
            new ShardStart(dbId, next), attempts, static _ => { }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Counts a shard that was there already.</summary>
    public void Report() => progress?.Report(new BuildProgress(BuildPhase.Writing, 0, Interlocked.Increment(ref done), total,
        Interlocked.Read(ref bytes)));

    public void Dispose() => turns.Dispose();
}
