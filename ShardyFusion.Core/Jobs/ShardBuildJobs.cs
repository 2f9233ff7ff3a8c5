using System.Globalization;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Jobs.Segments;
using ShardyFusion.Runs;

namespace ShardyFusion.Jobs;

/// <summary>Builds that outgrow one machine: an engine schedules tasks, each a process of its own, which may run twice, late, or be
/// killed.</summary>
/// <remarks>
/// A job is planned once. Each map reads a part of the rows and leaves them sorted by shard; each reduce makes shards of what all maps have
/// left; completing the job demands every result and publishes. Of several attempts at a task the first whose record stands wins. Safe for
/// concurrent callers.
/// </remarks>
public sealed class ShardBuildJobs
{
    readonly StoreContext context;

    internal ShardBuildJobs(StoreContext context) => this.context = context;

    /// <summary>Plans a job and begins its run, which holds the prefix as a build does.</summary>
    /// <param name="options">How to build; what concerns publishing is given when the job is completed.</param>
    /// <param name="source">The rows.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming what cannot be;
    /// <see cref="ErrorKind.InputInvalid"/>: a file is not there, or is no rows; <see cref="ErrorKind.BuildInProgress"/> naming the live
    /// run.</exception>
    public async Task<JobInfo> PlanAsync(BuildOptions options, JobSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(source);
        var plan = await new JobPlanner(context).PlanAsync(options, source, cancellationToken).ConfigureAwait(false);
        return await new JobProgress(context, plan).DescribeAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a map of a job.</summary>
    /// <param name="jobId">The job; the beginning of its name will do.</param>
    /// <param name="map">Its number, from 0.</param>
    /// <param name="rows">The rows of an engine, not closed; null for those of files.</param>
    /// <param name="work">Memory, threads, who is told of progress.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>, <see cref="ErrorKind.ShardAssignment"/>: a row cannot
    /// be used; <see cref="ErrorKind.BuildStopped"/>, <see cref="ErrorKind.BuildInProgress"/>: the job has ended without this
    /// task.</exception>
    public async Task<JobMapResult> MapAsync(string jobId, int map, Stream? rows, JobWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var plan = await LoadAsync(jobId, cancellationToken).ConfigureAwait(false);
        if (plan.Rows == JobRows.Files && rows is not null)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"Job '{plan.JobId}' reads its rows from files; none are taken beside.");
        if (plan.Rows == JobRows.Engine && rows is null)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"The rows of job '{plan.JobId}' come from an engine; none were given.");
        return await MapAsync(plan, map, rows, work, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As above, for whoever does not know where the rows come from.</summary>
    /// <param name="jobId">As there.</param>
    /// <param name="map">As there.</param>
    /// <param name="openRows">Opens the rows of an engine; not called where they come from files.</param>
    /// <param name="work">As there.</param>
    /// <param name="cancellationToken">As there.</param>
    internal async Task<JobMapResult> MapOpeningAsync(string jobId, int map, Func<Stream> openRows, JobWork work,
        CancellationToken cancellationToken)
    {
        var plan = await LoadAsync(jobId, cancellationToken).ConfigureAwait(false);
        return await MapAsync(plan, map, plan.Rows == JobRows.Engine ? openRows() : null, work, cancellationToken).ConfigureAwait(false);
    }

    async Task<JobMapResult> MapAsync(JobPlan plan, int map, Stream? rows, JobWork work, CancellationToken cancellationToken)
    {
        var most = plan.Maps ?? SegmentWriter.MostMaps;
        if (plan.Rows == JobRows.Shuffled) throw Misfit(plan, "has no maps: its engine brings the rows of each shard together",
            "job shard");
        if (map < 0 || map >= most)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"Job '{plan.JobId}' has maps 0 to {most - 1}; {map} is none of them.");
        return await JobTask.RunAsync(context, plan, work.Options,
            (task, token) => new JobMapper(task, map, work.Progress).RunAsync(rows, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says which maps there are, once all have ended, where an engine decides that.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="maps">Maps, numbered from 0; 0 where the engine shuffles the rows itself.</param>
    /// <param name="rows">Rows that they were given in all; null when nobody has counted.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: it was said otherwise before, or the plan
    /// knows.</exception>
    public async Task<JobInfo> SealAsync(string jobId, int maps, long? rows, CancellationToken cancellationToken)
    {
        var plan = await LoadAsync(jobId, cancellationToken).ConfigureAwait(false);
        if (maps is < 0 or > SegmentWriter.MostMaps || (plan.Maps is { } known && known != maps))
            throw new ShardyFusionException(ErrorKind.ConfigValidation, plan.Maps is null
                ? $"{maps} maps are not possible; 0 to 65,536 are."
                : $"Job '{plan.JobId}' has {plan.Maps} maps, as its plan says, not {maps}.");
        var documents = new JobDocuments(context.Store, plan.JobId);
        var seal = new JobSeal(maps, rows);
        if (!await documents.CreateAsync(JobPaths.Seal(plan.JobId), seal, JobJson.Default.JobSeal, cancellationToken).ConfigureAwait(false)
            && await documents.FindSealAsync(cancellationToken).ConfigureAwait(false) is { } before && before != seal)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                string.Create(CultureInfo.InvariantCulture, $"Job '{plan.JobId}' was sealed before, with {before.Maps} maps")
                    + $"{(before.Rows is { } said ? string.Create(CultureInfo.InvariantCulture, $" and {said} rows") : "")}.");
        return await new JobProgress(context, plan).DescribeAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes shards of what all maps have left.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="shards">The shards.</param>
    /// <param name="work">Memory, threads, who is told of progress.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardCoverage"/>: a map has no result yet;
    /// <see cref="ErrorKind.BuildStopped"/>, <see cref="ErrorKind.BuildInProgress"/>: the job has ended without this task.</exception>
    public async Task<IReadOnlyList<JobShardResult>> ReduceAsync(string jobId, IReadOnlyList<int> shards, JobWork work,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var plan = await LoadAsync(jobId, cancellationToken).ConfigureAwait(false);
        if (plan.Rows == JobRows.Shuffled) throw Misfit(plan, "has nothing to reduce: its engine brings the rows of each shard together",
            "job shard");
        var wanted = ShardsOf(plan, shards);
        return await JobTask.RunAsync(context, plan, work.Options,
            (task, token) => new JobReducer(task, work.Progress).RunAsync(wanted, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes shards of rows that an engine has brought together itself.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="shards">The shards whose rows these are; one without rows becomes an empty shard.</param>
    /// <param name="rows">All rows of these shards; not closed.</param>
    /// <param name="work">Memory, threads, who is told of progress.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardAssignment"/>: a row belongs to another shard; else as
    /// <see cref="MapAsync(string, int, Stream, JobWork, CancellationToken)"/>.</exception>
    public async Task<IReadOnlyList<JobShardResult>> WriteShardsAsync(string jobId, IReadOnlyList<int> shards, Stream rows, JobWork work,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var plan = await LoadAsync(jobId, cancellationToken).ConfigureAwait(false);
        if (plan.Rows != JobRows.Shuffled) throw Misfit(plan, "shuffles its rows itself", "job map and job reduce");
        var wanted = ShardsOf(plan, shards);
        return await JobTask.RunAsync(context, plan, work.Options,
            (task, token) => new ShuffledShards(task, work.Progress).RunAsync(wanted, rows, token), cancellationToken)
                .ConfigureAwait(false);
    }

    /// <summary>Ends a job: demands every result, runs the guards, publishes.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="options">How to publish; the plan decides the rest.</param>
    /// <param name="progress">Told a few times a second, from any thread; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the work; nothing is published then.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardCoverage"/> naming the results that are missing; else as
    /// <see cref="SnapshotBuild.CompleteAsync"/>.</exception>
    public async Task<JobCompletion> CompleteAsync(string jobId, BuildOptions options, IProgress<BuildProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var plan = await LoadAsync(jobId, cancellationToken).ConfigureAwait(false);
        return await new JobCompleter(context, plan).RunAsync(options, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>How far a job is.</summary>
    public async Task<JobInfo> GetAsync(string jobId, CancellationToken cancellationToken) =>
        await new JobProgress(context, await LoadAsync(jobId, cancellationToken).ConfigureAwait(false)).DescribeAsync(cancellationToken)
            .ConfigureAwait(false);

    /// <summary>Goes on with a job that was stopped, or that lost the prefix to another run which has ended by now.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.BuildInProgress"/> naming the live run;
    /// <see cref="ErrorKind.BuildStopped"/>: the job is complete.</exception>
    public async Task<JobInfo> ResumeAsync(string jobId, CancellationToken cancellationToken)
    {
        var plan = await LoadAsync(jobId, cancellationToken).ConfigureAwait(false);
        await new JobProgress(context, plan).ResumeAsync(cancellationToken).ConfigureAwait(false);
        return await new JobProgress(context, plan).DescribeAsync(cancellationToken).ConfigureAwait(false);
    }

    async Task<JobPlan> LoadAsync(string jobId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        // A task, of which there may be thousands, names its job in full; for people the beginning of a name will do.
        if (SnapshotPaths.IsValidRunId(jobId) && await new JobDocuments(context.Store, jobId).FindPlanAsync(cancellationToken)
            .ConfigureAwait(false) is { } plan) return plan;
        var found = await new RunRegistry(context.Store).FindAsync(jobId, cancellationToken).ConfigureAwait(false);
        return await new JobDocuments(context.Store, found is [var run, ..] ? run.RunId : jobId).LoadPlanAsync(cancellationToken)
            .ConfigureAwait(false);
    }

    static int[] ShardsOf(JobPlan plan, IReadOnlyList<int> shards)
    {
        int[] wanted = [.. shards.Distinct().Order()];
        if (wanted.Length == 0) throw new ShardyFusionException(ErrorKind.ConfigValidation, "No shard was named.");
        var odd = wanted.FirstOrDefault(dbId => dbId < 0 || dbId >= plan.Shards, -1);
        if (odd >= 0 || wanted[0] < 0)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"Job '{plan.JobId}' has shards 0 to {plan.Shards - 1}; {(odd >= 0 ? odd : wanted[0])} is none of them.");
        return wanted;
    }

    static ShardyFusionException Misfit(JobPlan plan, string why, string instead) =>
        new(ErrorKind.ConfigValidation, $"Job '{plan.JobId}' {why}.") { RecommendedAction = $"Use {instead}." };
}
