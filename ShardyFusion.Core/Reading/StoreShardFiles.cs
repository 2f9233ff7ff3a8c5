using System.Runtime.CompilerServices;
using ShardyFusion.Formats;
using ShardyFusion.Shards;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion.Reading;

/// <summary>The objects of a store, for shards of several files.</summary>
/// <param name="store">Where they lie.</param>
/// <param name="wrap">Stands between the reader and an object, to pace or to hash what is read; null for nothing.</param>
sealed class StoreShardFiles(IObjectStore store, Func<IShardSource, IShardSource>? wrap = null) : IShardFiles
{
    /// <inheritdoc/>
    public string Root => store.Root;

    /// <inheritdoc/>
    public async IAsyncEnumerable<(string Key, long Bytes)> ListAsync(string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in store.ListAsync(prefix, null, cancellationToken).ConfigureAwait(false))
            yield return (entry.Key, entry.SizeBytes);
    }

    /// <inheritdoc/>
    public async ValueTask<long?> FindAsync(string key, CancellationToken cancellationToken) =>
        (await store.HeadAsync(key, cancellationToken).ConfigureAwait(false))?.SizeBytes;

    /// <inheritdoc/>
    public IShardSource Open(string key, long bytes, Func<string, Exception?, Errors.ShardyFusionException> missing)
    {
        var name = SnapshotPaths.ToRef(store.Root, key);
        var source = new StoreShardSource(store, key, name, bytes, cause => missing(name, cause));
        return wrap is null ? source : wrap(source);
    }
}
