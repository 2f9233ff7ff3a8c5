using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Stores;

namespace ShardyFusion.Runs;

/// <summary>Lists the runs of a prefix, and stops them.</summary>
sealed class RunControl(IObjectStore store, TimeProvider clock)
{
    /// <summary>Records loaded ahead of the consumer.</summary>
    const int ReadAheadCount = 8;

    readonly RunRegistry registry = new(store);

    /// <summary>Lists the runs of the prefix by their records, newest first: builds under way, ended ones, dead ones.</summary>
    /// <param name="runId">Only this run, which has several records when it was resumed; null for all.</param>
    /// <param name="first">How many at most, at least 1; null for all. Only the records of these are loaded.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>Nothing for a prefix without runs. A record that cannot be read has <see cref="RunInfo.Problem"/>.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: <paramref name="first"/> is below 1; or a failure
    /// of the store.</exception>
    public async IAsyncEnumerable<RunInfo> ListAsync(string? runId, int? first,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (first < 1)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"First is {first}; it must be at least 1.");
        var folders = await registry.FindAsync(runId, cancellationToken).ConfigureAwait(false);
        await foreach (var run in ReadAhead.InOrderAsync(folders.Take(first ?? int.MaxValue), DescribeRunAsync, ReadAheadCount,
            cancellationToken).ConfigureAwait(false))
        {
            if (run is not null) yield return run;
        }
    }

    /// <summary>The newest record of a run.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.RunNotFound"/>, or a failure of the store.</exception>
    public async Task<RunInfo> GetAsync(string runId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(runId);
        await foreach (var run in ListAsync(runId, 1, cancellationToken).ConfigureAwait(false)) return run;
        throw registry.NotFound(runId);
    }

    /// <summary>Stops a run: asks a live build through the store, or marks a dead one failed and frees the prefix.</summary>
    /// <param name="run">From <see cref="GetAsync"/> or <see cref="ListAsync"/> of the same prefix.</param>
    /// <param name="reason">Why; kept with the run without secrets, at most 300 characters; null for no reason.</param>
    /// <param name="declareDead">True treats a live run as dead. When its process lives all the same it finds its lock gone at the next
    /// heartbeat and publishes nothing.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestParse"/>: the record cannot be read, so nobody can tell whether
    /// the run lives; or a failure of the store.</exception>
    public async Task<RunStopResult> StopAsync(RunInfo run, string? reason, bool declareDead, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.Record is not { } record)
            throw new ShardyFusionException(ErrorKind.ManifestParse, run.Problem ?? $"The run record '{run.RecordRef}' cannot be read.")
            {
                Target = run.RecordRef,
            };
        var request = StopRequest.Now(run.RunId, reason, clock);
        var outcome = RunStopOutcome.AlreadyEnded;
        if (run.State == RunState.Running && !declareDead)
        {
            outcome = await request.WriteAsync(store, run.RecordKey, cancellationToken).ConfigureAwait(false) ? RunStopOutcome.Asked
                : RunStopOutcome.AskedBefore;
        }
        else if (run.State is RunState.Running or RunState.Abandoned)
        {
            // The lock first: a build that is alive after all must not publish once its record says failed.
            await BuildLock.TakeFromAsync(store, run.RecordKey, clock, cancellationToken).ConfigureAwait(false);
            var why =
                $"{(run.State == RunState.Running ? "Given up while its lease held" : "The lease ended without a heartbeat; marked")} by "
                    + $"{request}";
            if (await registry.MarkAbandonedAsync(new RunVersion(run.RecordKey, record, run.ETag!), why,
                clock.GetUtcNow(), cancellationToken).ConfigureAwait(false))
                outcome = RunStopOutcome.MarkedFailed;
            else
                throw new ShardyFusionException(ErrorKind.BuildInProgress, $"Run '{run.RunId}' wrote its record just now, so it is alive.")
                {
                    Target = run.RunId,
                    RecommendedAction = "Look at the run again.",
                };
        }
        return new RunStopResult(store.Root, run.RunId, outcome, run.State);
    }

    Task<RunInfo?> DescribeRunAsync(RunFolder folder, CancellationToken cancellationToken) =>
        RunInfo.LoadAsync(store, folder, clock, cancellationToken);
}
