using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Maintenance;
using ShardyFusion.Telemetry;

namespace ShardyFusion;

public sealed partial class SnapshotStore
{
    /// <summary>Compares two snapshots. Writes nothing.</summary>
    /// <param name="options">Which ones, and how closely.</param>
    /// <param name="fromStore">Where the earlier snapshot lies; null for this prefix.</param>
    /// <param name="differences">Takes the rows that differ, in batches, from several threads at once; within a batch in key order. Called
    /// for <see cref="CompareLevel.Rows"/> alone; null for nobody.</param>
    /// <param name="progress">Told after each group of shards, from any thread; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <remarks>Memory does not grow with rows or differences. Of shards with equal hashes nothing is read.</remarks>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> (an option, or keys that are stored in different
    /// ways, of which only the manifests can be compared), <see cref="ErrorKind.NoSnapshot"/>, <see cref="ErrorKind.SnapshotNotFound"/>,
    /// <see cref="ErrorKind.ManifestParse"/>, <see cref="ErrorKind.ShardCorrupt"/>, <see cref="ErrorKind.SnapshotIncomplete"/>, or a
    /// failure of a store.</exception>
    public async Task<SnapshotComparison> CompareAsync(
        CompareOptions options, SnapshotStore? fromStore, Func<IReadOnlyList<RowDifference>, CancellationToken, ValueTask>? differences,
        IProgress<ShardProgress>? progress, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } faults)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(' ', faults));
        var to = await LoadAsync(options.To, cancellationToken).ConfigureAwait(false);
        var earlier = fromStore ?? this;
        earlier.ThrowIfDisposed();
        var from = options.From is null && earlier == this
            ? await catalog.LoadManifestAsync(await FindBeforeAsync(to, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false)
            : await earlier.LoadAsync(options.From ?? SnapshotSelector.Current, cancellationToken).ConfigureAwait(false);
        return await new SnapshotComparer(earlier.store, from, store, to, options, differences, progress, timeProvider)
            .RunAsync(cancellationToken).ConfigureAwait(false);
    }

    async Task<string> FindBeforeAsync(LoadedManifest snapshot, CancellationToken cancellationToken)
    {
        var history = await catalog.ListAsync(cancellationToken).ConfigureAwait(false);
        var older = SnapshotCatalog.FirstOlder(history, SnapshotCatalog.FolderOf(snapshot.Key));
        return older >= 0 && older < history.Count ? history[older].ManifestKey
            : throw new ShardyFusionException(ErrorKind.SnapshotNotFound,
            $"'{store.Root}' has no snapshot before run '{snapshot.Manifest.Required.RunId}' to compare it with.")
            {
                Target = snapshot.Ref,
                RecommendedAction = "Name the other snapshot by its ref or run id.",
            };
    }
}
