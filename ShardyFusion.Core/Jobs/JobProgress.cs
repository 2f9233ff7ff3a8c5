using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Runs;

namespace ShardyFusion.Jobs;

/// <summary>How far one job is, by the names of its records.</summary>
sealed class JobProgress(StoreContext context, JobPlan plan)
{
    readonly JobDocuments documents = new(context.Store, plan.JobId);

    public async Task<JobInfo> DescribeAsync(CancellationToken cancellationToken)
    {
        var record = await LoadRecordAsync(cancellationToken).ConfigureAwait(false);
        var seal = plan.Maps is null ? await documents.FindSealAsync(cancellationToken).ConfigureAwait(false) : null;
        var maps = plan.Maps ?? seal?.Maps;
        var mapped = await documents.ListAsync(JobPaths.Maps(plan.JobId), cancellationToken).ConfigureAwait(false);
        var written = await documents.ListAsync(JobPaths.Shards(plan.JobId), cancellationToken).ConfigureAwait(false);
        int[] missingMaps = maps is { } count ? [.. Enumerable.Range(0, count).Except(mapped)] : [];
        int[] missingShards = [.. Enumerable.Range(0, plan.Shards).Except(written)];
        var state = record.Status switch
        {
            RunStatus.Succeeded => RunState.Succeeded,
            RunStatus.Failed => RunState.Failed,
            _ => record.IsLive(context.Clock.GetUtcNow()) ? RunState.Running : RunState.Abandoned,
        };
        return new JobInfo
        {
            JobId = plan.JobId,
            Prefix = context.Store.Root,
            State = state,
            Rows = plan.Rows,
            CreatedAt = plan.CreatedAt,
            LeaseExpiresAt = record.LeaseExpiresAt,
            Maps = maps,
            MapsDone = mapped.Count,
            MissingMaps = missingMaps,
            Shards = plan.Shards,
            ShardsDone = written.Count,
            MissingShards = missingShards,
            ManifestRef = record.ManifestRef,
            Error = record.ErrorMessage,
            Next = Next(state, maps, missingMaps, missingShards),
            Warnings = plan.Warnings,
        };
    }

    /// <summary>Takes the prefix anew for the job's tasks.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        var record = await LoadRecordAsync(cancellationToken).ConfigureAwait(false);
        if (record.Status == RunStatus.Succeeded) throw JobFaults.Ended(plan.JobId, record);
        await context.Store.DeleteAsync([StopRequest.KeyOf(plan.RunRecord)], cancellationToken).ConfigureAwait(false);
        var settings = new RunSettings(plan.Exclusive, TimeSpan.FromSeconds(plan.LeaseSeconds), TimeSpan.FromMinutes(1),
            TimeSpan.FromMinutes(1), Message: null);
        var run = await RunSession.ClaimAsync(context.Store, plan.Owner, settings, context.Clock, cancellationToken).ConfigureAwait(false);
        await using var end = run.ConfigureAwait(false);
        await run.LeaveAsync(cancellationToken).ConfigureAwait(false);
    }

    async Task<RunRecord> LoadRecordAsync(CancellationToken cancellationToken)
    {
        var registry = new RunRegistry(context.Store);
        return (await registry.LoadAsync(plan.RunRecord, cancellationToken).ConfigureAwait(false)
            ?? throw registry.NotFound(plan.JobId)).Record;
    }

    string Next(RunState state, int? maps, int[] missingMaps, int[] missingShards)
    {
        if (state == RunState.Succeeded) return "Nothing: it is complete.";
        if (state == RunState.Failed) return $"Go on with it: shardy job resume {plan.JobId}.";
        if (plan.Rows == JobRows.Engine && maps is null) return "Run its maps, then seal it with their number.";
        if (missingMaps.Length > 0) return $"Run these maps: {JobFaults.Ranges(missingMaps)}.";
        if (missingShards.Length > 0)
            return plan.Rows == JobRows.Shuffled ? $"Write these shards: {JobFaults.Ranges(missingShards)}."
                : $"Reduce these shards: {JobFaults.Ranges(missingShards)}.";
        return $"Complete it: shardy job complete {plan.JobId}.";
    }
}
