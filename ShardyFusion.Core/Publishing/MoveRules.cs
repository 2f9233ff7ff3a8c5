using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Stores;

namespace ShardyFusion.Publishing;

/// <summary>What forbids moving a pointer or a tag to a snapshot right now.</summary>
static class MoveRules
{
    /// <summary>How long a pin or a removal annotation is believed.</summary>
    public static readonly TimeSpan MarkLife = TimeSpan.FromHours(1);

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.PublishingFrozen"/> saying who froze it and why.</exception>
    public static async Task RequireNoFreezeAsync(IObjectStore store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await AnnotationCodec.LoadAsync<PublishingFreeze>(store, AnnotationPaths.FreezeKey, cancellationToken).ConfigureAwait(false)
            is not { } found || !found.Annotation.IsActive(now)) return;
        throw new ShardyFusionException(ErrorKind.PublishingFrozen, found.Annotation.Describe(store.Root)) { Target = store.Root };
    }

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotBlocked"/> saying who blocked it and why.</exception>
    public static async Task RequireNotBlockedAsync(IObjectStore store, string manifestKey, string runId,
        CancellationToken cancellationToken)
    {
        if (await AnnotationCodec.LoadAsync<SnapshotBlock>(store, AnnotationPaths.BlockKey(manifestKey), cancellationToken)
            .ConfigureAwait(false) is { Annotation: var block })
            throw new ShardyFusionException(ErrorKind.SnapshotBlocked,
                $"Snapshot '{runId}' is blocked by {block.Author ?? "someone"} on '{block.Host ?? "an unknown host"}': "
                    + $"{SecretRedactor.ForRecord(block.Reason)}")
            {
                Target = runId,
            };
    }

    /// <summary>Refuses to go on with a run while a cleanup deletes what it left. The run's record must be there: a cleanup that begins
    /// later sees it.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.RunNotFound"/>.</exception>
    public static async Task RequireNoRemovalAsync(IObjectStore store, string runId, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await foreach (var entry in store.ListAsync(AnnotationPaths.RemovalsPrefix, null, cancellationToken).ConfigureAwait(false))
        {
            if (!AnnotationPaths.IsRemovalOf(entry.Key, runId) || await AnnotationCodec.LoadAsync<RemovalMark>(store, entry.Key,
                cancellationToken).ConfigureAwait(false) is not { Annotation: var removal } || removal.ExpiresAt <= now) continue;
            throw new ShardyFusionException(ErrorKind.RunNotFound,
                $"What run '{runId}' left is being deleted by a cleanup on '{removal.Host}'.")
            {
                Target = runId,
                RecommendedAction = "Build again under another run id.",
            };
        }
    }

    /// <summary>Keeps every cleanup from a snapshot until the returned pin is disposed.</summary>
    /// <remarks>A cleanup writes its removal annotation first and looks for pins then; this writes a pin first and looks for the annotation
    /// then. So one of the two gives way.</remarks>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotNotFound"/>: a cleanup is deleting it.</exception>
    public static async Task<IAsyncDisposable> PinAsync(IObjectStore store, string manifestKey, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        // Nobody else has that key, so that a store without conditions will do.
        var key = AnnotationPaths.NewPinKey(manifestKey);
        var reference = SnapshotPaths.ToRef(store.Root, manifestKey);
        await AnnotationCodec.PutAsync(store, key, new MovePin(reference, now, now + MarkLife, Environment.MachineName,
            Environment.ProcessId), PutCondition.Always, cancellationToken).ConfigureAwait(false);
        var pin = new Pin(store, key, cancellationToken);
        try
        {
            if (await AnnotationCodec.LoadAsync<RemovalMark>(store, AnnotationPaths.RemovalKey(manifestKey), cancellationToken)
                .ConfigureAwait(false) is { Annotation: var removal } && removal.ExpiresAt > now)
                throw new ShardyFusionException(ErrorKind.SnapshotNotFound,
                    $"The snapshot '{reference}' is being deleted by a cleanup on '{removal.Host}'.")
                {
                    Target = reference,
                };
            return pin;
        }
        catch
        {
            await pin.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    sealed class Pin(IObjectStore store, string key, CancellationToken stopped) : IAsyncDisposable
    {
        static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

        public async ValueTask DisposeAsync()
        {
            using var limit = new ShutdownTimeout(Limit, store, stopped);
            try
            {
                await store.DeleteAsync([key], limit.Token).ConfigureAwait(false);
            }
            catch (Exception)
            {
                // It ends by itself, and a cleanup deletes it.
            }
        }
    }
}
