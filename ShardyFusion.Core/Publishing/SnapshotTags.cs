using System.Runtime.CompilerServices;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.LocalFiles;
using ShardyFusion.Stores;

namespace ShardyFusion.Publishing;

/// <summary>The tags of a prefix.</summary>
sealed class SnapshotTags(StoreContext context)
{
    /// <summary>Tags loaded ahead of the consumer.</summary>
    const int ReadAheadCount = 8;

    readonly IObjectStore store = context.Store;
    readonly SnapshotCatalog catalog = context.Catalog;
    readonly TimeProvider clock = context.Clock;

    /// <summary>Gives a snapshot a name that protects it from cleanup and selects it everywhere.</summary>
    /// <param name="tag">The name: 1..128 of <c>A-Z a-z 0-9 . _ -</c>.</param>
    /// <param name="target">The snapshot; all its shards must be there.</param>
    /// <param name="expiresAt">After this time it no longer protects anything, and its name may be given again; null for never.</param>
    /// <param name="note">What for; kept without secrets, at most 300 characters. Null for none.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>The tag; the one that is there when it names the same snapshot already and has not expired.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.TagExists"/>, <see cref="ErrorKind.ConfigValidation"/> (the tag, or a
    /// time in the past), <see cref="ErrorKind.NoSnapshot"/>, <see cref="ErrorKind.SnapshotNotFound"/>,
    /// <see cref="ErrorKind.SnapshotIncomplete"/>, <see cref="ErrorKind.ManifestParse"/>, or a failure of the store.</exception>
    public async Task<SnapshotTag> AddAsync(string tag, SnapshotSelector target, DateTimeOffset? expiresAt, string? note,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        var tagKey = AnnotationPaths.TagKey(tag);
        var now = SnapshotTime.ToMicroseconds(clock.GetUtcNow());
        if (expiresAt <= now)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"The tag '{tag}' would have expired already, at {SnapshotTime.FormatField(expiresAt.Value)}.")
            {
                Target = tag,
            };
        var manifestKey = await catalog.ResolveAsync(target, null, cancellationToken).ConfigureAwait(false);
        var pin = await MoveRules.PinAsync(store, manifestKey, now, cancellationToken).ConfigureAwait(false);
        await using var release = pin.ConfigureAwait(false);
        var loaded = await catalog.LoadManifestAsync(manifestKey, cancellationToken).ConfigureAwait(false);
        await ShardPresence.RequireAllAsync(store, loaded, cancellationToken).ConfigureAwait(false);
        var wanted = new SnapshotTag(tag, loaded.Ref, loaded.Manifest.Required.RunId, now, expiresAt is { } end
            ? SnapshotTime.ToMicroseconds(end) : null,
            LocalUser.Name, Environment.MachineName, string.IsNullOrWhiteSpace(note) ? null : SecretRedactor.ForRecord(note));
        var seen = await AnnotationCodec.LoadAsync<SnapshotTag>(store, tagKey, cancellationToken).ConfigureAwait(false);
        if (seen is not { } taken || taken.Annotation.IsExpired(now))
        {
            var condition = seen is { } old ? PutCondition.IfMatch(old.ETag) : PutCondition.CreateOnly;
            if (await AnnotationCodec.PutAsync(store, tagKey, wanted, condition, cancellationToken).ConfigureAwait(false)) return wanted;
            seen = await AnnotationCodec.LoadAsync<SnapshotTag>(store, tagKey, cancellationToken).ConfigureAwait(false);
        }
        if (seen is { } there && !there.Annotation.IsExpired(now) && there.Annotation.ExpiresAt == wanted.ExpiresAt
            && SnapshotPaths.TryGetManifestKey(there.Annotation.ManifestRef, out var thereKey) && thereKey == manifestKey)
            return there.Annotation;
        var standing = seen is { Annotation: var other }
            ? $"already names run '{other.RunId}', since {SnapshotTime.FormatField(other.CreatedAt)}" : "was removed in the meantime";
        throw new ShardyFusionException(ErrorKind.TagExists, $"The tag '{tag}' {standing}.") { Target = tag };
    }

    /// <summary>Lists the tags by name, expired ones included.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestParse"/>: one is malformed; or a failure of the
    /// store.</exception>
    public async IAsyncEnumerable<SnapshotTag> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var keys = await AnnotationListing.KeysAsync(store, AnnotationPaths.TagsPrefix, cancellationToken).ConfigureAwait(false);
        await foreach (var found in ReadAhead.InOrderAsync(keys, (key, token) => AnnotationCodec.LoadAsync<SnapshotTag>(store, key, token),
            ReadAheadCount, cancellationToken).ConfigureAwait(false))
            if (found is { } there) yield return there.Annotation;
    }

    /// <summary>Takes a tag away. The snapshot stays; the next cleanup may delete it.</summary>
    /// <returns>False when there is no such tag.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>, or a failure of the store.</exception>
    public async Task<bool> RemoveAsync(string tag, CancellationToken cancellationToken)
    {
        return await AnnotationListing.DeleteAsync(store, AnnotationPaths.TagKey(tag), cancellationToken).ConfigureAwait(false);
    }
}
