using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Runs;
using ShardyFusion.Stores;

namespace ShardyFusion.Jobs;

/// <summary>One task's part in keeping its job alive: extends the leases of run record and build lock, and finds out when the job has
/// ended without it.</summary>
sealed class JobPulse : IAsyncDisposable
{
    readonly IObjectStore store;
    readonly JobPlan plan;
    readonly TimeProvider clock;
    readonly CancellationTokenSource lost = new(), ending = new();
    readonly TimeSpan lease;
    ShardyFusionException? lostError;
    Task beats = Task.CompletedTask;

    JobPulse(IObjectStore store, JobPlan plan, TimeProvider clock)
    {
        (this.store, this.plan, this.clock) = (store, plan, clock);
        lease = TimeSpan.FromSeconds(plan.LeaseSeconds);
    }

    /// <summary>Cancelled when the job has ended, or was asked to stop.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Why.</summary>
    public ShardyFusionException LostError => lostError!;

    /// <exception cref="ShardyFusionException">The job has ended, was asked to stop, or has lost the prefix to another run.</exception>
    public static async Task<JobPulse> StartAsync(IObjectStore store, JobPlan plan, BuildPace pace, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var pulse = new JobPulse(store, plan, clock);
        try
        {
            await pulse.BeatAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await pulse.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        pulse.beats = Task.Run(() => pulse.RunAsync(pace), CancellationToken.None);
        return pulse;
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync().ConfigureAwait(false);
        await beats.ConfigureAwait(false);
        lost.Dispose();
        ending.Dispose();
    }

    async Task RunAsync(BuildPace pace)
    {
        using var timer = new PeriodicTimer(pace.StopPollInterval, clock);
        var nextBeat = clock.GetUtcNow() + pace.HeartbeatInterval;
        try
        {
            while (await timer.WaitForNextTickAsync(ending.Token).ConfigureAwait(false))
            {
                try
                {
                    await HeedStopAsync(ending.Token).ConfigureAwait(false);
                    if (clock.GetUtcNow() < nextBeat) continue;
                    await BeatAsync(ending.Token).ConfigureAwait(false);
                    nextBeat = clock.GetUtcNow() + pace.HeartbeatInterval;
                }
                catch (ShardyFusionException e) when (e.Kind is ErrorKind.BuildStopped or ErrorKind.BuildInProgress
                    or ErrorKind.RunNotFound)
                {
                    lostError = e;
                    await lost.CancelAsync().ConfigureAwait(false);
                    return;
                }
                catch (ShardyFusionException)
                {
                    // The store will tell at the next look; the lease outlasts several.
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    async Task BeatAsync(CancellationToken cancellationToken)
    {
        var registry = new RunRegistry(store);
        var (record, etag) = await registry.LoadAsync(plan.RunRecord, cancellationToken).ConfigureAwait(false)
            ?? throw registry.NotFound(plan.JobId);
        if (record.Status != RunStatus.Running) throw JobFaults.Ended(plan.JobId, record);
        await HeedStopAsync(cancellationToken).ConfigureAwait(false);
        if (plan.Exclusive && !await BuildLock.ExtendAsync(store, plan.Owner, lease, clock, cancellationToken).ConfigureAwait(false))
            throw await LockLostAsync(cancellationToken).ConfigureAwait(false);
        var now = SnapshotTime.ToMicroseconds(clock.GetUtcNow());
        if (record.LeaseExpiresAt - now > lease / 2) return;
        // When another task is faster, its word stands.
        await store.PutAsync(plan.RunRecord, RunRecordCodec.Write(record with { UpdatedAt = now, LeaseExpiresAt = now + lease }),
            new PutOptions(PutCondition.IfMatch(etag), RunRecordCodec.ContentType), cancellationToken).ConfigureAwait(false);
    }

    async Task HeedStopAsync(CancellationToken cancellationToken)
    {
        if (await StopRequest.ReadAsync(store, plan.RunRecord, plan.JobId, cancellationToken)
            .ConfigureAwait(false) is not { } request) return;
        // Nobody else is there to note it down.
        await JobEnding.FailAsync(store, plan, $"Asked to stop by {request}", clock, cancellationToken).ConfigureAwait(false);
        throw new ShardyFusionException(ErrorKind.BuildStopped, $"Job '{plan.JobId}' was asked to stop by {request}")
        {
            Target = plan.JobId,
        };
    }

    async Task<ShardyFusionException> LockLostAsync(CancellationToken cancellationToken)
    {
        var seen = await BuildLock.PeekAsync(store, cancellationToken).ConfigureAwait(false);
        return seen is { State.Claimed: true } && seen.Value.State.RunRecord == plan.RunRecord
            ? new ShardyFusionException(ErrorKind.BuildInProgress,
                $"Job '{plan.JobId}' is being completed by process {seen.Value.State.ProcessId} on '{seen.Value.State.Host}'; "
                    + "no task of it is needed any more.")
            { Target = plan.JobId }
            : JobFaults.Overtaken(plan.JobId, seen?.State.RunId);
    }
}
