using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Stores;

namespace ShardyFusion.Catalog;

/// <summary>What was done to the pointers of a prefix.</summary>
sealed class PointerEvents(StoreContext context)
{
    /// <summary>Events loaded ahead of the consumer.</summary>
    const int ReadAheadCount = 8;

    readonly IObjectStore store = context.Store;
    readonly SnapshotCatalog catalog = context.Catalog;

    /// <summary>Lists what was done to the pointers, newest first.</summary>
    /// <param name="first">How many at most, at least 1; null for all. Only these are loaded.</param>
    /// <param name="pointer">Only changes of this pointer; null for all.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>, <see cref="ErrorKind.ManifestParse"/> (one is
    /// malformed), or a failure of the store.</exception>
    public async IAsyncEnumerable<PointerEvent> ListAsync(int? first, string? pointer,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (first < 1)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"First is {first}; it must be at least 1.");
        if (pointer is not null) SnapshotPaths.PointerKey(pointer);
        var keys = await AnnotationListing.KeysAsync(store, AnnotationPaths.EventsPrefix, cancellationToken).ConfigureAwait(false);
        keys.RemoveAll(static key => !AnnotationPaths.TryParseEvent(key, out _));
        keys.Reverse();
        var shown = 0;
        await foreach (var found in LoadAsync(keys, cancellationToken).ConfigureAwait(false))
        {
            if (pointer is not null && found.Pointer != pointer) continue;
            yield return found;
            if (++shown == first) yield break;
        }
    }

    /// <summary>Key of the manifest that <c>_CURRENT</c> named at a time.</summary>
    public async Task<string> FindCurrentAtAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        var seen = await catalog.RequirePointerAsync(cancellationToken).ConfigureAwait(false);
        if (seen.Pointer!.UpdatedAt <= at) return seen.ManifestKey!;
        var keys = await AnnotationListing.KeysAsync(store, AnnotationPaths.EventsPrefix, cancellationToken).ConfigureAwait(false);
        keys.RemoveAll(key => !AnnotationPaths.TryParseEvent(key, out var changedAt) || changedAt <= at);
        // The first change after that time says what it took the pointer away from.
        await foreach (var found in LoadAsync(keys, cancellationToken).ConfigureAwait(false))
        {
            if (found.Outcome != PointerOutcome.Moved || found.Pointer != SnapshotPaths.CurrentPointerName) continue;
            // A publish counts from the time that the history shows, a moment before the pointer moves.
            if (found.Kind == PointerChange.Publish && SnapshotPaths.TryGetManifestKey(found.To, out var published)
                && SnapshotCatalog.FolderOf(published)?.PublishedAt <= at) return published;
            return SnapshotPaths.TryGetManifestKey(found.From, out var from) ? from : throw NotCurrentAt(at, "no snapshot was current");
        }
        throw NotCurrentAt(at, "no event tells what was current");
    }

    public ShardyFusionException NotCurrentAt(DateTimeOffset at, string why) =>
        new(ErrorKind.SnapshotNotFound, $"At {SnapshotTime.FormatField(at.ToUniversalTime())} {why} at '{store.Root}'.")
        {
            Target = at,
            RecommendedAction = "List the history before that time, and the events.",
        };

    public async IAsyncEnumerable<PointerEvent> LoadAsync(List<string> keys, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var found in ReadAhead.InOrderAsync(keys, (key, token) => AnnotationCodec.LoadAsync<PointerEvent>(store, key, token),
            ReadAheadCount, cancellationToken).ConfigureAwait(false))
            if (found is { } there) yield return there.Annotation;
    }
}
