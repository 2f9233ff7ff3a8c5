using System.Diagnostics;
using ShardyFusion.Building.Sorting;
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

    readonly BuildContext context;
    readonly BuildOptions options;
    readonly RunSession run;
    readonly BuildSession session;
    readonly RowErrors errors;
    readonly ValueEncoder valueEncoder;
    readonly BuildMeter meter;
    readonly BuildStanding standing;
    readonly CancellationTokenSource stopping;
    RowCollector? direct;
    BuildState state = BuildState.Collecting;

    internal SnapshotBuild(BuildContext context, IProgress<BuildProgress>? progress, CancellationToken cancellationToken)
    {
        this.context = context;
        (options, run, errors) = (context.Options, context.Run, context.Errors);
        session = new BuildSession(options, context.RunId);
        if (session.Placement.CreateColumns() is { } columns) rowColumns = new BuildRowColumns(columns, RoutingColumns);
        // What is in files that are there was never seen as anything but bytes.
        valueEncoder = new ValueEncoder(options.ValueEncoding ?? (options.ShardFiles is null ? null : ValueEncoding.Raw));
        meter = new BuildMeter(run, progress, context.Clock, session.Placement.ShardCount);
        run.RowsTaken = () => Volatile.Read(ref meter.RowsRead);
        meter.Report(BuildPhase.Reading);
        standing = new BuildStanding { Stopped = cancellationToken };
        stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, run.Lost);
        session.Spill.DeleteAbandoned();
    }

    enum BuildState { Collecting, Completing, Completed, Abandoned }

    /// <summary>Name of the run.</summary>
    public string RunId => context.RunId;

    /// <summary>Rows taken so far, bad ones included.</summary>
    public long RowsRead => Interlocked.Read(ref meter.RowsRead);

    internal static async Task<SnapshotBuild> StartAsync(
        IObjectStore store, BuildOptions options, IProgress<BuildProgress>? progress, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var faults = options.Validate();
        if (faults.Count > 0) throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
        return await new BuildStarter(store, options, progress, clock).StartAsync(cancellationToken).ConfigureAwait(false);
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
        if (cancellationToken.CanBeCanceled) standing.Stopped = cancellationToken;
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token);
        using var activity = ShardyActivities.Start("build", DateTimeOffset.UtcNow - Stopwatch.GetElapsedTime(context.StartedTimestamp));
        activity?.SetTag("run_id", RunId);
        try
        {
            if (rowColumns is not null) session.Placement.Return(rowColumns.Columns);
            var completion = new BuildCompletion(context, session, valueEncoder, meter, standing);
            var result = await completion.RunAsync(linked.Token).ConfigureAwait(false);
            state = BuildState.Completed;
            activity?.SetTag("rows", result.RowsWritten).SetTag("shards", result.ShardCount);
            CountCompleted(result);
            meter.Report(BuildPhase.Done);
            return result;
        }
        catch (OperationCanceledException) when (run.Lost.IsCancellationRequested)
        {
            throw run.LostError();
        }
        finally
        {
            if (standing.Failure is { } failure) activity.Fail(failure);
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
            await new BuildEnding(context, standing).AbandonAsync().ConfigureAwait(false);
        }
        await run.DisposeAsync().ConfigureAwait(false);
        session.Dispose();
        errors.Dispose();
        stopping.Dispose();
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
}
