using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Formats.Yaml;
using ShardyFusion.Runs;

namespace ShardyFusion.Catalog;

sealed partial class SnapshotCatalog
{
    /// <summary>Describes one snapshot.</summary>
    /// <param name="selector">Which one.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.NoSnapshot"/>, <see cref="ErrorKind.SnapshotNotFound"/>,
    /// <see cref="ErrorKind.ManifestParse"/>, <see cref="ErrorKind.ConfigValidation"/> (a selector that names two things), or a failure of
    /// the store.</exception>
    public async Task<SnapshotInfo> DescribeAsync(SnapshotSelector selector, CancellationToken cancellationToken)
    {
        var loaded = await LoadAsync(selector, cancellationToken).ConfigureAwait(false);
        return loaded.Manifest.ToInfo(loaded.Ref, store.Root);
    }

    /// <summary>Loads the manifest that a selector names; a followed pointer is read anew.</summary>
    public async Task<LoadedManifest> LoadAsync(SnapshotSelector selector, CancellationToken cancellationToken)
    {
        if (selector.FollowedPointer is { } pointerKey)
            return await LoadManifestAsync(await RequirePointerAsync(pointerKey, cancellationToken).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
        var key = await ResolveAsync(selector, null, cancellationToken).ConfigureAwait(false);
        return await LoadManifestAsync(key, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The key of the manifest that a selector names. Loads no manifest: the object may be malformed or, for a ref,
    /// absent.</summary>
    /// <param name="selector">Ref: no request. Run id: a listing. Offset: the current pointer, and unless it is 0 listings of the history
    /// and of what it passes over: blocked ones, and those that were rolled back from. Tag: that tag. Pointer: that pointer. None: the
    /// current one.</param>
    /// <param name="pointer"><c>_CURRENT</c> when the caller has read it; null to read it when it is needed.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the selector names more than one, or a ref of
    /// another form; <see cref="ErrorKind.NoSnapshot"/>: the current one is needed and there is none;
    /// <see cref="ErrorKind.SnapshotNotFound"/>; <see cref="ErrorKind.ManifestParse"/>: the pointer is needed and malformed.</exception>
    public async Task<string> ResolveAsync(SnapshotSelector selector, SeenPointer? pointer, CancellationToken cancellationToken)
    {
        Validate(selector);
        if (selector.Ref is { } reference)
        {
            return SnapshotPaths.TryGetManifestKey(reference, out var key) ? key
                : throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"'{reference}' is not a manifest ref; a ref ends with 'manifests/<name>/manifest'.")
                { Target = reference };
        }
        if (selector.RunId is { } runId)
            return FindRun(await ListAsync(cancellationToken).ConfigureAwait(false), runId).ManifestKey;

        if (selector.Pointer is { } name && SnapshotPaths.PointerKey(name) is var pointerKey && pointerKey != SnapshotPaths.CurrentKey)
            return (await RequirePointerAsync(pointerKey, cancellationToken).ConfigureAwait(false)).ManifestKey!;
        if (selector.Tag is { } tag)
            return await ResolveTagAsync(tag, cancellationToken).ConfigureAwait(false);
        pointer = await RequireAsync(pointer ?? await ReadPointerAsync(cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);
        if (selector.Offset is not { } offset || offset == 0)
            return pointer.ManifestKey!;
        var history = await ListAsync(cancellationToken).ConfigureAwait(false);
        var passedOver = await PassedOver.ListAsync(store, cancellationToken).ConfigureAwait(false);
        return offset < 0 ? NewerBy(-offset, [.. history.Where(folder => !passedOver.Blocked.Contains(folder.Name))], pointer).ManifestKey
            : AtOffset([.. history.Where(folder => passedOver.WhyOf(folder) is null)], pointer, offset).ManifestKey;
    }

    async Task<string> ResolveTagAsync(string tag, CancellationToken cancellationToken)
    {
        var key = AnnotationPaths.TagKey(tag);
        var found = await AnnotationCodec.LoadAsync<SnapshotTag>(store, key, cancellationToken).ConfigureAwait(false)
            ?? throw new ShardyFusionException(ErrorKind.SnapshotNotFound, $"'{store.Root}' has no tag '{tag}'.")
            {
                Target = tag,
                RecommendedAction = "List the tags to see which there are.",
            };
        return SnapshotPaths.TryGetManifestKey(found.Annotation.ManifestRef, out var manifestKey) ? manifestKey
            : throw new DocumentFaults("tag", SnapshotPaths.ToRef(store.Root, key))
            .At("manifest_ref", PointerCodec.NotAManifestRef(found.Annotation.ManifestRef));
    }

    /// <summary>Checks that a selector names at most one thing.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>.</exception>
    public static void Validate(SnapshotSelector selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        var given = (selector.Ref is null ? 0 : 1) + (selector.RunId is null ? 0 : 1) + (selector.Offset is null ? 0 : 1)
            + (selector.Pointer is null ? 0 : 1)
            + (selector.Tag is null ? 0 : 1);
        if (given > 1)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                "Ref, RunId, Offset, Tag and Pointer cannot be combined: name a snapshot by one of them.");
        if (selector.Pointer is not null)
            SnapshotPaths.PointerKey(selector.Pointer);
    }

    /// <summary>The history's name in a manifest's key; null when it has another form.</summary>
    public static ManifestFolder? FolderOf(string? manifestKey) =>
        manifestKey is not null
        && SnapshotPaths.TryParseManifestFolder(
        manifestKey.AsSpan()[SnapshotPaths.ManifestsPrefix.Length..^(SnapshotPaths.ManifestName.Length + 1)], out var folder)
            ? folder : null;

    /// <summary>Index of the newest snapshot published before <paramref name="current"/>, whether that one is listed or not.</summary>
    /// <returns>-1 when <paramref name="current"/> has no place in the history; the history's length when nothing is older.</returns>
    public static int FirstOlder(IReadOnlyList<ManifestFolder> history, ManifestFolder? current)
    {
        if (current is not { } pivot)
            return -1;
        var index = 0;
        while (index < history.Count && NewestFirst(history[index], pivot) <= 0)
            index++;
        return index;
    }

    ManifestFolder FindRun(IReadOnlyList<ManifestFolder> history, string runId)
    {
        foreach (var folder in history)
        {
            if (string.Equals(folder.RunId, runId, StringComparison.Ordinal))
                return folder;
        }
        if (RunIdPrefix.Find(history.Select(folder => folder.RunId), runId, store.Root) is { } whole)
            return history.First(folder => folder.RunId == whole);
        throw new ShardyFusionException(ErrorKind.SnapshotNotFound,
            $"'{store.Root}' has no snapshot of run '{runId}'; its history holds {Count(history.Count)}.")
        { Target = runId };
    }

    /// <summary>The snapshot that many steps newer than the current one, as the history counts them.</summary>
    static ManifestFolder NewerBy(int steps, IReadOnlyList<ManifestFolder> history, SeenPointer pointer)
    {
        var newer = pointer.Folder is { } current ? history.Where(folder => NewestFirst(folder, current) < 0).ToArray() : [];
        return steps <= newer.Length ? newer[^steps]
            : throw new ShardyFusionException(ErrorKind.SnapshotNotFound,
                $"Offset -{steps} reaches past the newest snapshot: the history holds {Count(newer.Length)} after the current one, "
                    + $"run '{pointer.Pointer!.RunId}'.")
            { Target = -steps };
    }

    static ManifestFolder AtOffset(IReadOnlyList<ManifestFolder> history, SeenPointer pointer, int offset)
    {
        var older = FirstOlder(history, pointer.Folder);
        if (older < 0)
            throw new ShardyFusionException(ErrorKind.SnapshotNotFound,
                $"Offset {offset} cannot be counted: the current ref '{pointer.Pointer!.ManifestRef}' has no place in the history.")
            { Target = offset };
        var available = history.Count - older;
        if (offset > available)
            throw new ShardyFusionException(ErrorKind.SnapshotNotFound,
                $"Offset {offset} reaches past the oldest snapshot: the history holds {Count(available)} before the current one, "
                    + $"run '{pointer.Folder!.Value.RunId}'.")
            { Target = offset };
        return history[older + offset - 1];
    }

    static string Count(int snapshots) => snapshots == 1 ? "1 snapshot" : $"{snapshots} snapshots";
}
