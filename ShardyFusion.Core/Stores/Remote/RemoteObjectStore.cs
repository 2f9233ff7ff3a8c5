using System.Runtime.CompilerServices;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores.Remote;

/// <summary>Objects below one path of a bucket or container: what all remote stores have in common.</summary>
/// <param name="parts">The kind of server.</param>
abstract class RemoteObjectStore(RemoteStoreParts parts) : IObjectStore, IStoreMaintenance, IProbedStore, IServerCopy
{
    /// <summary>Parts under way at once, over all uploads: bounds the memory they hold.</summary>
    const int ParallelParts = 4;

    // No upload of a live process lasts that long.
    static readonly TimeSpan AbandonedAge = TimeSpan.FromDays(1);
    static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(10);
    static readonly TimeSpan AbortLimitWhenStopped = TimeSpan.FromMilliseconds(300);

    readonly SemaphoreSlim partTurns = new(ParallelParts, ParallelParts);

    /// <summary>The largest object that one request copies.</summary>
    protected abstract long MaxCopyBytes { get; }

    /// <inheritdoc/>
    public string Root => parts.Location.Root;

    /// <inheritdoc/>
    public string Description => parts.Description;

    /// <inheritdoc/>
    public StoreCapabilities Capabilities => parts.Conditions.Capabilities;

    /// <inheritdoc/>
    public TimeProvider Clock => parts.Clock;

    /// <inheritdoc/>
    public StoreCounters Counters => parts.Counters;

    /// <inheritdoc/>
    public StoreVerdictOwner? VerdictOwner => parts.Conditions.Owner;

    /// <inheritdoc/>
    public StoreVerdict? Verdict => parts.Conditions.Verdict;

    /// <inheritdoc/>
    public void Record(StoreVerdict verdict) => parts.Conditions.Record(verdict);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PutResult?>> RaceAsync(string key, ReadOnlyMemory<byte>[] contents, PutCondition condition,
        CancellationToken cancellationToken) =>
        parts.Race.RunAsync(key, contents, condition, cancellationToken);

    /// <inheritdoc/>
    public Task OpenConnectionsAsync(string key, int count, CancellationToken cancellationToken) =>
        parts.Race.OpenConnectionsAsync(key, count, cancellationToken);

    /// <inheritdoc/>
    public async Task<PutResult> PutInPartsAsync(string key, byte[] content, CancellationToken cancellationToken)
    {
        var upload = await parts.Writes.StartUploadAsync(key, new PutOptions(PutCondition.Always), cancellationToken).ConfigureAwait(false);
        try
        {
            await upload.SendAsync(1, content, cancellationToken).ConfigureAwait(false);
            return await upload.CompleteAsync(content.Length, PutCondition.Always, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await upload.AbortAsync(AbortLimitWhenStopped).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<int> CountUploadsAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        await foreach (var _ in parts.Listing.ListUploadsAsync(cancellationToken).ConfigureAwait(false)) count++;
        return count;
    }

    /// <inheritdoc/>
    public string? LocalPath(string key) => null;

    /// <inheritdoc/>
    public Task<StoredObject?> GetAsync(string key, long maxBytes, CancellationToken cancellationToken) =>
        parts.Reads.GetAsync(key, maxBytes, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<int> GetRangeAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return parts.Reads.GetRangeAsync(key, offset, destination, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ObjectTail> GetTailAsync(string key, int length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return parts.Reads.GetTailAsync(key, length, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) =>
        (await parts.Reads.HeadAsync(key, cancellationToken).ConfigureAwait(false))?.Info;

    /// <inheritdoc/>
    public Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> content, PutOptions options, CancellationToken cancellationToken) =>
        parts.Writes.PutAsync(key, content, options, cancellationToken);

    /// <inheritdoc/>
    public Task<IObjectUpload> OpenUploadAsync(string key, PutOptions options, CancellationToken cancellationToken)
    {
        StoreKeys.Validate(key);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IObjectUpload>(new PartedUpload(parts.Writes, parts.Location, key, options, partTurns));
    }

    /// <inheritdoc/>
    public async Task<bool> TryCopyAsync(IObjectStore source, string sourceKey, string key, long sizeBytes,
        CancellationToken cancellationToken)
    {
        // The same server, asked with the same credentials.
        if (source.Objects is not RemoteObjectStore other || other.GetType() != GetType() || other.Description != Description
            || sizeBytes > MaxCopyBytes) return false;
        return await parts.Writes.TryCopyAsync(other.Location, sourceKey, key, sizeBytes, cancellationToken).ConfigureAwait(false);
    }

    RemoteLocation Location => parts.Location;

    /// <inheritdoc/>
    public IAsyncEnumerable<ListEntry> ListAsync(string prefix, string? delimiter, CancellationToken cancellationToken)
    {
        StoreFaults.RequireSlashOrNull(delimiter);
        return parts.Listing.ListAsync(prefix, delimiter, parts.Listing.MaxPageSize, cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ListEntry> ListInPagesAsync(string prefix, string? delimiter, int pageSize,
        CancellationToken cancellationToken) =>
        parts.Listing.ListAsync(prefix, delimiter, pageSize, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DeleteResult>> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        parts.Deletes.DeleteAsync(keys, cancellationToken);

    /// <inheritdoc/>
    public async Task<int> CleanTempAsync(TimeSpan olderThan, CancellationToken cancellationToken)
    {
        var probes = await StoreProbe.RemoveLeftoversAsync(this, Clock, cancellationToken).ConfigureAwait(false);
        var startedBefore = Clock.GetUtcNow() - (olderThan > AbandonedAge ? olderThan : AbandonedAge);
        return probes + await AbortAsync((upload, _) => Task.FromResult(upload.Started < startedBefore && OwnKeys.IsOwn(upload.Key)),
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<int> AbortUploadsAsync(Func<string, CancellationToken, Task<bool>> isAbandoned, CancellationToken cancellationToken) =>
        AbortAsync((upload, token) => isAbandoned(upload.Key, token), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<(string Key, DateTimeOffset? StartedAt)> ListUploadsAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var uploads = new List<OpenUpload>();
        try
        {
            await foreach (var upload in parts.Listing.ListUploadsAsync(cancellationToken).ConfigureAwait(false)) uploads.Add(upload);
        }
        catch (ShardyFusionException e) when (e.Kind is ErrorKind.StorageDenied or ErrorKind.StorageUnsupported)
        {
            // As below.
        }
        foreach (var upload in uploads) yield return (upload.Key, upload.Started);
    }

    // Tidying up is no reason to refuse a build: who may not list uploads leaves them to the store's own lifecycle rules.
    async Task<int> AbortAsync(Func<OpenUpload, CancellationToken, Task<bool>> isAbandoned, CancellationToken cancellationToken)
    {
        var aborted = 0;
        try
        {
            await foreach (var upload in parts.Listing.ListUploadsAsync(cancellationToken).ConfigureAwait(false))
            {
                if (await isAbandoned(upload, cancellationToken).ConfigureAwait(false)
                    && await parts.Listing.AbortAsync(upload, AbortLimit, cancellationToken).ConfigureAwait(false))
                    aborted++;
            }
        }
        catch (ShardyFusionException e) when (e.Kind is ErrorKind.StorageDenied or ErrorKind.StorageUnsupported)
        {
        }
        return aborted;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        foreach (var owned in parts.Owned) owned.Dispose();
        return ValueTask.CompletedTask;
    }
}
