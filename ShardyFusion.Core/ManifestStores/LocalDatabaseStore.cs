using ShardyFusion.Stores;

namespace ShardyFusion.ManifestStores;

/// <summary>A folder whose manifests are rows of a database.</summary>
sealed class LocalDatabaseStore(IObjectStore folder, TableManifests manifests) : DatabaseStore(folder, manifests), IConditionalDelete
{
    /// <inheritdoc/>
    public Task<bool> DeleteIfMatchAsync(string key, string etag, CancellationToken cancellationToken) =>
        ((IConditionalDelete)Objects).DeleteIfMatchAsync(key, etag, cancellationToken);
}
