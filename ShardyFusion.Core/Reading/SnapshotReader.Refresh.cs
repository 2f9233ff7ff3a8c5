using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Reading;

public sealed partial class SnapshotReader
{
    // One refresh at a time: a slow older one must not undo a newer one. Never disposed, since it makes no wait handle.
    readonly SemaphoreSlim refreshing = new(1, 1);

    // Labels of the metric.
    const int RefreshMoved = 0, RefreshUnchanged = 1, RefreshFailed = 2;

    /// <summary>Moves to the snapshot that is current now. Reads in flight finish on the old one; later ones see the new one.</summary>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>What happened. A pointer or manifest that cannot be read, or is gone, is a <see cref="RefreshResult.Problem"/>: the reader
    /// keeps what it has. A reader of a chosen snapshot stays there.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ReaderState"/>: the reader is closed; or a failure of the store, which
    /// leaves the reader as it was.</exception>
    public async Task<RefreshResult> RefreshAsync(CancellationToken cancellationToken)
    {
        var outcome = RefreshFailed;
        try
        {
            var result = await RefreshUncountedAsync(cancellationToken).ConfigureAwait(false);
            outcome = result.Problem is not null ? RefreshFailed : result.Changed ? RefreshMoved : RefreshUnchanged;
            return result;
        }
        finally
        {
            ShardyMetrics.ReaderRefreshes.Add(1, outcome);
        }
    }

    async Task<RefreshResult> RefreshUncountedAsync(CancellationToken cancellationToken)
    {
        await refreshing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var pin = PinState();
            var old = pin.State;
            if (options.Selector.FollowedPointer is not { } pointerKey)
                return new RefreshResult(false, old.RunId, old.RunId, null);
            try
            {
                return await MoveToCurrentAsync(pointerKey, old, cancellationToken).ConfigureAwait(false);
            }
            catch (ShardyFusionException problem) when (problem.Kind == ErrorKind.NoSnapshot || SnapshotOpening.IsUnreadable(problem))
            {
                return new RefreshResult(false, old.RunId, old.RunId, problem.Message);
            }
        }
        finally
        {
            refreshing.Release();
        }
    }

    async Task<RefreshResult> MoveToCurrentAsync(string pointerKey, ReaderState old, CancellationToken cancellationToken)
    {
        var pointer = await context.Catalog.RequirePointerAsync(pointerKey, cancellationToken).ConfigureAwait(false);
        context.LastPointer = pointer;
        var isSame = pointer.ManifestKey == old.Loaded.Key;
        if (isSame && old.FallbackReason is null)
            return new RefreshResult(false, old.RunId, old.RunId, null);
        var loaded = isSame ? old.Loaded : await context.Catalog.LoadManifestAsync(pointer, cancellationToken).ConfigureAwait(false);
        var next = NewState(loaded, null);
        ReaderState? left;
        do
        {
            left = Volatile.Read(ref state);
            if (left is null)
            {
                // Closed meanwhile. Without the gate a state is replaced by its successor only, which is of the same snapshot.
                await next.RetireAsync().ConfigureAwait(false);
                throw Closed();
            }
        }
        while (Interlocked.CompareExchange(ref state, next, left) != left);
        Volatile.Write(ref info, loaded.Manifest.ToInfo(loaded.Ref, store.Root));
        loaded.Manifest.NoteCurrent(store.Root, pointerKey, context.Clock);
        await left.RetireAsync().ConfigureAwait(false);
        return new RefreshResult(!isSame, old.RunId, next.RunId, null);
    }
}
