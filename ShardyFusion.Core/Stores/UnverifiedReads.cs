using ShardyFusion.Errors;

namespace ShardyFusion.Stores;

/// <summary>An object that came several times alike, with a version that cannot be its own: the store is wrong about it, not the way to
/// here.</summary>
sealed class UnverifiedObjectException(ErrorKind kind, string message, StoredObject found, Exception cause)
    : ShardyFusionException(kind, message, cause)
{
    /// <summary>The object as it came. Whoever can check it by its content may use it.</summary>
    public StoredObject Found => found;
}

/// <summary>Reads of objects that are checked by their content afterwards.</summary>
static class UnverifiedReads
{
    /// <summary>As <see cref="IObjectStore.GetAsync"/>, but passes an object whose version stays wrong: else nobody could replace it any
    /// more.</summary>
    /// <returns>The object, with the version by which the store is most likely to know it; empty when it names none.</returns>
    public static async Task<StoredObject?> GetUnverifiedAsync(this IObjectStore store, string key, long maxBytes,
        CancellationToken cancellationToken)
    {
        try
        {
            return await store.GetAsync(key, maxBytes, cancellationToken).ConfigureAwait(false);
        }
        catch (UnverifiedObjectException doubtful)
        {
            var found = doubtful.Found;
            var etag = (await store.HeadAsync(key, cancellationToken).ConfigureAwait(false))?.ETag ?? "";
            // Two answers of one store; the one that fits the content wins, and one that says something over one that says nothing.
            return etag.Length > 0 && (found.ETag.Trim('"').Length == 0 || S3.S3ETag.Fits(etag, found.Content.Span))
                ? found with { ETag = etag } : found;
        }
    }
}
