using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.LocalFiles;
using ShardyFusion.Stores;

namespace ShardyFusion.Catalog;

/// <summary>The blocks of a prefix: snapshots that are not to be used.</summary>
sealed class SnapshotBlocks(StoreContext context)
{
    readonly IObjectStore store = context.Store;
    readonly SnapshotCatalog catalog = context.Catalog;
    readonly TimeProvider clock = context.Clock;

    /// <summary>Says of a snapshot that it is not to be used: rollback, fallback and offsets pass over it. It stays readable by ref, run id
    /// and tag.</summary>
    /// <param name="target">The snapshot. The current one stays current.</param>
    /// <param name="reason">Why; kept without secrets, at most 300 characters.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>The block; the earlier one when it was blocked already.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> (no reason),
    /// <see cref="ErrorKind.SnapshotNotFound"/>, <see cref="ErrorKind.NoSnapshot"/>, or a failure of the store.</exception>
    public async Task<SnapshotBlock> AddAsync(SnapshotSelector target, string reason, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(reason))
            throw new ShardyFusionException(ErrorKind.ConfigValidation, "A block needs a reason.");
        var (key, runId) = await FindAsync(target, cancellationToken).ConfigureAwait(false);
        var block = new SnapshotBlock(SnapshotPaths.ToRef(store.Root, key), runId, SnapshotTime.ToMicroseconds(clock.GetUtcNow()),
            LocalUser.Name, Environment.MachineName, SecretRedactor.ForRecord(reason));
        return await AnnotationCodec.PutAsync(store, AnnotationPaths.BlockKey(key), block, PutCondition.CreateOnly, cancellationToken)
            .ConfigureAwait(false) ? block
            : (await AnnotationCodec.LoadAsync<SnapshotBlock>(store, AnnotationPaths.BlockKey(key), cancellationToken)
            .ConfigureAwait(false))?.Annotation ?? block;
    }

    /// <summary>Lifts a block.</summary>
    /// <returns>False when the snapshot was not blocked.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotNotFound"/>, <see cref="ErrorKind.NoSnapshot"/>,
    /// <see cref="ErrorKind.ConfigValidation"/>, or a failure of the store.</exception>
    public async Task<bool> RemoveAsync(SnapshotSelector target, CancellationToken cancellationToken)
    {
        var (key, _) = await FindAsync(target, cancellationToken).ConfigureAwait(false);
        return await AnnotationListing.DeleteAsync(store, AnnotationPaths.BlockKey(key), cancellationToken).ConfigureAwait(false);
    }

    // A manifest that is malformed can be marked, too; one that does not exist cannot.
    async Task<(string Key, string RunId)> FindAsync(SnapshotSelector target, CancellationToken cancellationToken)
    {
        var key = await catalog.ResolveAsync(target, null, cancellationToken).ConfigureAwait(false);
        if (await store.HeadAsync(key, cancellationToken).ConfigureAwait(false) is null)
            throw new ShardyFusionException(ErrorKind.SnapshotNotFound,
                $"The manifest '{SnapshotPaths.ToRef(store.Root, key)}' does not exist.")
            {
                Target = SnapshotPaths.ToRef(store.Root, key),
            };
        return (key, SnapshotCatalog.FolderOf(key)?.RunId
            ?? (await catalog.LoadManifestAsync(key, cancellationToken).ConfigureAwait(false)).Manifest.Required.RunId);
    }
}
