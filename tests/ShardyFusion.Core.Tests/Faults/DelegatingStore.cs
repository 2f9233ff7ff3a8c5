using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>Another store as it is; doubles change what they need to.</summary>
abstract class DelegatingStore(IObjectStore inner) : IObjectStore
{
    protected IObjectStore Inner => inner;
    public virtual string Root => inner.Root;
    public virtual StoreCapabilities Capabilities => inner.Capabilities;
    public virtual TimeProvider Clock => inner.Clock;
    public virtual StoreCounters Counters => inner.Counters;
    public virtual string? LocalPath(string key) => inner.LocalPath(key);
    public virtual ValueTask DisposeAsync() => inner.DisposeAsync();

    public virtual Task<StoredObject?> GetAsync(string key, long maxBytes, CancellationToken cancellationToken) =>
        inner.GetAsync(key, maxBytes, cancellationToken);

    public virtual ValueTask<int> GetRangeAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        inner.GetRangeAsync(key, offset, destination, cancellationToken);

    public virtual Task<ObjectTail> GetTailAsync(string key, int length, CancellationToken cancellationToken) =>
        inner.GetTailAsync(key, length, cancellationToken);

    public virtual Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) => inner.HeadAsync(key, cancellationToken);

    public virtual Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> content, PutOptions options,
        CancellationToken cancellationToken) =>
        inner.PutAsync(key, content, options, cancellationToken);

    public virtual Task<IObjectUpload> OpenUploadAsync(string key, PutOptions options, CancellationToken cancellationToken) =>
        inner.OpenUploadAsync(key, options, cancellationToken);

    public virtual IAsyncEnumerable<ListEntry> ListAsync(string prefix, string? delimiter, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, delimiter, cancellationToken);

    public virtual Task<IReadOnlyList<DeleteResult>> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        inner.DeleteAsync(keys, cancellationToken);
}
