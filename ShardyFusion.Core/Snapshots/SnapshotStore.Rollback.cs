using ShardyFusion.Errors;
using ShardyFusion.Manifests;

namespace ShardyFusion.Snapshots;

public sealed partial class SnapshotStore
{
    /// <summary>Prepares a rollback: finds the target, parses its manifest and checks that all its shards exist. Writes nothing.</summary>
    /// <param name="target">The snapshot to make current; offsets count from the current one.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>What <see cref="RollbackAsync"/> would do. A malformed pointer is no obstacle: it is repaired, and <see cref="RollbackPlan.From"/> is null.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotNotFound"/>, <see cref="ErrorKind.ManifestParse"/> (the target's
    /// manifest is unreadable), <see cref="ErrorKind.SnapshotIncomplete"/> (names the missing shards), <see cref="ErrorKind.ConfigValidation"/>
    /// (no target, or two), or a failure of the store.</exception>
    public async Task<RollbackPlan> PlanRollbackAsync(SnapshotSelector target, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(target);
        if (target.IsCurrent)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, "A rollback needs a target: name a ref, a run id or an offset.");
        var pointer = await catalog.ReadPointerAsync(cancellationToken).ConfigureAwait(false);
        if (target.Offset is not null && pointer.Pointer is null)
            throw new ShardyFusionException(ErrorKind.SnapshotNotFound, pointer.Exists
                ? "An offset counts from the current snapshot, and the pointer is malformed." : "An offset counts from the current snapshot, and there is none.", pointer.Problem)
            {
                Target = target.Offset,
                RecommendedAction = "Name a run id or a ref from the history.",
            };
        var key = await catalog.ResolveAsync(target, pointer, cancellationToken).ConfigureAwait(false);
        var loaded = await catalog.LoadManifestAsync(key, cancellationToken).ConfigureAwait(false);
        var isNoOp = pointer.ManifestKey == key;
        if (!isNoOp)
            await ShardPresence.RequireAllAsync(store, loaded, cancellationToken).ConfigureAwait(false);
        return new RollbackPlan(pointer.Pointer?.RunId, pointer.Pointer?.ManifestRef, loaded.Manifest.Required.RunId, loaded.Ref, isNoOp,
            loaded.Manifest.RowCount, SnapshotCatalog.FolderOf(key)?.PublishedAt ?? loaded.Manifest.Required.CreatedAt)
        { PointerETag = pointer.ETag, Manifest = loaded.Manifest };
    }

    /// <summary>Carries out a planned rollback: moves the pointer if it is still as the plan saw it, and reads it back.</summary>
    /// <param name="plan">From <see cref="PlanRollbackAsync"/> of the same prefix.</param>
    /// <param name="allowUnsafePointer">True writes even to a store that does not honour write conditions.</param>
    /// <param name="cancellationToken">Cancels the requests; once the write has started its outcome is unknown.</param>
    /// <exception cref="PointerConflictException">Somebody else moved the pointer since the plan was made.</exception>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StoreUnsafe"/>, <see cref="ErrorKind.PublishCurrent"/>, or a failure of the store.</exception>
    public async Task<RollbackResult> RollbackAsync(RollbackPlan plan, bool allowUnsafePointer, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(plan);
        var supersededBy = plan.IsNoOp
            ? await FindOtherPointerAsync(plan, cancellationToken).ConfigureAwait(false)
            : (await new PointerPublisher(store).SwapAsync(plan.PointerETag, new CurrentPointer
            {
                ManifestRef = plan.ToRef,
                RunId = plan.To,
                UpdatedAt = SnapshotTime.ToMicroseconds(timeProvider.GetUtcNow()),
            }, allowUnsafePointer, cancellationToken).ConfigureAwait(false)).SupersededBy;
        if (supersededBy is not null)
            throw new PointerConflictException(plan.To, supersededBy);
        plan.Manifest?.NoteCurrent(store.Root, SnapshotPaths.CurrentKey, timeProvider);
        return new RollbackResult(store.Root, plan.From, plan.FromRef, plan.To, plan.ToRef, !plan.IsNoOp, plan.RowCount, plan.PublishedAt);
    }

    /// <summary>The run that the pointer names now, when that is not the plan's target any more; else null.</summary>
    async Task<string?> FindOtherPointerAsync(RollbackPlan plan, CancellationToken cancellationToken)
    {
        var pointer = await catalog.ReadPointerAsync(cancellationToken).ConfigureAwait(false);
        return SnapshotPaths.TryGetManifestKey(plan.ToRef, out var key) && pointer.ManifestKey == key ? null
            : pointer.Pointer?.RunId ?? throw new PointerConflictException(plan.To, null);
    }
}
