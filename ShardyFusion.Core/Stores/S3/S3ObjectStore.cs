using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores.S3;

/// <summary>Objects below one path of a bucket of S3 or an S3-compatible store.</summary>
sealed class S3ObjectStore : IObjectStore, IStoreMaintenance, IProbedStore, IServerCopy
{
    /// <summary>Parts under way at once, over all uploads: bounds the memory they hold.</summary>
    const int ParallelParts = 4;

    // No upload of a live process lasts that long.
    static readonly TimeSpan AbandonedAge = TimeSpan.FromDays(1);
    static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(10);

    static readonly ConcurrentDictionary<string, StoreVerdict> Probed = new(StringComparer.Ordinal);

    readonly S3Location location;
    readonly S3Requests requests;
    readonly S3Reads reads;
    readonly S3Writes writes;
    readonly S3Listing listing;
    readonly S3Deletes deletes;
    readonly SemaphoreSlim partTurns = new(ParallelParts, ParallelParts);
    readonly TimeProvider timeProvider;
    readonly string probedKey;
    volatile StoreCapabilities capabilities;

    /// <param name="bucket">Bucket name.</param>
    /// <param name="path">Path of the snapshot prefix within it, without slashes at its ends.</param>
    /// <param name="connection">Valid settings.</param>
    /// <param name="timeProvider">Clock for timeouts, retries and ages; null for the system's, with the store's for ages.</param>
    public S3ObjectStore(string bucket, string path, StoreConnection connection, TimeProvider? timeProvider = null)
    {
        this.timeProvider = timeProvider ?? TimeProvider.System;
        location = new S3Location(bucket, path);
        var storeClock = new StoreClock(this.timeProvider);
        Clock = timeProvider ?? storeClock;
        var (client, endpoint, description) = S3Clients.Create(connection, storeClock);
        Description = description;
        requests = new S3Requests(client, endpoint ?? "AWS", connection, Counters, this.timeProvider);
        reads = new S3Reads(location, requests, Counters);
        writes = new S3Writes(location, requests, reads, Counters, () => capabilities!.ConditionalWrites == false);
        listing = new S3Listing(location, requests, Counters);
        deletes = new S3Deletes(location, requests, Counters);
        // AWS itself honours conditions; whoever else speaks the protocol has to show it.
        probedKey = $"{endpoint}, bucket {bucket}";
        VerdictOwner = endpoint is null ? null : new StoreVerdictOwner(endpoint, bucket, path);
        var known = Probed.TryGetValue(probedKey, out var verdict) && verdict.IsValid(this.timeProvider.GetUtcNow()) ? verdict : null;
        capabilities = new StoreCapabilities(endpoint is null ? true : known?.AreHonoured, IsLocal: false);
    }

    /// <inheritdoc/>
    public string Root => location.Root;

    /// <inheritdoc/>
    public StoreCapabilities Capabilities => capabilities;

    /// <inheritdoc/>
    public TimeProvider Clock { get; }

    /// <inheritdoc/>
    public StoreCounters Counters { get; } = new();

    /// <summary>Endpoint, region and where the credentials come from; no secret.</summary>
    public string Description { get; }

    /// <summary>Forgets what this process knows of an endpoint, for tests: a process that has just started knows nothing.</summary>
    internal static void ForgetVerdicts(string endpoint)
    {
        foreach (var known in Probed.Keys.Where(key => key.StartsWith(endpoint + ",", StringComparison.Ordinal)))
            Probed.TryRemove(known, out _);
    }

    /// <inheritdoc/>
    public StoreVerdictOwner? VerdictOwner { get; }

    /// <inheritdoc/>
    public StoreVerdict? Verdict => Probed.GetValueOrDefault(probedKey);

    /// <inheritdoc/>
    public void Record(StoreVerdict verdict)
    {
        Probed[probedKey] = verdict;
        capabilities = capabilities with { ConditionalWrites = verdict.AreHonoured };
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<PutResult?>> RaceAsync(string key, ReadOnlyMemory<byte>[] contents, PutCondition condition,
        CancellationToken cancellationToken) =>
        new S3Race(location, requests, Counters).RunAsync(key, contents, condition, cancellationToken);

    /// <inheritdoc/>
    public Task OpenConnectionsAsync(string key, int count, CancellationToken cancellationToken) =>
        new S3Race(location, requests, Counters).OpenConnectionsAsync(key, count, cancellationToken);

    /// <inheritdoc/>
    public Task<PutResult> PutInPartsAsync(string key, byte[] content, CancellationToken cancellationToken) =>
        writes.PutInPartsAsync(key, content, cancellationToken);

    /// <inheritdoc/>
    public async Task<int> CountUploadsAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        await foreach (var _ in listing.ListUploadsAsync(cancellationToken).ConfigureAwait(false)) count++;
        return count;
    }

    /// <inheritdoc/>
    public string? LocalPath(string key) => null;

    /// <inheritdoc/>
    public Task<StoredObject?> GetAsync(string key, long maxBytes, CancellationToken cancellationToken) =>
        reads.GetAsync(key, maxBytes, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<int> GetRangeAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return reads.GetRangeAsync(key, offset, destination, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ObjectTail> GetTailAsync(string key, int length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return reads.GetTailAsync(key, length, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) =>
        (await reads.HeadAsync(key, cancellationToken).ConfigureAwait(false))?.Info;

    /// <inheritdoc/>
    public Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> content, PutOptions options, CancellationToken cancellationToken) =>
        writes.PutAsync(key, content, options, cancellationToken);

    /// <inheritdoc/>
    public Task<IObjectUpload> OpenUploadAsync(string key, PutOptions options, CancellationToken cancellationToken)
    {
        StoreKeys.Validate(key);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IObjectUpload>(new S3Upload(writes, location, key, options, partTurns));
    }

    /// <inheritdoc/>
    public async Task<bool> TryCopyAsync(IObjectStore source, string sourceKey, string key, long sizeBytes,
        CancellationToken cancellationToken)
    {
        // The same endpoint, asked with the same credentials.
        if (source is not S3ObjectStore other || other.Description != Description || sizeBytes > S3Writes.MaxCopyBytes) return false;
        return await writes.TryCopyAsync(other.location, sourceKey, key, sizeBytes, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ListEntry> ListAsync(string prefix, string? delimiter, CancellationToken cancellationToken)
    {
        StoreFaults.RequireSlashOrNull(delimiter);
        return listing.ListAsync(prefix, delimiter, S3Listing.MaxPageSize, cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ListEntry> ListInPagesAsync(string prefix, string? delimiter, int pageSize,
        CancellationToken cancellationToken) =>
        listing.ListAsync(prefix, delimiter, pageSize, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DeleteResult>> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        deletes.DeleteAsync(keys, cancellationToken);

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
        var uploads = new List<S3OpenUpload>();
        try
        {
            await foreach (var upload in listing.ListUploadsAsync(cancellationToken).ConfigureAwait(false)) uploads.Add(upload);
        }
        catch (ShardyFusionException e) when (e.Kind is ErrorKind.StorageDenied or ErrorKind.StorageUnsupported)
        {
            // As below.
        }
        foreach (var upload in uploads) yield return (upload.Key, upload.Started);
    }

    // Tidying up is no reason to refuse a build: who may not list uploads leaves them to the bucket's lifecycle rules.
    async Task<int> AbortAsync(Func<S3OpenUpload, CancellationToken, Task<bool>> isAbandoned, CancellationToken cancellationToken)
    {
        var aborted = 0;
        try
        {
            await foreach (var upload in listing.ListUploadsAsync(cancellationToken).ConfigureAwait(false))
            {
                if (await isAbandoned(upload, cancellationToken).ConfigureAwait(false)
                    && await writes.AbortUploadAsync(location.Name(upload.Key), upload.UploadId, AbortLimit, cancellationToken)
                    .ConfigureAwait(false))
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
        requests.Dispose();
        return ValueTask.CompletedTask;
    }
}
