using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Runs;
using ShardyFusion.Stores;

namespace ShardyFusion.Catalog;

/// <summary>What is said about the snapshots of a history beside their manifests: pointers, tags, blocks, events, folders of
/// shards.</summary>
sealed class HistoryAnnotations
{
    readonly Dictionary<string, int> offsets = new(StringComparer.Ordinal);
    readonly Dictionary<string, List<string>> pointers = new(StringComparer.Ordinal), tags = new(StringComparer.Ordinal);
    readonly HashSet<string> moved = new(StringComparer.Ordinal), shardFolders = new(StringComparer.Ordinal);
    readonly PassedOver passedOver;
    readonly ILookup<string, DateTimeOffset> starts;

    HistoryAnnotations(ManifestFolder? current, PassedOver passedOver, ILookup<string, DateTimeOffset> starts) =>
        (Current, this.passedOver, this.starts) = (current, passedOver, starts);

    /// <summary>What <c>_CURRENT</c> names; null when there is none or it is malformed.</summary>
    public ManifestFolder? Current { get; }

    /// <summary>Reads all that is needed for a history. An annotation that is malformed says nothing.</summary>
    public static async Task<HistoryAnnotations> ReadAsync(SnapshotCatalog catalog, IReadOnlyList<ManifestFolder> history,
        DateTimeOffset now, CancellationToken cancellationToken)
    {
        var store = catalog.Store;
        var seen = await catalog.ReadPointerAsync(cancellationToken).ConfigureAwait(false);
        var current = seen.Folder;
        var runs = history.Count == 0 ? [] : await ListRunsAsync(store, cancellationToken).ConfigureAwait(false);
        var annotations = new HistoryAnnotations(current, await PassedOver.ListAsync(store, cancellationToken).ConfigureAwait(false),
            runs.ToLookup(run => run.RunId, run => run.StartedAt, StringComparer.Ordinal));
        annotations.Count(history);
        if (history.Count == 0) return annotations;
        foreach (var pointerKey in await catalog.ListPointersAsync(cancellationToken).ConfigureAwait(false))
        {
            var pointer = pointerKey == SnapshotPaths.CurrentKey ? seen : await catalog.ReadPointerAsync(pointerKey, cancellationToken)
                .ConfigureAwait(false);
            if (pointer.Folder is { } folder) Add(annotations.pointers, folder.Name, SnapshotPaths.PointerName(pointerKey));
        }
        await foreach (var tag in LoadAsync<SnapshotTag>(catalog, AnnotationPaths.TagsPrefix, cancellationToken).ConfigureAwait(false))
            if (!tag.IsExpired(now) && FolderIn(tag.ManifestRef) is { } folder) Add(annotations.tags, folder, tag.Tag);
        // Whether a snapshot was ever published matters only for those that are newer than the current one.
        if (current is null || history[0].PublishedAt > current.Value.PublishedAt)
        {
            await foreach (var change in LoadAsync<PointerEvent>(catalog, AnnotationPaths.EventsPrefix, cancellationToken)
                .ConfigureAwait(false))
                if (change.Outcome == PointerOutcome.Moved && FolderIn(change.To) is { } folder) annotations.moved.Add(folder);
        }
        await foreach (var entry in store.ListAsync(SnapshotPaths.DefaultShardPrefix + "/", "/", cancellationToken).ConfigureAwait(false))
            annotations.shardFolders.Add(entry.Key);
        return annotations;
    }

    /// <summary>0 for the current one, 1, 2, … for older ones, -1, -2, … for newer ones; null for a blocked one, for an older one that was
    /// rolled back from, and when nothing is current. A current one that is not listed has its place all the same.</summary>
    public int? OffsetOf(ManifestFolder folder) => folder == Current ? 0 : offsets.TryGetValue(folder.Name, out var offset) ? offset : null;

    public IReadOnlyList<string> PointersTo(ManifestFolder folder) => pointers.TryGetValue(folder.Name, out var names) ? names : [];

    public IReadOnlyList<string> TagsOf(ManifestFolder folder) => tags.TryGetValue(folder.Name, out var names) ? names : [];

    public bool IsBlocked(ManifestFolder folder) => passedOver.Blocked.Contains(folder.Name);

    public bool IsRolledBack(ManifestFolder folder) => folder != Current && passedOver.RolledBack.Contains(folder.Name);

    public bool IsStaged(ManifestFolder folder) => folder != Current && !pointers.ContainsKey(folder.Name) && !moved.Contains(folder.Name)
        && (Current is not { } current || SnapshotCatalog.NewestFirst(folder, current) < 0);

    /// <summary>How long it took, from the names of the run records alone; a run that was resumed counts from the last start.</summary>
    public TimeSpan? DurationOf(Manifest manifest) =>
        starts[manifest.Required.RunId].Where(start => start <= manifest.Required.CreatedAt)
            .Select(start => (TimeSpan?)(manifest.Required.CreatedAt - start)).Min();

    public bool IsDataMissing(Manifest manifest) => manifest.Shards.Any(shard => shard.AttemptKey.Split('/') is [var first, var second, ..]
        && first == SnapshotPaths.DefaultShardPrefix && !shardFolders.Contains($"{first}/{second}/"));

    void Count(IReadOnlyList<ManifestFolder> history)
    {
        if (Current is not { } current) return;
        var older = 0;
        foreach (var folder in history.Where(folder => passedOver.WhyOf(folder) is null
            && SnapshotCatalog.NewestFirst(folder, current) > 0))
            offsets[folder.Name] = ++older;
        var newer = 0;
        foreach (var folder in history.Where(folder => !IsBlocked(folder) && SnapshotCatalog.NewestFirst(folder, current) < 0).Reverse())
            offsets[folder.Name] = --newer;
    }

    // How long a run took is not worth an error: who may read snapshots need not be allowed to read records.
    static async Task<IReadOnlyList<RunFolder>> ListRunsAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        try
        {
            return await new RunRegistry(store).ListAsync(null, cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException denied) when (denied.Kind == ErrorKind.StorageDenied)
        {
            return [];
        }
    }

    static async IAsyncEnumerable<T> LoadAsync<T>(SnapshotCatalog catalog, string prefix,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken) where T : Annotation
    {
        var keys = new List<string>();
        await foreach (var entry in catalog.Store.ListAsync(prefix, null, cancellationToken).ConfigureAwait(false)) keys.Add(entry.Key);
        await foreach (var annotation in ReadAhead.InOrderAsync(keys, TryLoadAsync, 8, cancellationToken).ConfigureAwait(false))
            if (annotation is not null) yield return annotation;

        async Task<T?> TryLoadAsync(string key, CancellationToken token)
        {
            try
            {
                return (await AnnotationCodec.LoadAsync<T>(catalog.Store, key, token).ConfigureAwait(false))?.Annotation;
            }
            catch (ShardyFusionException malformed) when (malformed.Kind == ErrorKind.ManifestParse)
            {
                return null;
            }
        }
    }

    static string? FolderIn(string manifestRef) => SnapshotPaths.TryGetManifestKey(manifestRef, out var key) ? key.Split('/')[1] : null;

    static void Add(Dictionary<string, List<string>> lists, string folder, string name)
    {
        if (!lists.TryGetValue(folder, out var names)) lists[folder] = names = [];
        names.Add(name);
    }
}
