using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Stores;

namespace ShardyFusion.Catalog;

/// <summary>Whether a prefix can be reached, and whether it has something to read.</summary>
sealed class PrefixAccess(StoreContext context)
{
    readonly IObjectStore store = context.Store;

    /// <summary>Sends one request that needs read access, so that a wrong address or credential shows now and not later.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StorageDenied"/>, <see cref="ErrorKind.StorageNotFound"/> (no such
    /// bucket), <see cref="ErrorKind.StorageTransient"/>. A folder that does not exist yet is no failure.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Not its head, whose refusal has no body that could tell a bucket that is missing from a pointer that is.
            await context.Catalog.ReadPointerAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException e) when (e.Kind == ErrorKind.StorageNotFound && store.Capabilities.IsLocal)
        {
            // The first publish creates it.
        }
    }

    /// <summary>Tells whether the pointer that a build would move exists, so that there is a snapshot to read.</summary>
    /// <param name="pointer">Its name; null for the one that readers follow.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>True also for a pointer that cannot be read: it is not for a build to replace it.</returns>
    /// <exception cref="ShardyFusionException">A failure of the store. A folder that does not exist yet is none.</exception>
    public async Task<bool> HasSnapshotAsync(string? pointer, CancellationToken cancellationToken)
    {
        try
        {
            var seen = await context.Catalog.ReadPointerAsync(SnapshotPaths.PointerKey(pointer), cancellationToken).ConfigureAwait(false);
            return seen.Exists;
        }
        catch (ShardyFusionException e) when (e.Kind == ErrorKind.StorageNotFound && store.Capabilities.IsLocal)
        {
            return false;
        }
    }
}
