using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Yaml;
using ShardyFusion.ManifestStores;
using ShardyFusion.Stores;

namespace ShardyFusion.Catalog;

/// <summary>The pointer, the history and the manifests of one prefix, as the store has them right now. Reads only; nothing is
/// cached.</summary>
/// <remarks>Safe for concurrent callers. Store failures pass through unchanged.</remarks>
sealed partial class SnapshotCatalog(IObjectStore store)
{
    /// <summary>The store it reads.</summary>
    public IObjectStore Store => store;

    /// <summary>Reads <c>_CURRENT</c>.</summary>
    /// <inheritdoc cref="ReadPointerAsync(string, CancellationToken)"/>
    public Task<SeenPointer> ReadPointerAsync(CancellationToken cancellationToken) =>
        ReadPointerAsync(SnapshotPaths.CurrentKey, cancellationToken);

    /// <summary>Reads a pointer. One GET. A malformed pointer is no exception here: see <see cref="SeenPointer.Problem"/>.</summary>
    /// <param name="pointerKey">Its key, <see cref="SnapshotPaths.PointerKey"/>.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public async Task<SeenPointer> ReadPointerAsync(string pointerKey, CancellationToken cancellationToken)
    {
        string? etag = null;
        try
        {
            var stored = await store.GetUnverifiedAsync(pointerKey, PointerCodec.MaxBytes, cancellationToken).ConfigureAwait(false);
            if (stored is null)
                return SeenPointer.None(pointerKey);
            etag = stored.ETag;
            return new SeenPointer(pointerKey, etag, PointerCodec.Read(stored.Content.Span, SnapshotPaths.ToRef(store.Root, pointerKey)),
                null);
        }
        catch (ShardyFusionException malformed) when (malformed.Kind == ErrorKind.ManifestParse)
        {
            // An oversized object was refused before its version was known, and a repair has to name that version.
            etag ??= (await store.HeadAsync(pointerKey, cancellationToken).ConfigureAwait(false))?.ETag;
            return etag is null ? SeenPointer.None(pointerKey) : new SeenPointer(pointerKey, etag, null, malformed);
        }
    }

    /// <summary>Keys of all pointers there are. Lists names only.</summary>
    public async Task<IReadOnlyList<string>> ListPointersAsync(CancellationToken cancellationToken)
    {
        var keys = new List<string>();
        await foreach (var entry in store.ListAsync("_", "/", cancellationToken).ConfigureAwait(false))
            if (!entry.IsPrefix && SnapshotPaths.IsValidPointerName(SnapshotPaths.PointerName(entry.Key))) keys.Add(entry.Key);
        return keys;
    }

    /// <summary>Reads <c>_CURRENT</c> where it is needed.</summary>
    /// <inheritdoc cref="RequirePointerAsync(string, CancellationToken)"/>
    public Task<SeenPointer> RequirePointerAsync(CancellationToken cancellationToken) =>
        RequirePointerAsync(SnapshotPaths.CurrentKey, cancellationToken);

    /// <summary>Reads a pointer where one is needed.</summary>
    /// <param name="pointerKey">Its key, <see cref="SnapshotPaths.PointerKey"/>.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.NoSnapshot"/>: there is no <c>_CURRENT</c>;
    /// <see cref="ErrorKind.SnapshotNotFound"/>: there is no other pointer of that name; <see cref="ErrorKind.ManifestParse"/>: it is
    /// malformed.</exception>
    public async Task<SeenPointer> RequirePointerAsync(string pointerKey, CancellationToken cancellationToken) =>
        await RequireAsync(await ReadPointerAsync(pointerKey, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);

    async Task<SeenPointer> RequireAsync(SeenPointer seen, CancellationToken cancellationToken)
    {
        if (seen.Problem is not null)
            throw seen.Problem;
        if (seen.Exists)
            return seen;
        throw seen.Key == SnapshotPaths.CurrentKey
            ? await NoSnapshotAsync(cancellationToken).ConfigureAwait(false)
            : new ShardyFusionException(ErrorKind.SnapshotNotFound, $"'{store.Root}' has no pointer '{seen.Key}'.")
            {
                Target = SnapshotPaths.PointerName(seen.Key),
                RecommendedAction = "Publish a snapshot to that pointer first, or check its name.",
            };
    }

    async Task<ShardyFusionException> NoSnapshotAsync(CancellationToken cancellationToken)
    {
        var hint = await ManifestStoreMark.HintAsync(store, cancellationToken).ConfigureAwait(false);
        return new ShardyFusionException(ErrorKind.NoSnapshot,
            $"'{store.Root}' has no published snapshot{(hint is null ? " yet." : $" here: {hint.Value.Why}.")}")
        {
            Target = store.Root,
            RecommendedAction = hint?.Advice!,
        };
    }

    /// <summary>Loads the manifest that a pointer names, and no other that may lie in its place. One GET.</summary>
    /// <inheritdoc cref="LoadManifestAsync(string, CancellationToken)"/>
    public async Task<LoadedManifest> LoadManifestAsync(SeenPointer pointer, CancellationToken cancellationToken)
    {
        var loaded = await LoadManifestAsync(pointer.ManifestKey!, cancellationToken).ConfigureAwait(false);
        return pointer.Pointer!.ManifestCheck is not { } expected || expected == loaded.Check ? loaded
            : throw new DocumentFaults("manifest", loaded.Ref)
            .At("", $"it is not the one that '{pointer.Key}' was set to: its checksum is {loaded.Check}, the pointer says {expected}");
    }

    /// <summary>Loads a manifest. One GET.</summary>
    /// <param name="key">Its key, <c>manifests/&lt;name&gt;/manifest</c>.</param>
    /// <param name="cancellationToken">Cancels the load.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotNotFound"/>: there is no such object;
    /// <see cref="ErrorKind.ManifestParse"/>: it is malformed.</exception>
    public async Task<LoadedManifest> LoadManifestAsync(string key, CancellationToken cancellationToken)
    {
        var reference = SnapshotPaths.ToRef(store.Root, key);
        var stored = await store.GetAsync(key, ManifestCodec.MaxBytes, cancellationToken).ConfigureAwait(false)
            ?? throw new ShardyFusionException(ErrorKind.SnapshotNotFound, $"The manifest '{reference}' does not exist.")
            {
                Target = reference,
            };
        return new LoadedManifest(key, reference, ManifestCodec.ReadStored(stored.Content.Span, reference, out var check), check);
    }

    /// <summary>The history's names, newest first. Lists names only, all pages of them; loads no manifest.</summary>
    /// <remarks>Manifests are listed and not their folders: some stores go on listing a folder after its last object went, and it is as
    /// many entries.</remarks>
    public async Task<IReadOnlyList<ManifestFolder>> ListAsync(CancellationToken cancellationToken)
    {
        var folders = new List<ManifestFolder>();
        await foreach (var entry in store.ListAsync(SnapshotPaths.ManifestsPrefix, null, cancellationToken).ConfigureAwait(false))
        {
            if (SnapshotPaths.TryGetManifestKey(entry.Key, out var key) && key == entry.Key && FolderOf(key) is { } folder)
                folders.Add(folder);
        }
        folders.Sort(NewestFirst);
        return folders;
    }

    /// <summary>Orders names by time, the newer first; equal times by name, so that everybody sees one order.</summary>
    public static int NewestFirst(ManifestFolder left, ManifestFolder right)
    {
        var byTime = right.PublishedAt.CompareTo(left.PublishedAt);
        return byTime != 0 ? byTime : string.CompareOrdinal(right.Name, left.Name);
    }
}

/// <summary>A pointer as it was found.</summary>
/// <param name="Key">Where: <c>_CURRENT</c>, or <c>_&lt;NAME&gt;</c>.</param>
/// <param name="ETag">Its version for a conditional write; null when there is no pointer.</param>
/// <param name="Pointer">Its content; null when there is none or it is malformed.</param>
/// <param name="Problem">Why it is malformed; null otherwise.</param>
sealed record SeenPointer(string Key, string? ETag, CurrentPointer? Pointer, ShardyFusionException? Problem)
{
    /// <summary>No pointer.</summary>
    public static SeenPointer None(string pointerKey) => new(pointerKey, null, null, null);

    /// <summary>True when the object is there, readable or not.</summary>
    public bool Exists => ETag is not null;

    /// <summary>Key of the manifest that it names; null when there is none or it is malformed.</summary>
    public string? ManifestKey => Pointer?.ManifestKey;

    /// <summary>The history's name of the manifest that it names; null when that has no such name.</summary>
    public ManifestFolder? Folder => SnapshotCatalog.FolderOf(ManifestKey);
}

/// <summary>A manifest and where it was found.</summary>
/// <param name="Key">Relative key.</param>
/// <param name="Ref">Absolute ref, below the store's root.</param>
/// <param name="Manifest">Its content, valid.</param>
/// <param name="Check">What its bytes are, for <see cref="CurrentPointer.ManifestCheck"/>.</param>
sealed record LoadedManifest(string Key, string Ref, Manifest Manifest, string? Check)
{
    /// <summary>What a pointer says that is moved to it now.</summary>
    /// <param name="clock">Tells the time.</param>
    /// <param name="seen">The pointer before.</param>
    public CurrentPointer ToPointer(TimeProvider clock, SeenPointer seen) =>
        new()
        {
            ManifestRef = Ref,
            RunId = Manifest.Required.RunId,
            ManifestCheck = Check,
            ManifestContentType = ManifestCodec.ContentTypeOf(Manifest),
            UpdatedAt = SnapshotTime.After(clock, seen.Pointer?.UpdatedAt),
        };
}
