using ShardyFusion.Stores;

namespace ShardyFusion.ManifestStores;

/// <summary>A path of a bucket or container whose manifests are rows of a database.</summary>
sealed class RemoteDatabaseStore(IObjectStore remote, TableManifests manifests) : DatabaseStore(remote, manifests), IProbedStore,
    IServerCopy
{
    IProbedStore Probed => (IProbedStore)Objects;

    /// <inheritdoc/>
    public StoreVerdictOwner? VerdictOwner => Probed.VerdictOwner;

    /// <inheritdoc/>
    public StoreVerdict? Verdict => Probed.Verdict;

    /// <inheritdoc/>
    public void Record(StoreVerdict verdict) => Probed.Record(verdict);

    /// <inheritdoc/>
    public Task OpenConnectionsAsync(string key, int count, CancellationToken cancellationToken) =>
        Probed.OpenConnectionsAsync(key, count, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PutResult?>> RaceAsync(string key, ReadOnlyMemory<byte>[] contents, PutCondition condition,
        CancellationToken cancellationToken) => Probed.RaceAsync(key, contents, condition, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<ListEntry> ListInPagesAsync(string prefix, string? delimiter, int pageSize,
        CancellationToken cancellationToken) => Probed.ListInPagesAsync(prefix, delimiter, pageSize, cancellationToken);

    /// <inheritdoc/>
    public Task<PutResult> PutInPartsAsync(string key, byte[] content, CancellationToken cancellationToken) =>
        Probed.PutInPartsAsync(key, content, cancellationToken);

    /// <inheritdoc/>
    public Task<int> CountUploadsAsync(CancellationToken cancellationToken) => Probed.CountUploadsAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryCopyAsync(IObjectStore source, string sourceKey, string key, long sizeBytes,
        CancellationToken cancellationToken) =>
        ((IServerCopy)Objects).TryCopyAsync(source, sourceKey, key, sizeBytes, cancellationToken);
}
