using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.LocalFiles;
using ShardyFusion.Stores;

namespace ShardyFusion.Publishing;

/// <summary>Stops all pointer changes of a prefix, and lets them go on.</summary>
sealed class FreezeControl(StoreContext context)
{
    readonly IObjectStore store = context.Store;
    readonly TimeProvider clock = context.Clock;

    /// <summary>Stops all pointer changes and cleanups of the prefix. Builds under way go on and stay staged, and those that publish
    /// do not start; readers notice nothing.</summary>
    /// <param name="reason">Why; kept without secrets, at most 300 characters.</param>
    /// <param name="expiresAt">It ends by itself at this time; null for never.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>The freeze; it takes the place of an earlier one.</returns>
    /// <remarks>A change that passed its check before the freeze was written may still be carried out.</remarks>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> (no reason, or a time in the past), or a failure of
    /// the store.</exception>
    public async Task<PublishingFreeze> FreezeAsync(string reason, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        var now = SnapshotTime.ToMicroseconds(clock.GetUtcNow());
        if (string.IsNullOrWhiteSpace(reason))
            throw new ShardyFusionException(ErrorKind.ConfigValidation, "A freeze needs a reason.");
        if (expiresAt <= now)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"The freeze would have ended already, at {SnapshotTime.FormatField(expiresAt.Value)}.");
        var freeze = new PublishingFreeze(SecretRedactor.ForRecord(reason), LocalUser.Name, Environment.MachineName, now,
            expiresAt is { } end ? SnapshotTime.ToMicroseconds(end) : null, Released: false);
        await AnnotationCodec.PutAsync(store, AnnotationPaths.FreezeKey, freeze, PutCondition.Always, cancellationToken)
            .ConfigureAwait(false);
        return freeze;
    }

    /// <summary>The freeze that holds now; null when none does.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestParse"/>, or a failure of the store.</exception>
    public async Task<PublishingFreeze?> GetAsync(CancellationToken cancellationToken)
    {
        return await AnnotationCodec.LoadAsync<PublishingFreeze>(store, AnnotationPaths.FreezeKey, cancellationToken)
            .ConfigureAwait(false) is { } found && found.Annotation.IsActive(clock.GetUtcNow()) ? found.Annotation : null;
    }

    /// <summary>Lifts the freeze.</summary>
    /// <returns>The freeze that held; null when none did.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestParse"/>, <see cref="ErrorKind.PointerConflict"/> (someone
    /// wrote another freeze in this moment), or a failure of the store.</exception>
    public async Task<PublishingFreeze?> LiftAsync(CancellationToken cancellationToken)
    {
        if (await AnnotationCodec.LoadAsync<PublishingFreeze>(store, AnnotationPaths.FreezeKey, cancellationToken).ConfigureAwait(false)
            is not { } found || !found.Annotation.IsActive(clock.GetUtcNow())) return null;
        return await AnnotationCodec.PutAsync(store, AnnotationPaths.FreezeKey, found.Annotation with { Released = true },
            PutCondition.IfMatch(found.ETag), cancellationToken).ConfigureAwait(false) ? found.Annotation
            : throw new ShardyFusionException(ErrorKind.PointerConflict,
            $"'{store.Root}' was frozen again in the meantime; that freeze stays in effect.")
            {
                Target = store.Root,
                RecommendedAction = "Look at the freeze, then lift it if that is still what you want."
            };
    }
}
