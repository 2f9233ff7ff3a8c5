using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Stores;

namespace ShardyFusion.Publishing;

/// <summary>Moves the pointers of a prefix back.</summary>
sealed class SnapshotRollback(StoreContext context)
{
    readonly IObjectStore store = context.Store;
    readonly SnapshotCatalog catalog = context.Catalog;
    readonly TimeProvider clock = context.Clock;

    /// <summary>Prepares a rollback: finds the target, parses its manifest and checks that all its shards exist. Writes nothing.</summary>
    /// <param name="target">The snapshot to make current; offsets count from the current one.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>What <see cref="RunAsync(RollbackPlan, PointerChangeOptions, CancellationToken)"/> would do. A malformed pointer is no
    /// obstacle: it is repaired, and <see cref="RollbackPlan.From"/> is null.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotNotFound"/>, <see cref="ErrorKind.ManifestParse"/> (the
    /// target's manifest is unreadable), <see cref="ErrorKind.SnapshotIncomplete"/> (names the missing shards),
    /// <see cref="ErrorKind.ConfigValidation"/> (no target, or two), or a failure of the store.</exception>
    public async Task<RollbackPlan> PlanAsync(SnapshotSelector target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target.IsCurrent)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                "A rollback needs a target: name a ref, a run id, an offset or a tag.");
        var pointer = await catalog.ReadPointerAsync(cancellationToken).ConfigureAwait(false);
        if (target.Offset is not null && pointer.Pointer is null)
            throw new ShardyFusionException(ErrorKind.SnapshotNotFound, pointer.Exists
                ? "An offset counts from the current snapshot, and the pointer is malformed."
                : "An offset counts from the current snapshot, and there is none.", pointer.Problem)
            {
                Target = target.Offset,
                RecommendedAction = "Name a run id or a ref from the history.",
            };
        var key = await catalog.ResolveAsync(target, pointer, cancellationToken).ConfigureAwait(false);
        return await PlanMoveAsync(pointer, key, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Plans the move of a pointer to a manifest.</summary>
    public async Task<RollbackPlan> PlanMoveAsync(SeenPointer pointer, string key, CancellationToken cancellationToken)
    {
        var loaded = await catalog.LoadManifestAsync(key, cancellationToken).ConfigureAwait(false);
        var isNoOp = pointer.ManifestKey == key;
        if (!isNoOp)
            await ShardPresence.RequireAllAsync(store, loaded, cancellationToken).ConfigureAwait(false);
        var block = isNoOp ? null : await AnnotationCodec.LoadAsync<SnapshotBlock>(store, AnnotationPaths.BlockKey(key), cancellationToken)
            .ConfigureAwait(false);
        var rolledBack = isNoOp || pointer.Key != SnapshotPaths.CurrentKey ? null
            : await RolledBackNotes.DescribeAsync(store, key, cancellationToken).ConfigureAwait(false);
        return new RollbackPlan(pointer.Pointer?.RunId, pointer.Pointer?.ManifestRef, loaded.Manifest.Required.RunId, loaded.Ref, isNoOp,
            loaded.Manifest.RowCount, SnapshotCatalog.FolderOf(key)?.PublishedAt ?? loaded.Manifest.Required.CreatedAt)
        {
            Pointer = SnapshotPaths.PointerName(pointer.Key),
            PointerETag = pointer.ETag,
            PointerUpdatedAt = pointer.Pointer?.UpdatedAt,
            Loaded = loaded,
            Warning = rolledBack,
            IsRolledBack = rolledBack is not null,
            BlockReason = block is null ? null : SecretRedactor.ForRecord(block.Value.Annotation.Reason),
        };
    }

    /// <summary>Carries out a planned rollback or undo: moves the pointer if it is still as the plan saw it, and reads it back.</summary>
    /// <param name="plan">From <see cref="PlanAsync"/> or <see cref="PointerUndo.PlanAsync"/> of the same prefix.</param>
    /// <param name="options">How to carry it out.</param>
    /// <param name="cancellationToken">Cancels the requests; once the write has started its outcome is unknown.</param>
    /// <exception cref="PointerConflictException">Someone else moved the pointer since the plan was made.</exception>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotBlocked"/>, <see cref="ErrorKind.PublishingFrozen"/>,
    /// <see cref="ErrorKind.SnapshotNotFound"/> (a cleanup deletes it), <see cref="ErrorKind.StoreUnsafe"/>,
    /// <see cref="ErrorKind.PublishCurrent"/>, or a failure of the store.</exception>
    public async Task<RollbackResult> RunAsync(RollbackPlan plan, PointerChangeOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(options);
        if (options.BlockPrevious && plan.FromRef is null)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"There is no snapshot to block: '{SnapshotPaths.PointerKey(plan.Pointer)}' names none that can be read.")
            {
                Target = plan.To,
            };
        string? supersededBy, warning = null;
        if (plan.IsNoOp)
            supersededBy = await FindOtherPointerAsync(plan, cancellationToken).ConfigureAwait(false);
        else
            (_, supersededBy, warning) = await MovePointerAsync(plan, options, cancellationToken).ConfigureAwait(false);
        if (supersededBy is not null)
            throw new PointerConflictException(plan.To, supersededBy);
        plan.Loaded?.Manifest.NoteCurrent(store.Root, SnapshotPaths.PointerKey(plan.Pointer), clock);
        var (blocked, unblocked) = options.BlockPrevious && !plan.IsNoOp ? await BlockPreviousAsync(plan, options.Reason, cancellationToken)
            .ConfigureAwait(false) : (null, null);
        return new RollbackResult(store.Root, plan.From, plan.FromRef, plan.To, plan.ToRef, !plan.IsNoOp, plan.RowCount, plan.PublishedAt)
        {
            Warning = warning ?? unblocked,
            BlockedRunId = blocked,
        };
    }

    /// <returns>The run that is blocked now, or why it is not.</returns>
    async Task<(string? RunId, string? Problem)> BlockPreviousAsync(RollbackPlan plan, string? reason, CancellationToken cancellationToken)
    {
        try
        {
            var block = await new SnapshotBlocks(context).AddAsync(new SnapshotSelector { Ref = plan.FromRef },
                string.IsNullOrWhiteSpace(reason) ? $"Rolled back to run '{plan.To}'." : reason, cancellationToken).ConfigureAwait(false);
            return (block.RunId, null);
        }
        catch (ShardyFusionException failed)
        {
            return (null, $"The pointer was moved, but run '{plan.From}' was not blocked: {failed.Message}");
        }
    }

    async Task<(string ETag, string? SupersededBy, string? Warning)> MovePointerAsync(RollbackPlan plan, PointerChangeOptions options,
        CancellationToken cancellationToken)
    {
        var publisher = new PointerPublisher(store, SnapshotPaths.PointerKey(plan.Pointer),
            new PointerMove(plan.Kind, plan.FromRef, options.Reason)
            {
                IgnoresBlock = options.IgnoreBlock,
                IgnoresFreeze = options.IgnoreFreeze,
                MayHaveBeenLeft = plan.IsRolledBack,
            });
        var next = new CurrentPointer
        {
            ManifestRef = plan.ToRef,
            RunId = plan.To,
            ManifestCheck = plan.Loaded?.Check,
            ManifestContentType = plan.Loaded is { } loaded ? ManifestCodec.ContentTypeOf(loaded.Manifest) : ManifestCodec.ContentType,
            UpdatedAt = SnapshotTime.After(clock, plan.PointerUpdatedAt),
        };
        var swap = await publisher.SwapAsync(plan.PointerETag, next, options.AllowUnsafePointer, cancellationToken).ConfigureAwait(false);
        return (swap.ETag, swap.SupersededBy, swap.Warning);
    }

    /// <summary>The run that the pointer names now, when that is not the plan's target any more; else null.</summary>
    async Task<string?> FindOtherPointerAsync(RollbackPlan plan, CancellationToken cancellationToken)
    {
        var pointer = await catalog.ReadPointerAsync(SnapshotPaths.PointerKey(plan.Pointer), cancellationToken).ConfigureAwait(false);
        return SnapshotPaths.TryGetManifestKey(plan.ToRef, out var key) && pointer.ManifestKey == key ? null
            : pointer.Pointer?.RunId ?? throw new PointerConflictException(plan.To, null);
    }
}
