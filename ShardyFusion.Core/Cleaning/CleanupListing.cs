using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Runs;
using ShardyFusion.Stores;

namespace ShardyFusion.Cleaning;

/// <summary>Lists a prefix for a cleanup.</summary>
/// <param name="store">The prefix.</param>
/// <param name="clock">The store's clock, as far as it is known.</param>
sealed class CleanupListing(IObjectStore store, TimeProvider clock)
{
    const int Ahead = 16;

    readonly SnapshotCatalog catalog = new(store);
    readonly List<string> unreadable = [];

    /// <summary>Lists everything. What protects is read after what may be deleted: whatever appears in between is seen, or too
    /// young.</summary>
    /// <param name="ownRemovals">Keys of the removal annotations of this very cleanup.</param>
    /// <param name="policy">Events of its grace are loaded.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public async Task<CleanupState> ReadAsync(IReadOnlySet<string> ownRemovals, CleanupPolicy policy, CancellationToken cancellationToken)
    {
        (store as IStoreMaintenance)?.ReadClock();
        var objects = await ListObjectsAsync(cancellationToken).ConfigureAwait(false);
        var uploads = await ListUploadsAsync(cancellationToken).ConfigureAwait(false);
        var passedOver = await PassedOver.ListAsync(store, cancellationToken).ConfigureAwait(false);
        var manifests = await LoadManifestsAsync(objects, cancellationToken).ConfigureAwait(false);
        var runs = await LoadRunsAsync(cancellationToken).ConfigureAwait(false);
        var buildLock = await ReadLockAsync(cancellationToken).ConfigureAwait(false);
        var now = clock.GetUtcNow();
        var removals = await LoadAnnotationsAsync<RemovalMark, ListedRemoval>(AnnotationPaths.RemovalsPrefix, null,
            (key, annotation) => new ListedRemoval(key,
                SnapshotPaths.TryGetManifestKey(annotation.TargetRef, out var manifestKey) ? manifestKey : KeyBelow(annotation.TargetRef),
                annotation.ExpiresAt, ownRemovals.Contains(key)), cancellationToken).ConfigureAwait(false);
        // Before tags and pointers: a mover takes its pin away after it has set them. After them the events, which it writes last.
        var pins = await LoadAnnotationsAsync<MovePin, ListedHold>(AnnotationPaths.PinsPrefix, null,
            (key, annotation) => new ListedHold(key, KeyOf(annotation.ManifestRef), annotation.ExpiresAt), cancellationToken)
            .ConfigureAwait(false);
        var tags = await LoadAnnotationsAsync<SnapshotTag, ListedHold>(AnnotationPaths.TagsPrefix, null,
            (key, annotation) => new ListedHold(key, KeyOf(annotation.ManifestRef), annotation.ExpiresAt), cancellationToken)
            .ConfigureAwait(false);
        var pointers = await ReadPointersAsync(cancellationToken).ConfigureAwait(false);
        var events = new List<ListedEvent>();
        var moves = await LoadAnnotationsAsync<PointerEvent, ListedMove>(AnnotationPaths.EventsPrefix, key =>
            {
                if (!AnnotationPaths.TryParseEvent(key, out var at)) return true;
                events.Add(new ListedEvent(key, at));
                return now - at < policy.Grace + policy.ClockSkew;
            },
            (_, annotation) => annotation.Outcome != PointerOutcome.Moved ? null
                : new ListedMove("_" + annotation.Pointer, annotation.From is null ? null : KeyOf(annotation.From), KeyOf(annotation.To),
                    annotation.At), cancellationToken).ConfigureAwait(false);
        return new CleanupState
        {
            Now = now,
            Manifests = manifests,
            Pointers = pointers,
            Holds = [.. tags, .. pins],
            Removals = removals,
            Blocked = passedOver.Blocked,
            RolledBack = passedOver.RolledBack,
            Moves = moves,
            Events = events,
            Runs = runs,
            Lock = buildLock,
            Objects = objects,
            Uploads = uploads,
            Unreadable = [.. unreadable],
        };
    }

    async Task<List<ListedObject>> ListObjectsAsync(CancellationToken cancellationToken)
    {
        var objects = new List<ListedObject>();
        foreach (var prefix in new[] { SnapshotPaths.DefaultShardPrefix + "/", SnapshotPaths.DefaultRunPrefix + "/",
            SnapshotPaths.ManifestsPrefix })
        {
            await foreach (var entry in store.ListAsync(prefix, null, cancellationToken).ConfigureAwait(false))
                objects.Add(new ListedObject(entry.Key, entry.SizeBytes, entry.LastModified));
        }
        return objects;
    }

    async Task<List<ListedUpload>> ListUploadsAsync(CancellationToken cancellationToken)
    {
        var uploads = new List<ListedUpload>();
        if (store is IStoreMaintenance maintenance)
            await foreach (var (key, startedAt) in maintenance.ListUploadsAsync(cancellationToken).ConfigureAwait(false))
                if (OwnKeys.IsOwn(key)) uploads.Add(new ListedUpload(key, startedAt));
        return uploads;
    }

    async Task<List<ListedPointer>> ReadPointersAsync(CancellationToken cancellationToken)
    {
        var pointers = new List<ListedPointer>();
        foreach (var pointerKey in await catalog.ListPointersAsync(cancellationToken).ConfigureAwait(false))
        {
            var seen = await catalog.ReadPointerAsync(pointerKey, cancellationToken).ConfigureAwait(false);
            if (seen.Problem is not null) unreadable.Add(pointerKey);
            else if (seen.Pointer is { } pointer) pointers.Add(new ListedPointer(pointerKey, pointer.ManifestKey, pointer.UpdatedAt));
        }
        return pointers;
    }

    async Task<List<ListedManifest>> LoadManifestsAsync(List<ListedObject> objects, CancellationToken cancellationToken)
    {
        var found = new List<(ManifestFolder Folder, long Bytes)>();
        foreach (var entry in objects)
        {
            if (SnapshotPaths.TryGetManifestKey(entry.Key, out var key) && key == entry.Key && SnapshotCatalog.FolderOf(key) is { } folder)
                found.Add((folder, entry.Bytes));
        }
        var loaded = new List<ListedManifest>();
        await foreach (var manifest in ReadAhead.InOrderAsync(found, LoadAsync, Ahead, cancellationToken).ConfigureAwait(false))
            if (manifest is not null) loaded.Add(manifest);
        return loaded;

        async Task<ListedManifest?> LoadAsync((ManifestFolder Folder, long Bytes) entry, CancellationToken token)
        {
            try
            {
                var manifest = (await catalog.LoadManifestAsync(entry.Folder.ManifestKey, token).ConfigureAwait(false)).Manifest;
                return new ListedManifest(entry.Folder, entry.Bytes, [.. manifest.Shards.Select(shard => shard.AttemptKey)]);
            }
            catch (ShardyFusionException malformed) when (malformed.Kind == ErrorKind.ManifestParse)
            {
                return new ListedManifest(entry.Folder, entry.Bytes, null);
            }
            catch (ShardyFusionException gone) when (gone.Kind == ErrorKind.SnapshotNotFound)
            {
                return null; // Another cleanup.
            }
        }
    }

    async Task<List<ListedRun>> LoadRunsAsync(CancellationToken cancellationToken)
    {
        var registry = new RunRegistry(store);
        var runs = new List<ListedRun>();
        await foreach (var run in ReadAhead.InOrderAsync(await registry.ListAsync(null, cancellationToken).ConfigureAwait(false), LoadAsync,
            Ahead, cancellationToken).ConfigureAwait(false))
            if (run is not null) runs.Add(run);
        return runs;

        async Task<ListedRun?> LoadAsync(RunFolder folder, CancellationToken token)
        {
            try
            {
                return await registry.LoadAsync(folder.RecordKey, token).ConfigureAwait(false) is { } found
                    ? new ListedRun(folder.RecordKey, folder.RunId, found.Record.Status == RunStatus.Running, found.Record.LeaseExpiresAt,
                    found.Record.UpdatedAt, found.ETag) : null;
            }
            catch (ShardyFusionException malformed) when (malformed.Kind == ErrorKind.ManifestParse)
            {
                return new ListedRun(folder.RecordKey, folder.RunId, true, null, null);
            }
        }
    }

    async Task<(string, DateTimeOffset, string)?> ReadLockAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await BuildLock.PeekAsync(store, cancellationToken).ConfigureAwait(false) is { State: { Released: false } state }
                ? (state.RunId, state.LeaseExpiresAt, state.Nonce) : null;
        }
        catch (ShardyFusionException malformed) when (malformed.Kind == ErrorKind.ManifestParse)
        {
            unreadable.Add(BuildLock.Key);
            return null;
        }
    }

    async Task<List<TListed>> LoadAnnotationsAsync<TAnnotation, TListed>(
        string prefix, Func<string, bool>? wanted, Func<string, TAnnotation, TListed?> map, CancellationToken cancellationToken)
        where TAnnotation : Annotation where TListed : class
    {
        var keys = new List<string>();
        await foreach (var entry in store.ListAsync(prefix, null, cancellationToken).ConfigureAwait(false))
            if (OwnKeys.IsOwn(entry.Key) && (wanted is null || wanted(entry.Key))) keys.Add(entry.Key);
        var annotations = new List<TListed>();
        await foreach (var annotation in ReadAhead.InOrderAsync(keys, LoadAsync, Ahead, cancellationToken).ConfigureAwait(false))
            if (annotation is not null) annotations.Add(annotation);
        return annotations;

        async Task<TListed?> LoadAsync(string key, CancellationToken token)
        {
            try
            {
                return await AnnotationCodec.LoadAsync<TAnnotation>(store, key, token).ConfigureAwait(false) is { } found
                    ? map(key, found.Annotation) : null;
            }
            catch (ShardyFusionException malformed) when (malformed.Kind == ErrorKind.ManifestParse)
            {
                lock (unreadable) unreadable.Add(key);
                return null;
            }
        }
    }

    /// <summary>A run's folder of shards.</summary>
    static string KeyBelow(string reference) =>
        reference[Math.Max(reference.LastIndexOf(SnapshotPaths.DefaultShardPrefix + "/run_id=", StringComparison.Ordinal), 0)..];

    static string KeyOf(string manifestRef) => SnapshotPaths.TryGetManifestKey(manifestRef, out var key) ? key
        : throw new ShardyFusionException(ErrorKind.ManifestParse, PointerCodec.NotAManifestRef(manifestRef)
        + ".")
        { Target = manifestRef };
}
