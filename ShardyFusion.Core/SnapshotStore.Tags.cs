using System.Runtime.CompilerServices;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Publishing;
using ShardyFusion.Stores;

namespace ShardyFusion;

public sealed partial class SnapshotStore
{
    /// <summary>Marks loaded ahead of the consumer.</summary>
    const int AnnotationReadAhead = 8;

    /// <summary>Gives a snapshot a name that protects it from cleanup and selects it everywhere.</summary>
    /// <param name="tag">The name: 1..128 of <c>A-Z a-z 0-9 . _ -</c>.</param>
    /// <param name="target">The snapshot; all its shards must be there.</param>
    /// <param name="expiresAt">After this time it protects nothing any more, and its name may be given again; null for never.</param>
    /// <param name="note">What for; kept without secrets, at most 300 characters. Null for none.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>The tag; the one that is there when it names the same snapshot already and has not expired.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.TagExists"/>, <see cref="ErrorKind.ConfigValidation"/> (the tag, or a
    /// time in the past), <see cref="ErrorKind.NoSnapshot"/>, <see cref="ErrorKind.SnapshotNotFound"/>,
    /// <see cref="ErrorKind.SnapshotIncomplete"/>, <see cref="ErrorKind.ManifestParse"/>, or a failure of the store.</exception>
    public async Task<SnapshotTag> AddTagAsync(string tag, SnapshotSelector target, DateTimeOffset? expiresAt, string? note,
        CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(target);
        var tagKey = AnnotationPaths.TagKey(tag);
        var now = SnapshotTime.ToMicroseconds(timeProvider.GetUtcNow());
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
            Environment.UserName, Environment.MachineName, string.IsNullOrWhiteSpace(note) ? null : SecretRedactor.ForRecord(note));
        var seen = await AnnotationCodec.LoadAsync<SnapshotTag>(store, tagKey, cancellationToken).ConfigureAwait(false);
        if (seen is not { } taken || taken.Mark.IsExpired(now))
        {
            var condition = seen is { } old ? PutCondition.IfMatch(old.ETag) : PutCondition.CreateOnly;
            if (await AnnotationCodec.PutAsync(store, tagKey, wanted, condition, cancellationToken).ConfigureAwait(false)) return wanted;
            seen = await AnnotationCodec.LoadAsync<SnapshotTag>(store, tagKey, cancellationToken).ConfigureAwait(false);
        }
        if (seen is { } there && !there.Mark.IsExpired(now) && there.Mark.ExpiresAt == wanted.ExpiresAt
            && SnapshotPaths.TryGetManifestKey(there.Mark.ManifestRef, out var thereKey) && thereKey == manifestKey) return there.Mark;
        throw new ShardyFusionException(ErrorKind.TagExists,
            $"The tag '{tag}' {(seen is { } other ? $"names run '{other.Mark.RunId}' already, since {SnapshotTime.FormatField(other.Mark.CreatedAt)}" : "was taken away in this moment")}.")
        {
            Target = tag,
        };
    }

    /// <summary>Lists the tags by name, expired ones included.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestParse"/>: one is malformed; or a failure of the
    /// store.</exception>
    public async IAsyncEnumerable<SnapshotTag> GetTagsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        var keys = await ListAnnotationsAsync(AnnotationPaths.TagsPrefix, cancellationToken).ConfigureAwait(false);
        await foreach (var found in ReadAhead.InOrderAsync(keys, (key, token) => AnnotationCodec.LoadAsync<SnapshotTag>(store, key, token),
            AnnotationReadAhead, cancellationToken).ConfigureAwait(false))
            if (found is { } there) yield return there.Mark;
    }

    /// <summary>Takes a tag away. The snapshot stays; the next cleanup may delete it.</summary>
    /// <returns>False when there is no such tag.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>, or a failure of the store.</exception>
    public async Task<bool> RemoveTagAsync(string tag, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        return await DeleteAnnotationAsync(AnnotationPaths.TagKey(tag), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says of a snapshot that it is not to be used: rollback, fallback and offsets pass over it. It stays readable by ref, run id
    /// and tag.</summary>
    /// <param name="target">The snapshot. The current one stays current.</param>
    /// <param name="reason">Why; kept without secrets, at most 300 characters.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>The block; the earlier one when it was blocked already.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> (no reason),
    /// <see cref="ErrorKind.SnapshotNotFound"/>, <see cref="ErrorKind.NoSnapshot"/>, or a failure of the store.</exception>
    public async Task<SnapshotBlock> BlockAsync(SnapshotSelector target, string reason, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        if (string.IsNullOrWhiteSpace(reason))
            throw new ShardyFusionException(ErrorKind.ConfigValidation, "A block needs a reason.");
        var (key, runId) = await FindAsync(target, cancellationToken).ConfigureAwait(false);
        var block = new SnapshotBlock(SnapshotPaths.ToRef(store.Root, key), runId, SnapshotTime.ToMicroseconds(timeProvider.GetUtcNow()),
            Environment.UserName, Environment.MachineName, SecretRedactor.ForRecord(reason));
        return await AnnotationCodec.PutAsync(store, AnnotationPaths.BlockKey(key), block, PutCondition.CreateOnly, cancellationToken)
            .ConfigureAwait(false) ? block
            : (await AnnotationCodec.LoadAsync<SnapshotBlock>(store, AnnotationPaths.BlockKey(key), cancellationToken)
            .ConfigureAwait(false))?.Mark ?? block;
    }

    /// <summary>Lifts a block.</summary>
    /// <returns>False when the snapshot was not blocked.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotNotFound"/>, <see cref="ErrorKind.NoSnapshot"/>,
    /// <see cref="ErrorKind.ConfigValidation"/>, or a failure of the store.</exception>
    public async Task<bool> UnblockAsync(SnapshotSelector target, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        return await DeleteAnnotationAsync(AnnotationPaths.BlockKey((await FindAsync(target, cancellationToken).ConfigureAwait(false)).Key),
            cancellationToken).ConfigureAwait(false);
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

    async Task<bool> DeleteAnnotationAsync(string key, CancellationToken cancellationToken)
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

    async Task<List<string>> ListAnnotationsAsync(string prefix, CancellationToken cancellationToken)
    {
        var keys = new List<string>();
        await foreach (var entry in store.ListAsync(prefix, null, cancellationToken).ConfigureAwait(false))
            if (entry.Key.EndsWith(AnnotationPaths.Extension, StringComparison.Ordinal)) keys.Add(entry.Key);
        return keys;
    }
}
