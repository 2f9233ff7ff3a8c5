using System.Runtime.CompilerServices;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Publishing;
using ShardyFusion.Stores;

namespace ShardyFusion;

public sealed partial class SnapshotStore
{
    /// <summary>Lists what was done to the pointers, newest first.</summary>
    /// <param name="first">How many at most, at least 1; null for all. Only these are loaded.</param>
    /// <param name="pointer">Only changes of this pointer; null for all.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>, <see cref="ErrorKind.ManifestParse"/> (one is
    /// malformed), or a failure of the store.</exception>
    public async IAsyncEnumerable<PointerEvent> GetEventsAsync(int? first, string? pointer,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        if (first < 1)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"First is {first}; it must be at least 1.");
        if (pointer is not null) SnapshotPaths.PointerKey(pointer);
        var keys = await ListAnnotationsAsync(AnnotationPaths.EventsPrefix, cancellationToken).ConfigureAwait(false);
        keys.RemoveAll(static key => !AnnotationPaths.TryParseEvent(key, out _));
        keys.Reverse();
        var shown = 0;
        await foreach (var found in LoadEventsAsync(keys, cancellationToken).ConfigureAwait(false))
        {
            if (pointer is not null && found.Pointer != pointer) continue;
            yield return found;
            if (++shown == first) yield break;
        }
    }

    /// <summary>Prepares to move a pointer back to where it was before its last change. Writes nothing.</summary>
    /// <param name="pointer">Name of the pointer; null for <c>CURRENT</c>.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>A plan for <see cref="RollbackAsync(RollbackPlan, PointerChangeOptions, CancellationToken)"/>: target read, all its shards
    /// there. An undo is a change like any other, so undoing twice leads back.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.NoSnapshot"/>, <see cref="ErrorKind.SnapshotNotFound"/> (the last
    /// change left no event, or nothing was current before it), <see cref="ErrorKind.SnapshotIncomplete"/>,
    /// <see cref="ErrorKind.ManifestParse"/>, or a failure of the store.</exception>
    public async Task<RollbackPlan> PlanUndoAsync(string? pointer, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        var seen = await catalog.RequirePointerAsync(SnapshotPaths.PointerKey(pointer), cancellationToken).ConfigureAwait(false);
        var keys = await ListAnnotationsAsync(AnnotationPaths.EventsAt(seen.Pointer!.UpdatedAt), cancellationToken).ConfigureAwait(false);
        await foreach (var found in LoadEventsAsync(keys, cancellationToken).ConfigureAwait(false))
        {
            // The pointer's own time and ref find the very change that made it what it is, whatever other clocks say.
            if (found.Outcome != PointerOutcome.Moved || found.Pointer != seen.Key[1..]
                || !SnapshotPaths.TryGetManifestKey(found.To, out var to) || to != seen.ManifestKey) continue;
            return SnapshotPaths.TryGetManifestKey(found.From, out var from)
                ? await PlanMoveAsync(seen, from, cancellationToken).ConfigureAwait(false) with
                {
                    Kind = PointerChange.Undo,
                    Warning = null
                }
                : throw CannotUndo(seen, "there was no snapshot before it");
        }
        throw CannotUndo(seen, "it left no event");
    }

    /// <summary>Key of the manifest that <c>_CURRENT</c> named at a time.</summary>
    async Task<string> FindCurrentAtAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        var seen = await catalog.RequirePointerAsync(cancellationToken).ConfigureAwait(false);
        if (seen.Pointer!.UpdatedAt <= at) return seen.ManifestKey!;
        var keys = await ListAnnotationsAsync(AnnotationPaths.EventsPrefix, cancellationToken).ConfigureAwait(false);
        keys.RemoveAll(key => !AnnotationPaths.TryParseEvent(key, out var changedAt) || changedAt <= at);
        // The first change after that time says what it took the pointer away from.
        await foreach (var found in LoadEventsAsync(keys, cancellationToken).ConfigureAwait(false))
        {
            if (found.Outcome != PointerOutcome.Moved || found.Pointer != SnapshotPaths.CurrentPointerName) continue;
            return SnapshotPaths.TryGetManifestKey(found.From, out var from) ? from : throw NotCurrentAt(at, "no snapshot was current");
        }
        throw NotCurrentAt(at, "no event tells what was current");
    }

    ShardyFusionException NotCurrentAt(DateTimeOffset at, string why) =>
        new(ErrorKind.SnapshotNotFound, $"At {SnapshotTime.FormatField(at.ToUniversalTime())} {why} at '{store.Root}'.")
        {
            Target = at,
            RecommendedAction = "List the history before that time, and the events.",
        };

    static ShardyFusionException CannotUndo(SeenPointer seen, string why) =>
        new(ErrorKind.SnapshotNotFound, $"The last change of '{seen.Key}', to run '{seen.Pointer!.RunId}', cannot be undone: {why}.")
        {
            Target = seen.Key[1..],
            RecommendedAction = "Name the snapshot to go back to: roll back by run id, ref or offset.",
        };

    async IAsyncEnumerable<PointerEvent> LoadEventsAsync(List<string> keys, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var found in ReadAhead.InOrderAsync(keys, (key, token) => AnnotationCodec.LoadAsync<PointerEvent>(store, key, token),
            AnnotationReadAhead, cancellationToken).ConfigureAwait(false))
            if (found is { } there) yield return there.Mark;
    }

    /// <summary>Stops all pointer changes and cleanups of the prefix. Builds go on and stay staged; readers notice nothing.</summary>
    /// <param name="reason">Why; kept without secrets, at most 300 characters.</param>
    /// <param name="expiresAt">It ends by itself at this time; null for never.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>The freeze; it takes the place of an earlier one.</returns>
    /// <remarks>A change that passed its check before the freeze was written may still be carried out.</remarks>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> (no reason, or a time in the past), or a failure of
    /// the store.</exception>
    public async Task<PublishingFreeze> FreezeAsync(string reason, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        var now = SnapshotTime.ToMicroseconds(timeProvider.GetUtcNow());
        if (string.IsNullOrWhiteSpace(reason))
            throw new ShardyFusionException(ErrorKind.ConfigValidation, "A freeze needs a reason.");
        if (expiresAt <= now)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"The freeze would have ended already, at {SnapshotTime.FormatField(expiresAt.Value)}.");
        var freeze = new PublishingFreeze(SecretRedactor.ForRecord(reason), Environment.UserName, Environment.MachineName, now,
            expiresAt is { } end ? SnapshotTime.ToMicroseconds(end) : null, Released: false);
        await AnnotationCodec.PutAsync(store, AnnotationPaths.FreezeKey, freeze, PutCondition.Always, cancellationToken)
            .ConfigureAwait(false);
        return freeze;
    }

    /// <summary>The freeze that holds now; null when none does.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestParse"/>, or a failure of the store.</exception>
    public async Task<PublishingFreeze?> GetFreezeAsync(CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        return await AnnotationCodec.LoadAsync<PublishingFreeze>(store, AnnotationPaths.FreezeKey, cancellationToken)
            .ConfigureAwait(false) is { } found && found.Mark.IsActive(timeProvider.GetUtcNow()) ? found.Mark : null;
    }

    /// <summary>Lifts the freeze.</summary>
    /// <returns>The freeze that held; null when none did.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestParse"/>, <see cref="ErrorKind.PointerConflict"/> (somebody
    /// wrote another freeze in this moment), or a failure of the store.</exception>
    public async Task<PublishingFreeze?> UnfreezeAsync(CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        if (await AnnotationCodec.LoadAsync<PublishingFreeze>(store, AnnotationPaths.FreezeKey, cancellationToken).ConfigureAwait(false)
            is not { } found || !found.Mark.IsActive(timeProvider.GetUtcNow())) return null;
        return await AnnotationCodec.PutAsync(store, AnnotationPaths.FreezeKey, found.Mark with { Released = true },
            PutCondition.IfMatch(found.ETag), cancellationToken).ConfigureAwait(false) ? found.Mark
            : throw new ShardyFusionException(ErrorKind.PointerConflict,
            $"'{store.Root}' was frozen anew in this moment; that freeze holds.")
            {
                Target = store.Root,
                RecommendedAction = "Look at the freeze, then lift it if that is still what you want."
            };
    }
}
