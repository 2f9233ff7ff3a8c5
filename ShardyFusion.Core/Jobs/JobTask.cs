using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.Jobs;

/// <summary>What the tasks of a job have in common: the plan, the options that it gives them, its heartbeat.</summary>
sealed class JobTask : IAsyncDisposable
{
    readonly JobPulse pulse;
    readonly CancellationTokenSource stopping;

    JobTask(IObjectStore store, JobPlan plan, BuildOptions options, JobPulse pulse, CancellationTokenSource stopping)
    {
        (Store, Plan, Options, this.pulse, this.stopping) = (store, plan, options, pulse, stopping);
        Documents = new JobDocuments(store, plan.JobId);
    }

    public IObjectStore Store { get; }

    public JobPlan Plan { get; }

    public BuildOptions Options { get; }

    public JobDocuments Documents { get; }

    /// <summary>Runs one task of a job, while it keeps the job alive.</summary>
    /// <param name="context">The prefix.</param>
    /// <param name="plan">The job.</param>
    /// <param name="given">What the task is given: memory, threads, a file for bad rows.</param>
    /// <param name="body">Does the work; its token is cancelled when the job ends without it.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static async Task<T> RunAsync<T>(StoreContext context, JobPlan plan, BuildOptions given,
        Func<JobTask, CancellationToken, Task<T>> body, CancellationToken cancellationToken)
    {
        var options = plan.Apply(given);
        if (options.Validate() is { Count: > 0 } faults)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
        var pulse = await JobPulse.StartAsync(context.Store, plan, new BuildPace(options.HeartbeatInterval, options.StopPollInterval),
            context.Clock, cancellationToken).ConfigureAwait(false);
        var task = new JobTask(context.Store, plan, options, pulse,
            CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, pulse.Lost));
        await using var end = task.ConfigureAwait(false);
        try
        {
            return await body(task, task.stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (pulse.Lost.IsCancellationRequested)
        {
            throw pulse.LostError;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await pulse.DisposeAsync().ConfigureAwait(false);
        stopping.Dispose();
    }

    /// <summary>Removes what an attempt that lost has written. Never throws: a cleanup finds what is left.</summary>
    public async Task DiscardAsync(string objectKey)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await Store.DeleteAsync([objectKey], limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ShardyFusionException or OperationCanceledException)
        {
            // As told.
        }
    }
}
