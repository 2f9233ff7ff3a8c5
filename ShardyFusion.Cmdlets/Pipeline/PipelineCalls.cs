using System.Collections.Concurrent;
using System.Management.Automation;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>What workers want done on the pipeline thread: script blocks run nowhere else.</summary>
sealed class PipelineCalls
{
    readonly ConcurrentQueue<Action> waiting = new();

    /// <summary>Has something done on the pipeline thread, at its next tick.</summary>
    /// <param name="call">What to do. Its failure is the task's; what steers the pipeline (stop, break, exit) goes its own way there, and
    /// the task ends with the cancellation that follows.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<T> PostAsync<T>(Func<T> call, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.Enqueue(() =>
        {
            try
            {
                done.TrySetResult(call());
            }
            catch (RuntimeException e) when (e is not PipelineStoppedException)
            {
                done.TrySetException(e);
            }
        });
        return done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Does what is waiting. On the pipeline thread only.</summary>
    public void Run()
    {
        while (waiting.TryDequeue(out var call)) call();
    }
}
