using ShardyFusion.Errors;

namespace ShardyFusion.Stores.Remote;

/// <summary>Turns what a write reported into what it did.</summary>
/// <remarks>
/// Every write carries an id of its own as metadata. When a store says that the condition failed, or says nothing at all, the id of the
/// object that is there tells whether another delivery of the same request did the work: a retry after an answer lost, or a request that
/// the network doubled.
/// </remarks>
sealed class WriteOutcome(RemoteLocation location, IRemoteReads reads)
{
    /// <summary>An id for a write.</summary>
    public static string NewId() => Guid.NewGuid().ToString("N");

    /// <summary>Waits for a write and finds out what it did.</summary>
    /// <param name="sent">The write.</param>
    /// <param name="write">Ends with the new ETag, or null when the store says that the condition failed.</param>
    /// <param name="cancellationToken">Cancels the reading back.</param>
    /// <param name="wasLost">True when null did not mean a failed condition, but that the store knows nothing of the write any
    /// more.</param>
    public async Task<PutResult> SettleAsync(SentWrite sent, Task<string?> write, CancellationToken cancellationToken,
        Func<bool>? wasLost = null)
    {
        var (key, writeId, sizeBytes) = sent;
        string? etag;
        try
        {
            etag = await write.ConfigureAwait(false);
        }
        catch (ShardyFusionException e) when (e.IsOutcomeUnknown)
        {
            etag = await TryFindAsync(key, writeId, cancellationToken).ConfigureAwait(false);
            if (etag is null)
                throw;
        }
        etag ??= await FindAsync(key, writeId, cancellationToken).ConfigureAwait(false);
        if (etag is not null)
            return new PutResult(true, etag, sizeBytes);
        return wasLost?.Invoke() == true
            ? throw new ShardyFusionException(ErrorKind.StorageTransient,
            $"The upload of {location.Uri(key)} no longer exists: someone aborted it.")
            { Target = location.Uri(key) }
            : PutResult.ConditionFailed;
    }

    async Task<string?> FindAsync(string key, string writeId, CancellationToken cancellationToken)
    {
        var found = await reads.HeadAsync(key, cancellationToken).ConfigureAwait(false);
        return found is { } there && there.WriteId == writeId ? there.Info.ETag : null;
    }

    async Task<string?> TryFindAsync(string key, string writeId, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(key, writeId, cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException)
        {
            return null; // The write's own failure says more.
        }
    }
}
