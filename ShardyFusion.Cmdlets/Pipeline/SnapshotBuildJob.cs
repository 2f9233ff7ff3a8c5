using System.Management.Automation;
using ShardyFusion.Building;
using ShardyFusion.Cmdlets.Errors;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Errors;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>A build that goes on after the command that started it; <c>Receive-Job</c> gives its result, <c>Stop-Job</c> abandons
/// it.</summary>
sealed class SnapshotBuildJob : Job
{
    readonly CancellationTokenSource stop = new();
    readonly SnapshotStore store;
    readonly Lock showing = new();
    SnapshotBuild? build;

    /// <summary>Creates a job that is not started yet.</summary>
    /// <param name="command">For the job table.</param>
    /// <param name="store">Ended by the job.</param>
    /// <param name="build">A build that has its rows, ended by the job; null when <see cref="Start"/> makes one.</param>
    public SnapshotBuildJob(string command, SnapshotStore store, SnapshotBuild? build) : base(command)
    {
        this.store = store;
        this.build = build;
        PSJobTypeName = "ShardyFusionBuild";
    }

    /// <inheritdoc/>
    public override bool HasMoreData => Output.Count + Error.Count + Warning.Count + Verbose.Count + Progress.Count > 0;

    /// <inheritdoc/>
    public override string Location => "local";

    /// <inheritdoc/>
    public override string StatusMessage => "";

    /// <summary>Runs the rest of the build.</summary>
    /// <param name="feedback">What the build tells of itself.</param>
    /// <param name="fill">Makes the build and adds its rows; null when it was given.</param>
    public void Start(BuildFeedback feedback, Func<CancellationToken, Task<SnapshotBuild>>? fill)
    {
        SetJobState(JobState.Running);
        _ = Task.Run(() => RunAsync(feedback, fill));
    }

    /// <inheritdoc/>
    public override void StopJob()
    {
        if (JobStateInfo.State is not (JobState.Running or JobState.NotStarted)) return;
        stop.Cancel();
        Finished.WaitOne(TimeSpan.FromSeconds(30));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            StopJob();
            stop.Dispose();
        }
        base.Dispose(disposing);
    }

    async Task RunAsync(BuildFeedback feedback, Func<CancellationToken, Task<SnapshotBuild>>? fill)
    {
        var state = JobState.Failed;
        try
        {
            using var shows = new Timer(_ => Show(feedback), null, TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(200));
            if (fill is not null) build = await fill(stop.Token).ConfigureAwait(false);
            var result = new SnapshotBuildResult(await build!.CompleteAsync(stop.Token).ConfigureAwait(false));
            foreach (var warning in result.Warnings) Warning.Add(new WarningRecord(VisibleText.Escape(SecretRedactor.Redact(warning))));
            Output.Add(PSObject.AsPSObject(result));
            state = JobState.Completed;
        }
        catch (Exception e)
        {
            // A job has nobody above it: whatever happened is its result.
            if (stop.IsCancellationRequested && e is OperationCanceledException) state = JobState.Stopped;
            else Error.Add(ErrorRecords.Of(e, store.Prefix));
        }
        finally
        {
            if (build is not null) await build.DisposeAsync().ConfigureAwait(false);
            await store.DisposeAsync().ConfigureAwait(false);
            Show(feedback);
            feedback.View.Complete();
            SetJobState(state);
        }
    }

    // The timer may come while it is still at it.
    void Show(BuildFeedback feedback)
    {
        lock (showing)
        {
            if (JobStateInfo.State != JobState.Running) return;
            feedback.View.Show();
            while (feedback.TryTake(out var sentence)) Verbose.Add(new VerboseRecord(VisibleText.Escape(SecretRedactor.Redact(sentence!))));
        }
    }
}
