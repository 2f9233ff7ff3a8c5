using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>A store that deletes all but one object.</summary>
sealed class StubbornStore(IObjectStore inner, string key) : IObjectStore
{
    public string Root => inner.Root;
    public StoreCapabilities Capabilities => inner.Capabilities;
    public StoreCounters Counters => inner.Counters;
    public string? LocalPath(string key) => inner.LocalPath(key);
    public ValueTask DisposeAsync() => inner.DisposeAsync();
    public Task<StoredObject?> GetAsync(string key, long maxBytes, CancellationToken cancellationToken) =>
        inner.GetAsync(key, maxBytes, cancellationToken);
    public ValueTask<int> GetRangeAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        inner.GetRangeAsync(key, offset, destination, cancellationToken);
    public Task<ObjectTail> GetTailAsync(string key, int length, CancellationToken cancellationToken) =>
        inner.GetTailAsync(key, length, cancellationToken);
    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) => inner.HeadAsync(key, cancellationToken);
    public Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> content, PutOptions options, CancellationToken cancellationToken) =>
        inner.PutAsync(key, content, options, cancellationToken);
    public Task<IObjectUpload> OpenUploadAsync(string key, PutOptions options, CancellationToken cancellationToken) =>
        inner.OpenUploadAsync(key, options, cancellationToken);
    public IAsyncEnumerable<ListEntry> ListAsync(string prefix, string? delimiter, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, delimiter, cancellationToken);

    public async Task<IReadOnlyList<DeleteResult>> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        [.. await inner.DeleteAsync([.. keys.Where(wanted => wanted != key)], cancellationToken), .. keys.Where(wanted => wanted == key)
            .Select(wanted => new DeleteResult(wanted, "AccessDenied"))];
}
