using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.Manifests;

namespace ShardyFusion.Snapshots;

public sealed partial class SnapshotStore
{
    /// <summary>Manifests loaded ahead of the consumer: enough to hide the latency of a remote store.</summary>
    const int HistoryReadAhead = 8;

    /// <summary>Lists the published snapshots, newest first.</summary>
    /// <param name="first">How many at most, at least 1; null for all. Only the manifests of these, and of the one after the last, are loaded.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <returns>Nothing for a prefix without snapshots. A manifest that cannot be read has <see cref="HistoryEntry.Problem"/>; a malformed pointer
    /// marks no entry as current.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: <paramref name="first"/> is below 1; or a failure of the store.</exception>
    public async IAsyncEnumerable<HistoryEntry> GetHistoryAsync(int? first, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        if (first < 1)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"First is {first}; it must be at least 1.");
        var current = (await catalog.ReadPointerAsync(cancellationToken).ConfigureAwait(false)).Folder;
        var history = await catalog.ListAsync(cancellationToken).ConfigureAwait(false);
        var older = SnapshotCatalog.FirstOlder(history, current);
        var shown = Math.Min(first ?? history.Count, history.Count);
        // The last entry's row change needs the one published before it.
        var loads = ReadAhead.InOrderAsync(history.Take(shown + 1), TryLoadAsync, HistoryReadAhead, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (loads.ConfigureAwait(false))
        {
            var next = await loads.MoveNextAsync().ConfigureAwait(false) ? loads.Current : null;
            for (var index = 0; index < shown; index++)
            {
                var loaded = next!;
                next = await loads.MoveNextAsync().ConfigureAwait(false) ? loads.Current : null;
                var isCurrent = history[index] == current;
                yield return Describe(history[index], isCurrent, OffsetFrom(history, current, older, index), loaded, next);
            }
        }
    }

    HistoryEntry Describe(ManifestFolder folder, bool isCurrent, int? offset, LoadAttempt loaded, LoadAttempt? before)
    {
        return new HistoryEntry
        {
            Offset = offset,
            IsCurrent = isCurrent,
            RunId = folder.RunId,
            ManifestRef = SnapshotPaths.ToRef(store.Root, folder.ManifestKey),
            PublishedAt = folder.PublishedAt,
            RowCount = loaded.Manifest?.RowCount,
            Bytes = loaded.Manifest?.DbBytes,
            ShardCount = loaded.Manifest?.Required.NumDbs,
            RowChange = loaded.Manifest?.RowCount - before?.Manifest?.RowCount,
            Message = loaded.Manifest?.Message(),
            Guards = loaded.Manifest is null ? [] : GuardRecords.ResultsIn(loaded.Manifest.Custom),
            Forced = loaded.Manifest is null ? null : GuardRecords.ForcedIn(loaded.Manifest.Custom),
            Problem = loaded.Problem,
        };
    }

    /// <summary>0 for the current one, 1, 2, … for older ones, -1, -2, … for newer ones; a current one that is not listed has its place all the same.</summary>
    static int? OffsetFrom(IReadOnlyList<ManifestFolder> history, ManifestFolder? current, int older, int index)
    {
        if (older < 0)
            return null;
        if (index >= older)
            return index - older + 1;
        var currentIsListed = older > 0 && history[older - 1] == current;
        return index - older + (currentIsListed ? 1 : 0);
    }

    async Task<LoadAttempt> TryLoadAsync(ManifestFolder folder, CancellationToken cancellationToken)
    {
        try
        {
            return new LoadAttempt((await catalog.LoadManifestAsync(folder.ManifestKey, cancellationToken).ConfigureAwait(false)).Manifest, null);
        }
        catch (ShardyFusionException unreadable) when (unreadable.Kind is ErrorKind.ManifestParse or ErrorKind.SnapshotNotFound or ErrorKind.StorageDenied)
        {
            return new LoadAttempt(null, unreadable.Message);
        }
    }

    /// <summary>A manifest, or why it cannot be read.</summary>
    sealed record LoadAttempt(Manifest? Manifest, string? Problem);
}
