using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.LocalFiles;
using ShardyFusion.ManifestStores;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Publishing;

/// <summary>The only code that writes <c>_CURRENT</c> and the pointers beside it: compare-and-swap, read back, and one event for each
/// try.</summary>
/// <param name="store">The prefix.</param>
/// <param name="pointerKey">Key of the pointer, <see cref="SnapshotPaths.PointerKey"/>.</param>
/// <param name="move">What kind of change it is and why; null for a publish of which nothing more is known.</param>
/// <remarks>Safe for concurrent callers, in this process and others.</remarks>
sealed class PointerPublisher(IObjectStore store, string pointerKey = SnapshotPaths.CurrentKey, PointerMove? move = null)
{
    readonly PointerMove move = move ?? new PointerMove(PointerChange.Publish, null, null);
    readonly SnapshotCatalog catalog = new(store);
    readonly string described = pointerKey == SnapshotPaths.CurrentKey ? "The pointer" : $"The pointer '{pointerKey}'";

    /// <summary>Moves the pointer if it is still as the caller saw it.</summary>
    /// <param name="expectedETag">The version seen, <see cref="SeenPointer.ETag"/>; null when there was no pointer.</param>
    /// <param name="next">The new content.</param>
    /// <param name="allowUnsafe">True writes even to a store that does not honour conditions; then the check and the write are two
    /// steps.</param>
    /// <param name="cancellationToken">Cancels the swap. Once the write has started its outcome is unknown: whoever cancels must not delete
    /// what <paramref name="next"/> names.</param>
    /// <exception cref="PointerConflictException">The pointer was moved by someone else; nothing was written.</exception>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.PublishingFrozen"/>, <see cref="ErrorKind.SnapshotBlocked"/>,
    /// <see cref="ErrorKind.StoreUnsafe"/>: refused, nothing was written; <see cref="ErrorKind.PublishCurrent"/>: the pointer was not
    /// written, does not read back, or nobody can tell (the message says which).</exception>
    public async Task<PointerSwap> SwapAsync(string? expectedETag, CurrentPointer next, bool allowUnsafe,
        CancellationToken cancellationToken)
    {
        var insistedOn = new List<string>();
        try
        {
            var content = PointerCodec.Write(next);
            await RequireAllowedAsync(next, insistedOn, cancellationToken).ConfigureAwait(false);
            // What a build has just written is too young for any cleanup.
            var pin = move.Kind == PointerChange.Publish ? null : await MoveRules.PinAsync(store, next.ManifestKey, next.UpdatedAt,
                cancellationToken).ConfigureAwait(false);
            PointerSwap swap;
            try
            {
                if (move.Kind != PointerChange.Publish && await store.HeadAsync(next.ManifestKey, cancellationToken)
                    .ConfigureAwait(false) is null)
                    throw new ShardyFusionException(ErrorKind.SnapshotNotFound,
                        $"The manifest '{next.ManifestRef}' no longer exists.")
                    {
                        Target = next.ManifestRef,
                    };
                swap = await WriteAsync(expectedETag, next, content, allowUnsafe, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                if (pin is not null) await pin.DisposeAsync().ConfigureAwait(false);
            }
            var untold = await NoteAsync(next, PointerOutcome.Moved, null, insistedOn, cancellationToken).ConfigureAwait(false);
            var unmarked = pointerKey == SnapshotPaths.CurrentKey ? await RolledBackNotes.NoteAsync(store, move, next, cancellationToken)
                .ConfigureAwait(false) : null;
            return swap with { Warning = untold ?? unmarked };
        }
        catch (ShardyFusionException refusal)
        {
            if (refusal is PointerConflictException) ShardyMetrics.PointerConflicts.Add();
            // The refusal must reach the caller, not the failure to note it down.
            await NoteAsync(next, refusal.Kind is ErrorKind.PublishCurrent || refusal.Retryable ? PointerOutcome.Failed
                : PointerOutcome.Refused, refusal, insistedOn, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Refuses what a freeze or a block forbids, unless that is insisted on.</summary>
    /// <param name="next">The new content.</param>
    /// <param name="insistedOn">Gets what was in the way and passed over.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    async Task RequireAllowedAsync(CurrentPointer next, List<string> insistedOn, CancellationToken cancellationToken)
    {
        await ManifestStoreMark.RequireNoneAsync(store, cancellationToken).ConfigureAwait(false);
        if (move.HasFailedChecks) insistedOn.Add(Insistence.FailedChecks);
        try
        {
            await MoveRules.RequireNoFreezeAsync(store, next.UpdatedAt, cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException frozen) when (move.IgnoresFreeze && frozen.Kind == ErrorKind.PublishingFrozen)
        {
            insistedOn.Add(Insistence.Freeze);
        }
        try
        {
            await MoveRules.RequireNotBlockedAsync(store, next.ManifestKey, next.RunId, cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException blocked) when (move.IgnoresBlock && blocked.Kind == ErrorKind.SnapshotBlocked)
        {
            insistedOn.Add(Insistence.Block);
        }
    }

    /// <summary>Leaves the event of a change that was refused before it was tried.</summary>
    public Task NoteRefusalAsync(CurrentPointer next, ShardyFusionException refusal, CancellationToken cancellationToken) =>
        NoteAsync(next, PointerOutcome.Refused, refusal, [], cancellationToken);

    /// <returns>Why the event could not be written; null when it was.</returns>
    async Task<string?> NoteAsync(CurrentPointer next, PointerOutcome outcome, ShardyFusionException? error,
        List<string> insistedOn, CancellationToken cancellationToken)
    {
        var change = new PointerEvent(move.Kind, SnapshotPaths.PointerName(pointerKey), move.From, next.ManifestRef, outcome,
            error?.ErrorId, LocalUser.Name, Environment.MachineName, Environment.ProcessId, next.UpdatedAt,
            string.IsNullOrWhiteSpace(move.Reason) ? null : SecretRedactor.ForRecord(move.Reason))
        {
            InsistedOn = insistedOn.Count == 0 ? null : string.Join(", ", insistedOn),
        };
        try
        {
            await AnnotationCodec.PutAsync(store, AnnotationPaths.NewEventKey(next.UpdatedAt), change, PutCondition.Always,
                cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            return $"{described} was moved, but the event that tells so could not be written: {e.Message}";
        }
    }

    async Task<PointerSwap> WriteAsync(string? expectedETag, CurrentPointer next, byte[] content, bool allowUnsafe,
        CancellationToken cancellationToken)
    {
        var condition = await ConditionAsync(expectedETag, next, allowUnsafe, cancellationToken).ConfigureAwait(false);
        PutResult put;
        try
        {
            put = await store.PutAsync(pointerKey, content, new PutOptions(condition, PointerCodec.ContentType), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception failure) when (MayHaveBeenWritten(failure, cancellationToken))
        {
            return await SettleAsync(expectedETag, next, content, failure, cancellationToken).ConfigureAwait(false);
        }
        // A write that is repeated after its answer got lost meets itself: then the condition fails although the pointer is ours.
        return put.Written
            ? await VerifyAsync(next, content, isExclusive: condition.Kind != PutConditionKind.Always, cancellationToken)
            .ConfigureAwait(false)
            : await SettleAsync(expectedETag, next, content, null, cancellationToken).ConfigureAwait(false);
    }

    async Task<PutCondition> ConditionAsync(string? expectedETag, CurrentPointer next, bool allowUnsafe,
        CancellationToken cancellationToken)
    {
        if (expectedETag is { Length: 0 } && !allowUnsafe)
        {
            throw new ShardyFusionException(ErrorKind.StoreUnsafe,
                $"{described} has no version (ETag) in any answer of '{store.Root}', so it cannot be replaced under a condition. "
                    + "Nothing was written.")
            { Target = store.Root };
        }
        if (expectedETag is not { Length: 0 } && await HonoursConditionsAsync(allowUnsafe, cancellationToken).ConfigureAwait(false))
            return expectedETag is null ? PutCondition.CreateOnly : PutCondition.IfMatch(expectedETag);
        var seen = await catalog.ReadPointerAsync(pointerKey, cancellationToken).ConfigureAwait(false);
        return seen.ETag == expectedETag ? PutCondition.Always : throw new PointerConflictException(next.RunId, seen.Pointer?.RunId);
    }

    async Task<bool> HonoursConditionsAsync(bool allowUnsafe, CancellationToken cancellationToken)
    {
        try
        {
            if (store.Capabilities.ConditionalWrites != false)
                await StoreProbe.RequireConditionalWritesAsync(store, cancellationToken).ConfigureAwait(false);
            else if (!allowUnsafe)
                throw new ShardyFusionException(ErrorKind.StoreUnsafe,
                    $"'{store.Root}' does not honour conditional writes, so two publishers could overwrite each other's pointer. "
                        + "Nothing was written.")
                { Target = store.Root };
            return store.Capabilities.ConditionalWrites != false;
        }
        catch (ShardyFusionException ignored) when (allowUnsafe && ignored.Kind == ErrorKind.StoreUnsafe)
        {
            return false;
        }
    }

    static bool MayHaveBeenWritten(Exception failure, CancellationToken cancellationToken) => failure switch
    {
        ShardyFusionException known => known.IsOutcomeUnknown,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        _ => true,
    };

    /// <summary>Finds out what a write of unknown outcome did.</summary>
    async Task<PointerSwap> SettleAsync(string? expectedETag, CurrentPointer next, byte[] content, Exception? failure,
        CancellationToken cancellationToken)
    {
        var found = await ReadBackAsync(next, failure, cancellationToken).ConfigureAwait(false);
        if (found is not null && found.Content.Span.SequenceEqual(content))
            return new PointerSwap(found.ETag, null);
        if (found?.ETag == expectedETag)
            throw new ShardyFusionException(ErrorKind.PublishCurrent,
                $"{described} was not moved to run '{next.RunId}': "
                    + $"{failure?.Message ?? "the store refused the write although the pointer is unchanged."}", failure)
            { Target = next.ManifestRef };
        throw new PointerConflictException(next.RunId, RunIn(found));
    }

    async Task<PointerSwap> VerifyAsync(CurrentPointer next, byte[] content, bool isExclusive, CancellationToken cancellationToken)
    {
        var found = await ReadBackAsync(next, null, cancellationToken).ConfigureAwait(false);
        if (found is not null && found.Content.Span.SequenceEqual(content))
            return new PointerSwap(found.ETag, null);
        if (RunIn(found) is not { } otherRunId)
            throw new ShardyFusionException(ErrorKind.PublishCurrent,
                $"{described} to run '{next.RunId}' was written, but what reads back is {(found is null ? "nothing" : "malformed")}.")
            { Target = next.ManifestRef };
        // With conditions the other writer can only have followed us; without them nobody knows who came first.
        return isExclusive ? new PointerSwap(found!.ETag, otherRunId) : throw new PointerConflictException(next.RunId, otherRunId);
    }

    async Task<StoredObject?> ReadBackAsync(CurrentPointer next, Exception? failure, CancellationToken cancellationToken)
    {
        try
        {
            return await store.GetUnverifiedAsync(pointerKey, PointerCodec.MaxBytes, cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException unreadable)
        {
            throw new ShardyFusionException(ErrorKind.PublishCurrent,
                $"{described} may or may not name run '{next.RunId}' now: it cannot be read back ({unreadable.Message})", failure
                ?? unreadable)
            {
                Target = next.ManifestRef,
                RecommendedAction = "Look at the history to see which run is current, then repeat the command if needed.",
            };
        }
    }

    static string? RunIn(StoredObject? found)
    {
        try
        {
            return found is null ? null : PointerCodec.Read(found.Content.Span).RunId;
        }
        catch (ShardyFusionException)
        {
            return null;
        }
    }
}
