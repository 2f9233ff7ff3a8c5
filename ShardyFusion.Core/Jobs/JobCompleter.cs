using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;
using ShardyFusion.Publishing;
using ShardyFusion.Runs;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Jobs;

/// <summary>Ends a job: demands every result, takes the run for itself, and publishes as a build does.</summary>
sealed class JobCompleter(StoreContext context, JobPlan plan)
{
    const int DeletedAtOnce = 1000;

    readonly IObjectStore store = context.Store;
    readonly TimeProvider clock = context.Clock;
    readonly JobDocuments documents = new(context.Store, plan.JobId);

    /// <param name="given">How to publish.</param>
    /// <param name="progress">Told a few times a second; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the work; nothing is published then.</param>
    public async Task<JobCompletion> RunAsync(BuildOptions given, IProgress<BuildProgress>? progress, CancellationToken cancellationToken)
    {
        // What was rejected is counted already, by tasks that had files for it.
        var options = plan.Apply(given) with
        {
            OnRowError = plan.OnRowError == RowErrorPolicy.Stop ? RowErrorPolicy.Stop : RowErrorPolicy.Skip,
        };
        if (options.Validate() is { Count: > 0 } faults)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
        var registry = new RunRegistry(store);
        var (record, _) = await registry.LoadAsync(plan.RunRecord, cancellationToken).ConfigureAwait(false)
            ?? throw registry.NotFound(plan.JobId);
        if (record is { Status: RunStatus.Succeeded, ManifestRef: { } done })
            return new JobCompletion(plan.JobId, done, AlreadyDone: true, Build: null);
        // Whoever comes too early must not take the run away from its tasks.
        var work = await CollectAsync(cancellationToken).ConfigureAwait(false);
        if (work.Rejected > plan.MaxRowErrors)
            throw new ShardyFusionException(ErrorKind.InputInvalid,
                $"The maps of job '{plan.JobId}' left out {work.Rejected} rows; at most {plan.MaxRowErrors} are allowed. The first: "
                    + $"{(work.RejectionSamples is [var first, ..] ? first : "unknown")}")
            {
                Target = plan.JobId,
                RecommendedAction = "Correct the rows and plan a job anew.",
            };
        var usage = StoreUsage.Of(store.Counters);
        var settings = new RunSettings(plan.Exclusive, options.LeaseDuration, options.HeartbeatInterval, options.StopPollInterval,
            options.Message is null ? null : SecretRedactor.Redact(options.Message));
        var run = await RunSession.ClaimAsync(store, plan.Owner, settings, clock, cancellationToken).ConfigureAwait(false);
        await using var end = run.ConfigureAwait(false);
        var (standing, pointer) = await LookAsync(run, options, cancellationToken).ConfigureAwait(false);
        if (standing is { } staged)
            return new JobCompletion(plan.JobId, await PromoteAsync(run, staged, options, cancellationToken).ConfigureAwait(false),
                AlreadyDone: false, Build: null);
        using var errors = new RowErrors(options, work.Rejected, work.RejectionSamples);
        var result = await PublishAsync(new BuildContext
        {
            Store = store,
            Options = options with
            {
                Message = settings.Message ?? record.Message,
                CustomFields = SecretRedactor.Fields(options.CustomFields),
            },
            Clock = clock,
            RunId = plan.JobId,
            Run = run,
            Errors = errors,
            StartingPointer = pointer,
            Leftovers = null,
            Elsewhere = work,
            UsageAtStart = usage,
        }, progress, cancellationToken).ConfigureAwait(false);
        await DeleteRowsAsync().ConfigureAwait(false);
        return new JobCompletion(plan.JobId, result.ManifestRef, AlreadyDone: false, result);
    }

    /// <summary>Looks, once the run is ours, at what a completion before has left, and where the pointer is. Failing that, the run is not
    /// kept from others.</summary>
    async Task<(ManifestFolder? Staged, SeenPointer Pointer)> LookAsync(RunSession run, BuildOptions options,
        CancellationToken cancellationToken)
    {
        try
        {
            return (await FindManifestAsync(cancellationToken).ConfigureAwait(false), await context.Catalog.ReadPointerAsync(
                SnapshotPaths.PointerKey(options.Rules.Pointer), cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e)
        {
            await BuildEnding.AbortStartAsync(run, e, store, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The manifest of a completion before, which failed after it or died.</summary>
    async Task<ManifestFolder?> FindManifestAsync(CancellationToken cancellationToken)
    {
        foreach (var folder in await context.Catalog.ListAsync(cancellationToken).ConfigureAwait(false))
            if (folder.RunId == plan.JobId) return folder;
        return null;
    }

    /// <summary>Publishes what a completion before has left staged.</summary>
    async Task<string> PromoteAsync(RunSession run, ManifestFolder staged, BuildOptions options, CancellationToken cancellationToken)
    {
        var reference = SnapshotPaths.ToRef(store.Root, staged.ManifestKey);
        try
        {
            if (options.Publish)
            {
                var promotion = new SnapshotPromotion(context);
                var move = await promotion.PlanAsync(new SnapshotSelector { Ref = reference }, options.Rules, cancellationToken)
                    .ConfigureAwait(false);
                await run.ConfirmOwnershipAsync(cancellationToken).ConfigureAwait(false);
                if (!move.IsNoOp)
                    await promotion.PublishAsync(move, options.Rules, options.AllowUnsafePointer, cancellationToken).ConfigureAwait(false);
            }
            await run.SucceedAsync(reference, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await BuildEnding.AbortStartAsync(run, e, store, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        await DeleteRowsAsync().ConfigureAwait(false);
        return reference;
    }

    async Task<BuildResult> PublishAsync(BuildContext build, IProgress<BuildProgress>? progress, CancellationToken cancellationToken)
    {
        var standing = new BuildStanding { Stopped = cancellationToken };
        standing.InputWarnings.AddRange(plan.Warnings);
        using var session = new BuildSession(build.Options, plan.JobId);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, build.Run.Lost);
        var meter = new BuildMeter(build.Run, progress, clock, plan.Shards) { RowsRead = build.Elsewhere!.RowsRead };
        ShardyMetrics.WritesStarted.Add();
        try
        {
            await RunResumption.RequireUnfinishedAsync(store, plan.JobId, plan.RunRecord, clock, stopping.Token).ConfigureAwait(false);
            var result = await new BuildCompletion(build, session, new ValueEncoder(plan.ValueEncoding), meter, standing)
                .RunAsync(stopping.Token).ConfigureAwait(false);
            ShardyMetrics.WritesCompleted.Add();
            return result;
        }
        catch (Exception e)
        {
            ShardyMetrics.WritesFailed.Add();
            standing.Failure ??= e;
            await new BuildEnding(build, standing).AbandonAsync().ConfigureAwait(false);
            if (e is OperationCanceledException && build.Run.Lost.IsCancellationRequested) throw build.Run.LostError();
            throw;
        }
    }

    async Task<ElsewhereWork> CollectAsync(CancellationToken cancellationToken)
    {
        var maps = plan.Rows == JobRows.Shuffled ? []
            : await JobReducer.LoadMapsAsync(documents, plan, cancellationToken).ConfigureAwait(false);
        var shards = await JobDocuments.LoadAllAsync(plan.Shards, documents.FindShardAsync,
            missing => JobFaults.MissingShards(plan.JobId, plan.Rows, missing), cancellationToken).ConfigureAwait(false);
        var seal = await documents.FindSealAsync(cancellationToken).ConfigureAwait(false);
        var read = plan.Rows == JobRows.Shuffled ? shards.Sum(shard => shard.Rows + shard.Duplicates + shard.Rejected)
            : maps.Sum(map => map.RowsRead);
        if (seal?.Rows is { } said && said != read)
            throw new ShardyFusionException(ErrorKind.ShardCoverage,
                $"The engine says that job '{plan.JobId}' has {said} rows, but its tasks have read {read}.")
            {
                Target = plan.JobId,
                RecommendedAction = "Find out which rows did not reach a task, or did so twice, and plan a job anew.",
            };
        return new ElsewhereWork(new JobShards(plan, shards), read, maps.Sum(map => map.Duplicates),
            maps.Sum(map => map.Rejected) + shards.Sum(shard => shard.Rejected),
            [.. maps.SelectMany(map => map.RejectionSamples).Concat(shards.SelectMany(shard => shard.RejectionSamples))]);
    }

    /// <summary>Removes what only the reduces needed. Never throws: a cleanup finds what is left.</summary>
    async Task DeleteRowsAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            var keys = new List<string>();
            await foreach (var entry in store.ListAsync(JobPaths.Maps(plan.JobId), null, limit.Token).ConfigureAwait(false))
                if (entry.Key.EndsWith(".rows", StringComparison.Ordinal)) keys.Add(entry.Key);
            foreach (var some in keys.Chunk(DeletedAtOnce)) await store.DeleteAsync(some, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ShardyFusionException or OperationCanceledException)
        {
            // As told.
        }
    }
}
