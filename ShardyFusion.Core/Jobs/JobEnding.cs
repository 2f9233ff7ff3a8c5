using ShardyFusion.Runs;
using ShardyFusion.Stores;

namespace ShardyFusion.Jobs;

/// <summary>Ends a job that no process stands for.</summary>
static class JobEnding
{
    /// <summary>Frees the prefix and marks the job failed, unless it has ended already.</summary>
    public static async Task FailAsync(IObjectStore store, JobPlan plan, string why, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var registry = new RunRegistry(store);
        if (plan.Exclusive) await BuildLock.TakeFromAsync(store, plan.RunRecord, clock, cancellationToken).ConfigureAwait(false);
        if (await registry.LoadAsync(plan.RunRecord, cancellationToken).ConfigureAwait(false)
            is { Record.Status: Formats.RunStatus.Running } seen)
            await registry.MarkAbandonedAsync(new RunVersion(plan.RunRecord, seen.Record, seen.ETag), why, clock.GetUtcNow(),
                cancellationToken).ConfigureAwait(false);
    }
}
