using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.ManifestStores;
using ShardyFusion.Publishing;
using ShardyFusion.Runs;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Building;

/// <summary>Starts one build: checks that it may run, takes the lock, writes the run record.</summary>
sealed class BuildStarter(IObjectStore store, BuildOptions given, IProgress<BuildProgress>? progress, TimeProvider clock)
{
    BuildOptions options = given with
    {
        Message = given.Message is null ? null : SecretRedactor.Redact(given.Message),
        CustomFields = SecretRedactor.Fields(given.CustomFields),
    };

    readonly string runId = given.ResumeRunId ?? given.ShardFiles?.RunId ?? given.RunId ?? Guid.NewGuid().ToString("N");
    readonly StoreUsage usageAtStart = StoreUsage.Of(store.Counters);

    /// <returns>The build, ready for rows.</returns>
    public async Task<SnapshotBuild> StartAsync(CancellationToken cancellationToken)
    {
        var errors = new RowErrors(options);
        try
        {
            errors.Open();
            await RequireFitStoreAsync(cancellationToken).ConfigureAwait(false);
            if (options.Publish) await RequireNoFreezeAsync(cancellationToken).ConfigureAwait(false);
            if (options is { ResumeRunId: not null, Message: null })
            {
                var message = await RunResumption.FindMessageAsync(store, runId, cancellationToken).ConfigureAwait(false);
                options = options with { Message = message };
            }
            var isExclusive = !options.AllowConcurrentBuild && store.Capabilities.ConditionalWrites != false;
            var settings = new RunSettings(isExclusive, options.LeaseDuration, options.HeartbeatInterval, options.StopPollInterval,
                options.Message);
            var run = await RunSession.StartAsync(store, runId, settings, clock, cancellationToken).ConfigureAwait(false);
            try
            {
                return await TakeOnAsync(run, errors, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                await BuildEnding.AbortStartAsync(run, e, store, cancellationToken).ConfigureAwait(false);
                throw;
            }
        }
        catch
        {
            errors.Dispose();
            throw;
        }
    }

    /// <summary>Better told now than after hours of work; a freeze that comes later leaves the snapshot staged.</summary>
    async Task RequireNoFreezeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await MoveRules.RequireNoFreezeAsync(store, clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException frozen) when (frozen.Kind == ErrorKind.PublishingFrozen)
        {
            throw new ShardyFusionException(ErrorKind.PublishingFrozen, $"Nothing was built: {frozen.Message}", frozen)
            {
                Target = store.Root,
                RecommendedAction = "Build now without publishing (-NoPublish, --no-publish) and publish that run later, or wait until "
                    + "publishing is resumed.",
            };
        }
    }

    async Task RequireFitStoreAsync(CancellationToken cancellationToken)
    {
        if (store is IStoreMaintenance maintenance)
            await maintenance.CleanTempAsync(TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(false);
        await ManifestStoreMark.RequireNoneAsync(store, cancellationToken).ConfigureAwait(false);
        // The build lock and the pointer both stand on it: better told now than after an hour of uploads.
        await StoreProbe.RequireConditionalWritesAsync(store, options.AllowUnsafePointer, cancellationToken).ConfigureAwait(false);
        if (options.ResumeRunId is not null)
            await RunResumption.RequireKnownAsync(store, runId, cancellationToken).ConfigureAwait(false);
    }

    async Task<SnapshotBuild> TakeOnAsync(RunSession run, RowErrors errors, CancellationToken cancellationToken)
    {
        if (options.ShardFiles?.RunId is not null)
            await RunResumption.RequireUnfinishedAsync(store, runId, run.RecordKey, clock, cancellationToken).ConfigureAwait(false);
        else if (options.RunId is not null) await RefuseUsedRunIdAsync(cancellationToken).ConfigureAwait(false);
        var leftovers = options.ResumeRunId is null ? null : await RunResumption.PrepareAsync(store, runId, run.RecordKey, clock,
            cancellationToken).ConfigureAwait(false);
        await AbandonedUploads.AbortAsync(store, runId, isResumed: leftovers is not null, clock, cancellationToken).ConfigureAwait(false);
        // Read after the lock is ours: a publish that finished before it is seen, one that comes later is a conflict.
        var pointer = await new SnapshotCatalog(store).ReadPointerAsync(SnapshotPaths.PointerKey(options.Rules.Pointer), cancellationToken)
            .ConfigureAwait(false);
        var build = new SnapshotBuild(new BuildContext
        {
            Store = store,
            Options = options,
            Clock = clock,
            RunId = runId,
            Run = run,
            Errors = errors,
            StartingPointer = pointer,
            Leftovers = leftovers,
            UsageAtStart = usageAtStart,
        }, progress, cancellationToken);
        ShardyMetrics.WritesStarted.Add();
        return build;
    }

    Task RefuseUsedRunIdAsync(CancellationToken cancellationToken) => RefuseUsedRunIdAsync(store, runId, cancellationToken);

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the run id was used before.</exception>
    public static async Task RefuseUsedRunIdAsync(IObjectStore store, string runId, CancellationToken cancellationToken)
    {
        await foreach (var entry in store.ListAsync(SnapshotPaths.RunShardsPrefix(runId), null, cancellationToken).ConfigureAwait(false))
        {
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"Run id '{runId}' was used before on this prefix: '{entry.Key}' exists.")
            {
                Target = runId,
                RecommendedAction = "Choose another run id, give none to get a random one, or resume that run if it died.",
            };
        }
    }
}
