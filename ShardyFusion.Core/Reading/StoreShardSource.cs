using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion.Reading;

/// <summary>A shard object, read by ranges.</summary>
/// <param name="store">Where it lies.</param>
/// <param name="key">Relative key.</param>
/// <param name="name">Absolute ref, for errors.</param>
/// <param name="length">Size in bytes.</param>
/// <param name="missing">Makes the error for an object that is not there.</param>
sealed class StoreShardSource(IObjectStore store, string key, string name, long length, Func<Exception, ShardyFusionException> missing)
    : IShardSource
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public long Length => length;

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        try
        {
            return await store.GetRangeAsync(key, offset, destination, cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException gone) when (gone.Kind == ErrorKind.StorageNotFound)
        {
            throw missing(gone);
        }
    }
}
