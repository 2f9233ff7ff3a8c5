using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.LocalFiles;
using ShardyFusion.Stores;

namespace ShardyFusion.Publishing;

/// <summary>Keeps what <see cref="PassedOver.RolledBack"/> lists true when <c>_CURRENT</c> was moved.</summary>
static class RolledBackNotes
{
    /// <summary>Notes down what a change that was carried out means: back from a newer snapshot, that one is passed over; to a snapshot,
    /// that one no more.</summary>
    /// <returns>What could not be noted down; null when all was.</returns>
    public static async Task<string?> NoteAsync(IObjectStore store, PointerMove move, CurrentPointer next,
        CancellationToken cancellationToken)
    {
        if (move.Kind == PointerChange.Publish) return null;
        try
        {
            if (move.MayHaveBeenLeft)
                await store.DeleteAsync([AnnotationPaths.RolledBackKey(next.ManifestKey)], cancellationToken).ConfigureAwait(false);
            if (move.Kind == PointerChange.Promote || !SnapshotPaths.TryGetManifestKey(move.From, out var left)
                || SnapshotCatalog.FolderOf(left) is not { } from
                || SnapshotCatalog.FolderOf(next.ManifestKey) is not { } to || SnapshotCatalog.NewestFirst(from, to) >= 0) return null;
            var annotation = new RolledBackMark(move.From!, from.RunId, next.ManifestRef, next.UpdatedAt, LocalUser.Name,
                Environment.MachineName,
                string.IsNullOrWhiteSpace(move.Reason) ? null : SecretRedactor.ForRecord(move.Reason));
            await AnnotationCodec.PutAsync(store, AnnotationPaths.RolledBackKey(left), annotation, PutCondition.Always, cancellationToken)
                .ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is ShardyFusionException or OperationCanceledException)
        {
            return $"The pointer was moved, but which snapshot it was moved back from could not be noted down: {e.Message}";
        }
    }

    /// <summary>Who moved <c>_CURRENT</c> back from a snapshot, when and why, as a sentence; null when nobody did, or it was made current
    /// again since.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestParse"/>, or a failure of the store.</exception>
    public static async Task<string?> DescribeAsync(IObjectStore store, string manifestKey, CancellationToken cancellationToken) =>
        await AnnotationCodec.LoadAsync<RolledBackMark>(store, AnnotationPaths.RolledBackKey(manifestKey), cancellationToken)
            .ConfigureAwait(false) is not { Annotation: var annotation } ? null
            : $"Run '{annotation.RunId}' was rolled back from at {SnapshotTime.FormatField(annotation.CreatedAt)} by "
            + $"{annotation.Author ?? "someone"}{(annotation.Reason is null ? "" : $": {SecretRedactor.ForRecord(annotation.Reason)}")}.";
}
