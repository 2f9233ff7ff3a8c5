using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.Formats.Annotations;

/// <summary>Lists annotations by their keys, and deletes them.</summary>
static class AnnotationListing
{
    /// <summary>Deletes one.</summary>
    /// <returns>False when it is not there.</returns>
    public static async Task<bool> DeleteAsync(IObjectStore store, string key, CancellationToken cancellationToken)
    {
        if (await store.HeadAsync(key, cancellationToken).ConfigureAwait(false) is null) return false;
        var deleted = await store.DeleteAsync([key], cancellationToken).ConfigureAwait(false);
        if (deleted[0].Error is null) return true;
        throw new ShardyFusionException(ErrorKind.ManifestStore,
            $"'{SnapshotPaths.ToRef(store.Root, key)}' could not be deleted: {deleted[0].Error}")
        {
            Target = SnapshotPaths.ToRef(store.Root, key),
        };
    }

    /// <summary>The keys below a prefix, in their order.</summary>
    public static async Task<List<string>> KeysAsync(IObjectStore store, string prefix, CancellationToken cancellationToken)
    {
        var keys = new List<string>();
        await foreach (var entry in store.ListAsync(prefix, null, cancellationToken).ConfigureAwait(false))
            if (entry.Key.EndsWith(AnnotationPaths.Extension, StringComparison.Ordinal)) keys.Add(entry.Key);
        return keys;
    }
}
