using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion.Building.Shards;

/// <summary>Takes a shard file over to another place as it is.</summary>
static class ShardCopier
{
    /// <summary>Reads there and writes here, hashing on the way: a file with another hash never becomes visible.</summary>
    /// <param name="source">The file.</param>
    /// <param name="sha256">The hash that it must have, lower-case hex.</param>
    /// <param name="place">Where it goes.</param>
    /// <param name="otherHash">Makes the error from the hash that it has instead.</param>
    /// <param name="cancellationToken">Cancels reads and writes.</param>
    /// <returns>False when an object is there already; nothing was changed then.</returns>
    /// <exception cref="ShardyFusionException">What <paramref name="otherHash"/> makes, or a failure of a store.</exception>
    public static async Task<bool> CarryAsync(
        IShardSource source, string sha256, ShardPlace place, Func<string, ShardyFusionException> otherHash,
        CancellationToken cancellationToken)
    {
        var upload = await place.Store.OpenUploadAsync(place.ObjectKey, new PutOptions(PutCondition.CreateOnly), cancellationToken)
            .ConfigureAwait(false);
        await using var abortUnlessComplete = upload.ConfigureAwait(false);
        var hash = await ShardStream.ReadAsync(source, part => upload.WriteAsync(part, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        if (hash != sha256) throw otherHash(hash);
        return (await upload.CompleteAsync(cancellationToken).ConfigureAwait(false)).Written;
    }
}
