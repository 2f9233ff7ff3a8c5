using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.ManifestStores;
using ShardyFusion.Stores;

namespace ShardyFusion.Cleaning;

/// <summary>Plans cleanups of a prefix and carries them out.</summary>
sealed class SnapshotCleaner(StoreContext context)
{
    readonly IObjectStore store = context.Store;
    readonly TimeProvider clock = context.Clock;

    /// <summary>Says what a cleanup would delete, and why. Writes nothing.</summary>
    /// <param name="policy">The rules.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>No items when a pointer, tag or lock cannot be read, so that nobody knows what is protected.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming every invalid rule, or a failure of the
    /// store.</exception>
    public async Task<CleanupPlan> PlanAsync(CleanupPolicy policy, CancellationToken cancellationToken)
    {
        RequireValid(policy);
        await ManifestStoreMark.RequireNoneAsync(store, cancellationToken).ConfigureAwait(false);
        var state = await new CleanupListing(store, clock).ReadAsync(new HashSet<string>(), policy, cancellationToken)
            .ConfigureAwait(false);
        return CleanupPlanner.Plan(store.Root, state, policy);
    }

    /// <summary>Says how much storage the prefix uses, and what of it a cleanup would free. Writes nothing.</summary>
    /// <inheritdoc cref="PlanAsync"/>
    public async Task<StorageUse> GetUseAsync(CleanupPolicy policy, CancellationToken cancellationToken)
    {
        RequireValid(policy);
        await ManifestStoreMark.RequireNoneAsync(store, cancellationToken).ConfigureAwait(false);
        var state = await new CleanupListing(store, clock).ReadAsync(new HashSet<string>(), policy, cancellationToken)
            .ConfigureAwait(false);
        return StorageUse.Of(state, CleanupPlanner.Plan(store.Root, state, policy));
    }

    /// <summary>Carries out a plan: what is protected by now is left alone. Safe beside builds, publishes, rollbacks and other
    /// cleanups.</summary>
    /// <param name="plan">From <see cref="PlanAsync"/> of the same prefix, or a part of one.</param>
    /// <param name="isSaved">True for a plan that was made some time ago: when any of it is protected by now, nothing is deleted.</param>
    /// <param name="cancellationToken">Cancels the cleanup; what is deleted stays deleted.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.PublishingFrozen"/>, <see cref="ErrorKind.PlanStale"/>,
    /// <see cref="ErrorKind.ConfigValidation"/> (a plan of another prefix, or invalid rules), or a failure of the store.</exception>
    public async Task<CleanupResult> RunAsync(CleanupPlan plan, bool isSaved, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        RequireValid(plan.Policy);
        if (plan.Prefix != store.Root)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"The plan is about '{plan.Prefix}', not about '{store.Root}'.")
            {
                Target = plan.Prefix,
            };
        await ManifestStoreMark.RequireNoneAsync(store, cancellationToken).ConfigureAwait(false);
        return await new CleanupExecutor(store, clock).RunAsync(plan, isSaved, cancellationToken).ConfigureAwait(false);
    }

    static void RequireValid(CleanupPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var faults = policy.Validate();
        if (faults.Count > 0) throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
    }
}
