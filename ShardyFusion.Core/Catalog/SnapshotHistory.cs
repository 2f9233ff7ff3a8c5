using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Stores;

namespace ShardyFusion.Catalog;

/// <summary>The published snapshots of a prefix.</summary>
sealed class SnapshotHistory(StoreContext context)
{
    readonly IObjectStore store = context.Store;
    readonly SnapshotCatalog catalog = context.Catalog;
    readonly TimeProvider clock = context.Clock;
    readonly PointerEvents events = new(context);

    /// <summary>Manifests loaded ahead of the consumer: enough to hide the latency of a remote store.</summary>
    const int HistoryReadAhead = 8;

    /// <summary>Lists the published snapshots, newest first.</summary>
    /// <param name="first">How many at most, at least 1; null for all. Only the manifests of these, and of the one after the last, are
    /// loaded.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <returns>Nothing for a prefix without snapshots. A manifest that cannot be read has <see cref="HistoryEntry.Problem"/>; a malformed
    /// pointer marks no entry as current.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: <paramref name="first"/> is below 1; or a failure
    /// of the store.</exception>
    public IAsyncEnumerable<HistoryEntry> ListAsync(int? first, CancellationToken cancellationToken) =>
        ListAsync(first, before: null, cancellationToken);

    /// <summary>Lists the snapshots published before a time, newest first.</summary>
    /// <param name="first">How many at most, at least 1; null for all.</param>
    /// <param name="before">Only those published earlier; null for all. The first one is what was the newest at that time.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <inheritdoc cref="ListAsync(int?, CancellationToken)"/>
    public async IAsyncEnumerable<HistoryEntry> ListAsync(int? first, DateTimeOffset? before,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (first < 1)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"First is {first}; it must be at least 1.");
        var history = await catalog.ListAsync(cancellationToken).ConfigureAwait(false);
        var annotations = await HistoryAnnotations.ReadAsync(catalog, history, clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        var begin = before is null ? 0 : history.TakeWhile(folder => folder.PublishedAt >= before).Count();
        var shown = Math.Min(first ?? history.Count, history.Count - begin);
        // The last entry's row change needs the one published before it.
        var loads = ReadAhead.InOrderAsync(history.Skip(begin).Take(shown + 1), TryLoadAsync, HistoryReadAhead, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        await using (loads.ConfigureAwait(false))
        {
            var next = await loads.MoveNextAsync().ConfigureAwait(false) ? loads.Current : null;
            for (var index = 0; index < shown; index++)
            {
                var loaded = next!;
                next = await loads.MoveNextAsync().ConfigureAwait(false) ? loads.Current : null;
                yield return Describe(history[begin + index], annotations, loaded, next);
            }
        }
    }

    /// <summary>Finds the snapshot that was current at a time, whatever was published or rolled back since.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.NoSnapshot"/>; <see cref="ErrorKind.SnapshotNotFound"/>: nothing was
    /// current then, its events are gone, or it was cleaned up since; <see cref="ErrorKind.ManifestParse"/>: the pointer or an event is
    /// malformed; or a failure of the store.</exception>
    public async Task<HistoryEntry> GetCurrentAtAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        var key = await events.FindCurrentAtAsync(at, cancellationToken).ConfigureAwait(false);
        var history = await catalog.ListAsync(cancellationToken).ConfigureAwait(false);
        var index = 0;
        while (index < history.Count && history[index].ManifestKey != key) index++;
        if (index == history.Count)
            throw events.NotCurrentAt(at, $"'{SnapshotPaths.ToRef(store.Root, key)}' was current and is gone from the history");
        var annotations = await HistoryAnnotations.ReadAsync(catalog, history, clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        var before = index + 1 < history.Count ? await TryLoadAsync(history[index + 1], cancellationToken).ConfigureAwait(false) : null;
        return Describe(history[index], annotations, await TryLoadAsync(history[index], cancellationToken).ConfigureAwait(false), before);
    }

    HistoryEntry Describe(ManifestFolder folder, HistoryAnnotations annotations, LoadAttempt loaded, LoadAttempt? before) => new()
    {
        Offset = annotations.OffsetOf(folder),
        IsCurrent = folder == annotations.Current,
        RunId = folder.RunId,
        ManifestRef = SnapshotPaths.ToRef(store.Root, folder.ManifestKey),
        PublishedAt = folder.PublishedAt,
        RowCount = loaded.Manifest?.RowCount,
        Bytes = loaded.Manifest?.DbBytes,
        ShardCount = loaded.Manifest?.Required.NumDbs,
        RowChange = loaded.Manifest?.RowCount - before?.Manifest?.RowCount,
        BytesChange = loaded.Manifest?.DbBytes - before?.Manifest?.DbBytes,
        Message = loaded.Manifest?.Message(),
        Guards = loaded.Manifest is null ? [] : GuardRecords.ResultsIn(loaded.Manifest.Custom),
        Forced = loaded.Manifest is null ? null : GuardRecords.ForcedIn(loaded.Manifest.Custom),
        Author = loaded.Manifest?.Custom.GetValueOrDefault("author") is string author ? SecretRedactor.Redact(author) : null,
        Duration = loaded.Manifest is { } timed ? annotations.DurationOf(timed) : null,
        Pointers = annotations.PointersTo(folder),
        Tags = annotations.TagsOf(folder),
        IsBlocked = annotations.IsBlocked(folder),
        IsRolledBack = annotations.IsRolledBack(folder),
        IsStaged = annotations.IsStaged(folder),
        IsDataMissing = loaded.Manifest is { } manifest && annotations.IsDataMissing(manifest),
        Problem = loaded.Problem,
    };

    async Task<LoadAttempt> TryLoadAsync(ManifestFolder folder, CancellationToken cancellationToken)
    {
        try
        {
            return new LoadAttempt((await catalog.LoadManifestAsync(folder.ManifestKey, cancellationToken).ConfigureAwait(false)).Manifest,
                null);
        }
        catch (ShardyFusionException unreadable) when (unreadable.Kind is ErrorKind.ManifestParse or ErrorKind.SnapshotNotFound
            or ErrorKind.StorageDenied or ErrorKind.StorageArchived)
        {
            return new LoadAttempt(null, unreadable.Message);
        }
    }

    /// <summary>A manifest, or why it cannot be read.</summary>
    sealed record LoadAttempt(Manifest? Manifest, string? Problem);
}
