using ShardyFusion.Building.Shards;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Runs;
using ShardyFusion.Stores;

namespace ShardyFusion.Building;

/// <summary>How a build ends: noted down as succeeded or failed, with nothing left that nobody needs.</summary>
sealed class BuildEnding(BuildContext build, BuildStanding standing)
{
    /// <summary>How long noting down the end of a run may take; after a cancellation see <see cref="ShutdownTimeout"/>.</summary>
    static readonly TimeSpan WrapUpTime = TimeSpan.FromSeconds(10);
    static readonly TimeSpan WrapUpTimeWhenUnreachable = TimeSpan.FromSeconds(2);
    static readonly TimeSpan DeleteTimeWhenStopped = TimeSpan.FromSeconds(3);

    readonly IObjectStore store = build.Store;
    readonly RunSession run = build.Run;

    /// <summary>Ends a run whose build could not be started.</summary>
    public static async Task AbortStartAsync(RunSession run, Exception cause, IObjectStore store, CancellationToken cancellationToken)
    {
        using var limit = new ShutdownTimeout(WrapUpTime, store, cancellationToken);
        await EndFailedAsync(run, cause, null, limit.Token).ConfigureAwait(false);
        await run.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Notes down that the snapshot is complete, and removes shards that lost. Never throws: what fails is a warning.</summary>
    public async Task SucceedAsync(IReadOnlyList<string> lostKeys, List<string> warnings, CancellationToken cancellationToken)
    {
        using var limit = new ShutdownTimeout(TimeSpan.FromSeconds(30), store, cancellationToken);
        try
        {
            await run.SucceedAsync(standing.ManifestRef!, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            warnings.Add($"The snapshot is complete, but its run record or the build lock could not be written: {e.Message}");
        }
        try
        {
            if (lostKeys.Count == 0) return;
            var deleted = await store.DeleteAsync(lostKeys, limit.Token).ConfigureAwait(false);
            warnings.AddRange(deleted.Where(d => d.Error is not null)
                .Select(d => $"Losing attempt '{d.Key}' could not be removed: {d.Error}"));
        }
        catch (Exception e)
        {
            warnings.Add($"The snapshot is complete, but shards that lost could not be removed: {e.Message}");
        }
    }

    /// <summary>Notes down that the build failed, and removes what it wrote, as far as that is its own.</summary>
    public async Task AbandonAsync()
    {
        // A store that has just used up its retries will not answer now either.
        using var limit = new ShutdownTimeout(standing.Failure is ShardyFusionException { Retryable: true } ? WrapUpTimeWhenUnreachable
            : WrapUpTime, store, standing.Stopped);
        // A cancelled or broken pointer write may have been carried out all the same: then the run did succeed.
        if (standing.IsPointerAttempted && await PointerNamesUsAsync(limit.Token).ConfigureAwait(false))
        {
            await SucceedAsync([], [], standing.Stopped).ConfigureAwait(false);
            return;
        }
        var cause = run.Lost.IsCancellationRequested ? run.LostError() : standing.Failure ?? new OperationCanceledException();
        // Whoever resumed a run may want to do so again, and what someone else put there is not ours to remove.
        var isOursToDelete = !standing.IsManifestAttempted && build.Leftovers is null && build.Elsewhere is null
            && build.Options.ShardFiles?.RunId is null;
        // On a full store they make room for what has to be noted down.
        if (isOursToDelete && cause is ShardyFusionException { Kind: ErrorKind.StorageFull }
            or { InnerException: ShardyFusionException { Kind: ErrorKind.StorageFull } })
        {
            await DeleteOwnShardsAsync().ConfigureAwait(false);
            isOursToDelete = false;
        }
        var isNoted = await EndFailedAsync(run, cause, standing.ManifestRef, limit.Token).ConfigureAwait(false);
        // A store that does not answer is not asked for more; one that does is worth the time even when the user waits.
        if (isNoted && isOursToDelete) await DeleteOwnShardsAsync().ConfigureAwait(false);
    }

    /// <summary>Tells, within the time there is after a failure, whether the pointer names this run.</summary>
    public async Task<bool> IsPointerOursAsync()
    {
        using var limit = new ShutdownTimeout(WrapUpTime, store, standing.Stopped);
        return await PointerNamesUsAsync(limit.Token).ConfigureAwait(false);
    }

    /// <summary>True when the pointer names this run, false when it does not or nobody can tell.</summary>
    async Task<bool> PointerNamesUsAsync(CancellationToken limit)
    {
        try
        {
            return (await new SnapshotCatalog(store).ReadPointerAsync(build.StartingPointer.Key, limit)
                .ConfigureAwait(false)).Pointer?.RunId == build.RunId;
        }
        catch (Exception e) when (e is ShardyFusionException or OperationCanceledException)
        {
            return false;
        }
    }

    async Task DeleteOwnShardsAsync()
    {
        using var limit = new CancellationTokenSource(standing.Stopped.IsCancellationRequested
            ? (store.Capabilities.IsLocal ? WrapUpTime : DeleteTimeWhenStopped) : WrapUpTime);
        try
        {
            var keys = new List<string>();
            await foreach (var shard in LeftoverShards.EnumerateAsync(store, build.RunId, limit.Token).ConfigureAwait(false))
                keys.Add(shard.ObjectKey);
            if (keys.Count > 0) await store.DeleteAsync(keys, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ShardyFusionException or OperationCanceledException)
        {
            // No manifest names them; a cleanup finds them.
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
}
