using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards;

/// <summary>The objects that shards of several files are made of. Keys are relative to <see cref="Root"/>. Safe for concurrent
/// callers.</summary>
interface IShardFiles
{
    /// <summary>Absolute URI of the place that keys start at, without a slash at the end.</summary>
    string Root { get; }

    /// <summary>Lists objects with their sizes: one request for each thousand.</summary>
    /// <param name="prefix">What their keys start with.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    IAsyncEnumerable<(string Key, long Bytes)> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Size of an object; null when it is not there. One request.</summary>
    ValueTask<long?> FindAsync(string key, CancellationToken cancellationToken);

    /// <summary>Opens an object for ranged reads. Asks for nothing yet.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="missing">Makes the error for an object that is not there.</param>
    IShardSource Open(string key, long bytes, Func<string, Exception?, Errors.ShardyFusionException> missing);
}
