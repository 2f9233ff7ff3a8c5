using System.Diagnostics;
using ShardyFusion.Building.Shards;
using ShardyFusion.Building.Sorting;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;
using ShardyFusion.Runs;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Building;

/// <summary>One build: rows are added, then <see cref="CompleteAsync"/> publishes them as a snapshot.</summary>
/// <remarks>
/// Rows come from one caller at a time. Disposing a build that was not completed abandons it: the run is marked failed, what it
/// wrote is removed, and the pointer stays where it was.
/// </remarks>
public sealed partial class SnapshotBuild : IAsyncDisposable
{
    const long ProgressMask = 0x3fff;

    /// <summary>How long noting down the end of a run may take; after a cancellation see <see cref="ShutdownTimeout"/>.</summary>
    static readonly TimeSpan WrapUpTime = TimeSpan.FromSeconds(10);
    static readonly TimeSpan WrapUpTimeWhenUnreachable = TimeSpan.FromSeconds(2);
    static readonly TimeSpan DeleteTimeWhenStopped = TimeSpan.FromSeconds(3);

    readonly IObjectStore store;
    readonly BuildOptions options;
    readonly IProgress<BuildProgress>? progress;
    readonly TimeProvider clock;
    readonly RunSession run;
    readonly BuildSession session;
    readonly RowErrors errors;
    readonly ValueEncoder valueEncoder;
    readonly CancellationTokenSource stopping;
    readonly SeenPointer startingPointer;
    readonly LeftoverShards? leftovers;
    readonly long startedTimestamp = Stopwatch.GetTimestamp();
    readonly StoreUsage usageAtStart;
    RowCollector? direct;
    long rowsRead;
    long lastProgress;
    BuildState state = BuildState.Collecting;
    string? manifestRef;
    // Once a write has been sent, only the store knows whether it is carried out, now or later.
    bool manifestAttempted, pointerAttempted;
    // The caller's wish to stop, as last given.
    CancellationToken stopped;

    SnapshotBuild(IObjectStore store, BuildOptions options, IProgress<BuildProgress>? progress, TimeProvider clock, RunSession run,
        RowErrors errors, SeenPointer startingPointer, LeftoverShards? leftovers, StoreUsage usageAtStart, string runId,
        CancellationToken cancellationToken)
    {
        this.store = store;
        this.options = options;
        this.progress = progress;
        this.clock = clock;
        this.run = run;
        this.errors = errors;
        this.startingPointer = startingPointer;
        this.leftovers = leftovers;
        this.usageAtStart = usageAtStart;
        RunId = runId;
        session = new BuildSession(options, runId);
        // What is in files that are there was never seen as anything but bytes.
        valueEncoder = new ValueEncoder(options.ValueEncoding ?? (options.ShardFiles is null ? null : ValueEncoding.Raw));
        stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, run.Lost);
        stopped = cancellationToken;
    }

    enum BuildState { Collecting, Completing, Completed, Abandoned }

    /// <summary>Name of the run.</summary>
    public string RunId { get; }

    /// <summary>Rows taken so far, bad ones included.</summary>
    public long RowsRead => Interlocked.Read(ref rowsRead);

    internal static async Task<SnapshotBuild> StartAsync(
        IObjectStore store, BuildOptions options, IProgress<BuildProgress>? progress, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var faults = options.Validate();
        if (faults.Count > 0) throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
        options = options with
        {
            Message = options.Message is null ? null : SecretRedactor.Redact(options.Message),
            CustomFields = SecretRedactor.Fields(options.CustomFields),
        };
        var usageAtStart = StoreUsage.Of(store.Counters);
        var runId = options.ResumeRunId ?? options.ShardFiles?.RunId ?? options.RunId ?? Guid.NewGuid().ToString("N");
        var errors = new RowErrors(options);
        try
        {
            errors.Open();
            if (store is IStoreMaintenance maintenance)
                await maintenance.CleanTempAsync(TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(false);
            // The build lock and the pointer both stand on it: better told now than after an hour of uploads.
            await StoreProbe.RequireConditionalWritesAsync(store, options.AllowUnsafePointer, cancellationToken).ConfigureAwait(false);
            if (options.ResumeRunId is not null)
                await RunResumption.RequireKnownAsync(store, runId, cancellationToken).ConfigureAwait(false);
            var isExclusive = !options.AllowConcurrentBuild && store.Capabilities.ConditionalWrites != false;
            var settings = new RunSettings(isExclusive, options.LeaseDuration, options.HeartbeatInterval, options.StopPollInterval,
                options.Message);
            var run = await RunSession.StartAsync(store, runId, settings, clock, cancellationToken).ConfigureAwait(false);
            try
            {
                if (options.ShardFiles?.RunId is not null)
                    await RunResumption.RequireUnfinishedAsync(store, runId, run.RecordKey, clock, cancellationToken).ConfigureAwait(false);
                else if (options.RunId is not null) await RefuseUsedRunIdAsync(store, runId, cancellationToken).ConfigureAwait(false);
                var leftovers = options.ResumeRunId is null ? null : await RunResumption.PrepareAsync(store, runId, run.RecordKey, clock,
                    cancellationToken).ConfigureAwait(false);
                await AbandonedUploads.AbortAsync(store, runId, isResumed: leftovers is not null, clock, cancellationToken)
                    .ConfigureAwait(false);
                // Read after the lock is ours: a publish that finished before it is seen, one that comes later is a conflict.
                var pointer = await new SnapshotCatalog(store).ReadPointerAsync(SnapshotPaths.PointerKey(options.Rules.Pointer),
                    cancellationToken).ConfigureAwait(false);
                var build = new SnapshotBuild(store, options, progress, clock, run, errors, pointer, leftovers, usageAtStart, runId,
                    cancellationToken);
                build.session.Spill.DeleteAbandoned();
                ShardyMetrics.WritesStarted.Add();
                return build;
            }
            catch (Exception e)
            {
                using var limit = new ShutdownTimeout(WrapUpTime, store, cancellationToken);
                await EndFailedAsync(run, e, null, limit.Token).ConfigureAwait(false);
                await run.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch
        {
            errors.Dispose();
            throw;
        }
    }

    /// <summary>Ends the input: sorts and writes the shards, or takes those of <see cref="BuildOptions.ShardFiles"/>; runs the guards,
    /// publishes.</summary>
    /// <exception cref="ShardyFusionException">
    /// <see cref="ErrorKind.InputInvalid"/> (no rows, duplicates), <see cref="ErrorKind.ShardWrite"/>, <see cref="ErrorKind.ShardCorrupt"/>
    /// and <see cref="ErrorKind.ShardAssignment"/> (a shard file is not what it should be), <see cref="ErrorKind.ShardCoverage"/>,
    /// <see cref="ErrorKind.GuardFailed"/>, <see cref="ErrorKind.ProbeFailed"/>, <see cref="ErrorKind.PublishManifest"/>,
    /// <see cref="ErrorKind.PointerConflict"/>, <see cref="ErrorKind.PublishCurrent"/>, <see cref="ErrorKind.BuildInProgress"/>,
    /// <see cref="ErrorKind.BuildStopped"/>; nothing was published then.
    /// </exception>
    public async Task<BuildResult> CompleteAsync(CancellationToken cancellationToken)
    {
        ThrowIfNotCollecting();
        state = BuildState.Completing;
        if (cancellationToken.CanBeCanceled) stopped = cancellationToken;
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token);
        using var activity = ShardyActivities.Start("build", DateTimeOffset.UtcNow - Stopwatch.GetElapsedTime(startedTimestamp));
        activity?.SetTag("run_id", RunId);
        try
        {
            var result = await WriteAndPublishAsync(linked.Token).ConfigureAwait(false);
            state = BuildState.Completed;
            activity?.SetTag("rows", result.RowsWritten).SetTag("shards", result.ShardCount);
            CountCompleted(result);
            ReportProgress(BuildPhase.Done);
            return result;
        }
        catch (OperationCanceledException) when (run.Lost.IsCancellationRequested)
        {
            throw run.LostError();
        }
        finally
        {
            if (failure is not null) activity.Fail(failure);
        }
    }

    static void CountCompleted(BuildResult result)
    {
        ShardyMetrics.WritesCompleted.Add();
        ShardyMetrics.WriteDuration.Add(result.Durations.Total);
        ShardyMetrics.RowsWritten.Add(result.RowsWritten);
        ShardyMetrics.ShardBytesWritten.Add(result.ShardBytes);
    }

    /// <summary>Abandons the build unless it was completed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (state is BuildState.Abandoned) return;
        var completed = state == BuildState.Completed;
        state = BuildState.Abandoned;
        if (!completed)
        {
            ShardyMetrics.WritesFailed.Add();
            await AbandonAsync().ConfigureAwait(false);
        }
        await run.DisposeAsync().ConfigureAwait(false);
        session.Dispose();
        errors.Dispose();
        stopping.Dispose();
    }

    static async Task RefuseUsedRunIdAsync(IObjectStore store, string runId, CancellationToken cancellationToken)
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

    /// <summary>Marks a run failed. Never throws: the cause must reach the caller, not the failure to note it down.</summary>
    /// <returns>True when it is noted down.</returns>
    static async Task<bool> EndFailedAsync(RunSession run, Exception cause, string? manifestRef, CancellationToken limit)
    {
        try
        {
            await run.FailAsync(cause, manifestRef, limit).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is ShardyFusionException or OperationCanceledException)
        {
            return false; // The lease ends by itself.
        }
    }

    async Task AbandonAsync()
    {
        // A store that has just used up its retries will not answer now either.
        using var limit = new ShutdownTimeout(failure is ShardyFusionException { Retryable: true } ? WrapUpTimeWhenUnreachable : WrapUpTime,
            store, stopped);
        // A cancelled or broken pointer write may have been carried out all the same: then the run did succeed.
        if (pointerAttempted && await PointerIsOursAsync(limit.Token).ConfigureAwait(false))
        {
            await FinishAsync([], [], stopped).ConfigureAwait(false);
            return;
        }
        var cause = run.Lost.IsCancellationRequested ? run.LostError() : failure ?? new OperationCanceledException();
        // Whoever resumed a run may want to do so again, and files that somebody else put there are not ours to remove.
        var isOursToDelete = !manifestAttempted && leftovers is null && options.ShardFiles?.RunId is null;
        // On a full store they make room for what has to be noted down.
        if (isOursToDelete && cause is ShardyFusionException { Kind: ErrorKind.StorageFull }
            or { InnerException: ShardyFusionException { Kind: ErrorKind.StorageFull } })
        {
            await DeleteOwnShardsAsync().ConfigureAwait(false);
            isOursToDelete = false;
        }
        var isNoted = await EndFailedAsync(run, cause, manifestRef, limit.Token).ConfigureAwait(false);
        // A store that does not answer is not asked for more; one that does is worth the time even when the user waits.
        if (isNoted && isOursToDelete) await DeleteOwnShardsAsync().ConfigureAwait(false);
    }

    /// <summary>True when the pointer names this run, false when it does not or nobody can tell.</summary>
    async Task<bool> PointerIsOursAsync(CancellationToken limit)
    {
        try
        {
            return (await new SnapshotCatalog(store).ReadPointerAsync(startingPointer.Key, limit)
                .ConfigureAwait(false)).Pointer?.RunId == RunId;
        }
        catch (Exception e) when (e is ShardyFusionException or OperationCanceledException)
        {
            return false;
        }
    }

    async Task DeleteOwnShardsAsync()
    {
        using var limit = new CancellationTokenSource(stopped.IsCancellationRequested
            ? (store.Capabilities.IsLocal ? WrapUpTime : DeleteTimeWhenStopped) : WrapUpTime);
        try
        {
            var keys = new List<string>();
            await foreach (var shard in LeftoverShards.EnumerateAsync(store, RunId, limit.Token).ConfigureAwait(false))
                keys.Add(shard.ObjectKey);
            if (keys.Count > 0) await store.DeleteAsync(keys, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ShardyFusionException or OperationCanceledException)
        {
            // No manifest names them; a cleanup finds them.
        }
    }

    void ThrowIfNotCollecting()
    {
        // Looked at first: a run that is lost between the two looks must not pass for a cancelled one.
        var isStopping = stopping.IsCancellationRequested;
        if (run.Lost.IsCancellationRequested) throw run.LostError();
        if (isStopping) throw new OperationCanceledException(stopping.Token);
        if (state != BuildState.Collecting)
            throw new ShardyFusionException(ErrorKind.ReaderState, $"Build '{RunId}' takes no more rows.")
            {
                RecommendedAction = "Start a new build.",
            };
    }

    void ThrowIfNoRowsAreTaken()
    {
        ThrowIfNotCollecting();
        if (options.ShardFiles is not null)
            throw new ShardyFusionException(ErrorKind.ReaderState, $"Build '{RunId}' is made of shard files and takes no rows.")
            {
                RecommendedAction = "Start another build for rows.",
            };
    }

    void ReportProgress(BuildPhase phase, IShardSupply? supply = null)
    {
        run.Report(rowsRead, supply?.BytesWritten ?? 0);
        if (progress is null) return;
        var now = clock.GetTimestamp();
        if (phase == BuildPhase.Reading && clock.GetElapsedTime(lastProgress, now) < TimeSpan.FromMilliseconds(200)) return;
        lastProgress = now;
        progress.Report(new BuildProgress(phase, rowsRead, supply?.ShardsDone ?? 0, supply?.ShardsTotal ?? options.ShardCount ?? 0,
            supply?.BytesWritten ?? 0));
    }
}
