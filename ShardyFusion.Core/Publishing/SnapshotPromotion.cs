using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Stores;

namespace ShardyFusion.Publishing;

/// <summary>Makes snapshots of a prefix current that are there already.</summary>
sealed class SnapshotPromotion(StoreContext context)
{
    readonly IObjectStore store = context.Store;
    readonly SnapshotCatalog catalog = context.Catalog;
    readonly TimeProvider clock = context.Clock;

    /// <summary>Prepares the publish of a snapshot that is staged, or current under another pointer: finds it and checks that all its
    /// shards exist. Writes nothing and runs no guard.</summary>
    /// <param name="target">The snapshot.</param>
    /// <param name="rules">The pointer, and what is checked.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotNotFound"/>, <see cref="ErrorKind.ManifestParse"/>,
    /// <see cref="ErrorKind.SnapshotIncomplete"/> (names the missing shards), <see cref="ErrorKind.ConfigValidation"/> (no target, or an
    /// invalid rule), or a failure of the store.</exception>
    public async Task<PublishPlan> PlanAsync(SnapshotSelector target, PublishRules rules, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        RequireValid(rules);
        if (target.IsCurrent)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                "A publish needs a snapshot: name a ref, a run id, an offset or another pointer.");
        var seen = await catalog.ReadPointerAsync(SnapshotPaths.PointerKey(rules.Pointer), cancellationToken).ConfigureAwait(false);
        var key = await catalog.ResolveAsync(target, null, cancellationToken).ConfigureAwait(false);
        var loaded = await catalog.LoadManifestAsync(key, cancellationToken).ConfigureAwait(false);
        var isNoOp = seen.ManifestKey == key;
        if (!isNoOp) await ShardPresence.RequireAllAsync(store, loaded, cancellationToken).ConfigureAwait(false);
        var custom = loaded.Manifest.Custom;
        var failed = GuardRecords.ForcedIn(custom) is null ? GuardRecords.ResultsIn(custom).Where(result => !result.Passed).ToArray() : [];
        return new PublishPlan(SnapshotPaths.PointerName(seen.Key), seen.Pointer?.RunId, loaded.Manifest.Required.RunId, loaded.Ref, isNoOp,
            loaded.Manifest.RowCount, failed)
        {
            Seen = seen,
            Loaded = loaded,
        };
    }

    /// <summary>Carries out a planned publish: runs the guards, moves the pointer if it is still as the plan saw it, and probes.</summary>
    /// <param name="plan">From <see cref="PlanAsync"/> of the same prefix and rules.</param>
    /// <param name="rules">As given there.</param>
    /// <param name="allowUnsafePointer">True writes even to a store that does not honour write conditions.</param>
    /// <param name="cancellationToken">Cancels the requests; once the pointer's write has started its outcome is unknown.</param>
    /// <exception cref="PointerConflictException">Someone else moved the pointer since the plan was made.</exception>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.GuardFailed"/>: a check failed, now or when the snapshot was built (a
    /// check of the same name that passes now makes up for that); <see cref="ErrorKind.ProbeFailed"/>,
    /// <see cref="ErrorKind.SnapshotBlocked"/>, <see cref="ErrorKind.PublishingFrozen"/>, <see cref="ErrorKind.StoreUnsafe"/>,
    /// <see cref="ErrorKind.PublishCurrent"/>, or a failure of the store.</exception>
    public async Task<PublishResult> PublishAsync(PublishPlan plan, PublishRules rules, bool allowUnsafePointer,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        RequireValid(rules);
        var loaded = plan.Loaded ?? throw new ShardyFusionException(ErrorKind.ConfigValidation,
            "The plan was not made by PlanPublishAsync.");
        IReadOnlyList<GuardResult> results = [];
        string? warning = null;
        if (!plan.IsNoOp)
        {
            var publication = new SnapshotPublication(store, rules, allowUnsafePointer, clock);
            var now = await publication.CheckAsync(loaded, null, null, cancellationToken).ConfigureAwait(false);
            results = [.. plan.FailedGuards.Where(failed => now.All(result => result.Name != failed.Name))
                .Select(failed => failed with { Detail = $"When it was built: {failed.Detail}" }), .. now];
            var move = publication.Move(PointerChange.Promote, plan.Seen, null, results);
            await publication.RequirePassedAsync(move, plan.Seen, loaded, results, cancellationToken).ConfigureAwait(false);
            var swap = await publication.MoveAsync(move, plan.Seen, loaded, cancellationToken).ConfigureAwait(false);
            if (swap.SupersededBy is { } other) throw new PointerConflictException(plan.To, other);
            warning = swap.Warning;
            loaded.Manifest.NoteCurrent(store.Root, plan.Seen.Key, clock);
        }
        return new PublishResult
        {
            Prefix = store.Root,
            Pointer = plan.Pointer,
            From = plan.From,
            RunId = plan.To,
            ManifestRef = plan.ToRef,
            Changed = !plan.IsNoOp,
            RowCount = plan.RowCount,
            Bytes = loaded.Manifest.DbBytes,
            ShardCount = loaded.Manifest.Required.NumDbs,
            Guards = results,
            Warning = warning,
        };
    }

    static void RequireValid(PublishRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        if (rules.Validate() is { Count: > 0 } faults)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
    }
}
