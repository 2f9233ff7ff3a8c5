using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Stores;

namespace ShardyFusion.ManifestStores;

/// <summary>A prefix whose published manifests and current pointer are rows of a database, and everything else objects.</summary>
/// <param name="objects">The object store beneath.</param>
/// <param name="manifests">The rows.</param>
abstract class DatabaseStore(IObjectStore objects, TableManifests manifests) : IObjectStore, IStoreMaintenance
{
    /// <inheritdoc/>
    public string Root => objects.Root;

    /// <inheritdoc/>
    public string Description => $"{objects.Description}, manifests in {manifests.Description}";

    /// <inheritdoc/>
    public StoreCapabilities Capabilities => objects.Capabilities;

    /// <inheritdoc/>
    public TimeProvider Clock => objects.Clock;

    /// <inheritdoc/>
    public StoreCounters Counters => objects.Counters;

    /// <inheritdoc/>
    public IObjectStore Objects => objects;

    /// <summary>The rows.</summary>
    public TableManifests Manifests => manifests;

    /// <inheritdoc/>
    public async Task<StoredObject?> GetAsync(string key, long maxBytes, CancellationToken cancellationToken)
    {
        if (key == SnapshotPaths.CurrentKey)
            return (await manifests.ReadPointerAsync(cancellationToken).ConfigureAwait(false))?.ToObject();
        return (TableManifests.FolderOf(key) is { } folder
                ? await manifests.LoadAsync(folder, maxBytes, cancellationToken).ConfigureAwait(false) : null)
            ?? await objects.GetAsync(key, maxBytes, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<int> GetRangeAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        objects.GetRangeAsync(key, offset, destination, cancellationToken);

    /// <inheritdoc/>
    public Task<ObjectTail> GetTailAsync(string key, int length, CancellationToken cancellationToken) =>
        objects.GetTailAsync(key, length, cancellationToken);

    /// <inheritdoc/>
    public async Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) =>
        key != SnapshotPaths.CurrentKey && TableManifests.FolderOf(key) is null
            ? await objects.HeadAsync(key, cancellationToken).ConfigureAwait(false)
            : await GetAsync(key, ManifestCodec.MaxBytes, cancellationToken).ConfigureAwait(false) is { } found
            ? new ObjectInfo(key, found.Content.Length, found.ETag, found.LastModified) : null;

    /// <inheritdoc/>
    public async Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> content, PutOptions options,
        CancellationToken cancellationToken)
    {
        if (key != SnapshotPaths.CurrentKey)
            return await objects.PutAsync(key, content, options, cancellationToken).ConfigureAwait(false);
        await PrepareAsync(forManifests: false, cancellationToken).ConfigureAwait(false);
        return await manifests.MoveAsync(content, options.Condition, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<IObjectUpload> OpenUploadAsync(string key, PutOptions options, CancellationToken cancellationToken) =>
        objects.OpenUploadAsync(key, options, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListEntry> ListAsync(string prefix, string? delimiter,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rows = new SortedDictionary<string, ListEntry>(StringComparer.Ordinal);
        await foreach (var row in ListRowsAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            var fold = delimiter is null ? -1 : row.Key.IndexOf('/', prefix.Length);
            var entry = fold < 0 ? row : new ListEntry(row.Key[..(fold + 1)], true, 0, null);
            rows[entry.Key] = entry;
        }
        using var ahead = rows.Values.GetEnumerator();
        var hasRow = ahead.MoveNext();
        await foreach (var entry in objects.ListAsync(prefix, delimiter, cancellationToken).ConfigureAwait(false))
        {
            for (; hasRow && string.CompareOrdinal(ahead.Current.Key, entry.Key) < 0; hasRow = ahead.MoveNext()) yield return ahead.Current;
            if (entry.Key != SnapshotPaths.CurrentKey && !rows.ContainsKey(entry.Key)) yield return entry;
        }
        for (; hasRow; hasRow = ahead.MoveNext()) yield return ahead.Current;
    }

    async IAsyncEnumerable<ListEntry> ListRowsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (SnapshotPaths.CurrentKey.StartsWith(prefix, StringComparison.Ordinal)
            && await manifests.ReadPointerAsync(cancellationToken).ConfigureAwait(false) is { } pointer)
            yield return new ListEntry(SnapshotPaths.CurrentKey, false, pointer.Content.Length, pointer.Row.UpdatedAt);
        if (!prefix.StartsWith(SnapshotPaths.ManifestsPrefix, StringComparison.Ordinal)
            && !SnapshotPaths.ManifestsPrefix.StartsWith(prefix, StringComparison.Ordinal)) yield break;
        foreach (var entry in await manifests.ListAsync(cancellationToken).ConfigureAwait(false))
            if (entry.Key.StartsWith(prefix, StringComparison.Ordinal)) yield return entry;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DeleteResult>> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        // Rows first: what is left of a snapshot then is an object, which the next cleanup finds.
        var folders = keys.Select(TableManifests.FolderOf).OfType<ManifestFolder>().ToList();
        if (folders.Count > 0) await manifests.DeleteAsync(folders, cancellationToken).ConfigureAwait(false);
        return await objects.DeleteAsync(keys, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public string? LocalPath(string key) => objects.LocalPath(key);

    /// <inheritdoc/>
    public async Task<int> CleanTempAsync(TimeSpan olderThan, CancellationToken cancellationToken)
    {
        var removed = await ((IStoreMaintenance)objects).CleanTempAsync(olderThan, cancellationToken).ConfigureAwait(false);
        await PrepareAsync(forManifests: true, cancellationToken).ConfigureAwait(false);
        return removed;
    }

    /// <summary>The mark comes before the first row, and nobody is marked for a database that cannot be reached.</summary>
    async Task PrepareAsync(bool forManifests, CancellationToken cancellationToken)
    {
        await manifests.PrepareAsync(forManifests, cancellationToken).ConfigureAwait(false);
        await ManifestStoreMark.PutAsync(this, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void ReadClock() => ((IStoreMaintenance)objects).ReadClock();

    /// <inheritdoc/>
    public Task<int> AbortUploadsAsync(Func<string, CancellationToken, Task<bool>> isAbandoned, CancellationToken cancellationToken) =>
        ((IStoreMaintenance)objects).AbortUploadsAsync(isAbandoned, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<(string Key, DateTimeOffset? StartedAt)> ListUploadsAsync(CancellationToken cancellationToken) =>
        ((IStoreMaintenance)objects).ListUploadsAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => objects.DisposeAsync();
}
