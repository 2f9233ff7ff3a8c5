using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>A real store that says which call it is about to make and then hangs, at the n-th one that changes something.</summary>
sealed class CountingStore(IObjectStore inner, int stopAt) : DelegatingStore(inner), IStoreMaintenance
{
    int seen;

    public void StartOver() => seen = 0;

    public Task<int> CleanTempAsync(TimeSpan olderThan, CancellationToken cancellationToken) =>
        ((IStoreMaintenance)Inner).CleanTempAsync(olderThan, cancellationToken);

    public override async Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> content, PutOptions options,
        CancellationToken cancellationToken)
    {
        await PassAsync("Put", key);
        return await Inner.PutAsync(key, content, options, cancellationToken);
    }

    public override async Task<IReadOnlyList<DeleteResult>> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        await PassAsync("Delete", keys[0]);
        return await Inner.DeleteAsync(keys, cancellationToken);
    }

    public override async Task<IObjectUpload> OpenUploadAsync(string key, PutOptions options, CancellationToken cancellationToken)
    {
        await PassAsync("OpenUpload", key);
        return new Upload(this, key, await Inner.OpenUploadAsync(key, options, cancellationToken));
    }

    async Task PassAsync(string operation, string key)
    {
        if (Interlocked.Increment(ref seen) != stopAt) return;
        Console.WriteLine($"{operation} {key}");
        await Console.Out.FlushAsync();
        await Task.Delay(Timeout.Infinite);
    }

    sealed class Upload(CountingStore store, string key, IObjectUpload inner) : IObjectUpload
    {
        public async ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
        {
            await store.PassAsync("UploadWrite", key);
            await inner.WriteAsync(content, cancellationToken);
        }

        public async Task<PutResult> CompleteAsync(CancellationToken cancellationToken)
        {
            await store.PassAsync("UploadComplete", key);
            return await inner.CompleteAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
