using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Stores;

namespace ShardyFusion.Publishing;

/// <summary>Plans the way back from the last change of a pointer.</summary>
sealed class PointerUndo(StoreContext context)
{
    readonly IObjectStore store = context.Store;
    readonly SnapshotCatalog catalog = context.Catalog;

    /// <summary>Prepares to move a pointer back to where it was before its last change. Writes nothing.</summary>
    /// <param name="pointer">Name of the pointer; null for <c>CURRENT</c>.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>A plan for <see cref="SnapshotRollback.RunAsync"/>: target read, all its shards there. An undo is a change like any other,
    /// so undoing twice leads back.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.NoSnapshot"/>, <see cref="ErrorKind.SnapshotNotFound"/> (the last
    /// change left no event, or nothing was current before it), <see cref="ErrorKind.SnapshotIncomplete"/>,
    /// <see cref="ErrorKind.ManifestParse"/>, or a failure of the store.</exception>
    public async Task<RollbackPlan> PlanAsync(string? pointer, CancellationToken cancellationToken)
    {
        var seen = await catalog.RequirePointerAsync(SnapshotPaths.PointerKey(pointer), cancellationToken).ConfigureAwait(false);
        var keys = await AnnotationListing.KeysAsync(store, AnnotationPaths.EventsAt(seen.Pointer!.UpdatedAt), cancellationToken)
            .ConfigureAwait(false);
        await foreach (var found in new PointerEvents(context).LoadAsync(keys, cancellationToken).ConfigureAwait(false))
        {
            // The pointer's own time and ref find the very change that made it what it is, whatever other clocks say.
            if (found.Outcome != PointerOutcome.Moved || found.Pointer != SnapshotPaths.PointerName(seen.Key)
                || !SnapshotPaths.TryGetManifestKey(found.To, out var to) || to != seen.ManifestKey) continue;
            return SnapshotPaths.TryGetManifestKey(found.From, out var from)
                ? await new SnapshotRollback(context).PlanMoveAsync(seen, from, cancellationToken).ConfigureAwait(false) with
                {
                    Kind = PointerChange.Undo,
                    Warning = null
                }
                : throw CannotUndo(seen, "there was no snapshot before it");
        }
        throw CannotUndo(seen, "it left no event");
    }

    static ShardyFusionException CannotUndo(SeenPointer seen, string why) =>
        new(ErrorKind.SnapshotNotFound, $"The last change of '{seen.Key}', to run '{seen.Pointer!.RunId}', cannot be undone: {why}.")
        {
            Target = SnapshotPaths.PointerName(seen.Key),
            RecommendedAction = "Name the snapshot to go back to: roll back by run id, ref or offset.",
        };
}
