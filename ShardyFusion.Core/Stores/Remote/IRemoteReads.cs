using ShardyFusion.Errors;

namespace ShardyFusion.Stores.Remote;

/// <summary>Reads of one prefix of a remote store; as those of <see cref="IObjectStore"/>.</summary>
interface IRemoteReads
{
    Task<StoredObject?> GetAsync(string key, long maxBytes, CancellationToken cancellationToken);

    ValueTask<int> GetRangeAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken);

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StorageNotFound"/>: there is no such object.</exception>
    Task<ObjectTail> GetTailAsync(string key, int length, CancellationToken cancellationToken);

    /// <returns>The object and the id of the write it came from, or null.</returns>
    Task<WriteVersion?> HeadAsync(string key, CancellationToken cancellationToken);
}
