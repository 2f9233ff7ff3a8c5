using ShardyFusion.Errors;

namespace ShardyFusion.Stores.Remote;

/// <summary>Writes to one prefix of a remote store.</summary>
interface IRemoteWrites
{
    /// <summary>Writes an object by one request.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StoreUnsafe"/>: the store refuses conditions.</exception>
    Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> content, PutOptions options, CancellationToken cancellationToken);

    /// <summary>Starts an upload in parts.</summary>
    Task<IPartSession> StartUploadAsync(string key, PutOptions options, CancellationToken cancellationToken);

    /// <summary>Lets the store copy an object from another path that is reached in the same way; one that is there is replaced.</summary>
    /// <returns>False when the store cannot, so that the bytes have to be carried.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StorageNotFound"/>: there is no such object.</exception>
    Task<bool> TryCopyAsync(RemoteLocation from, string fromKey, string key, long sizeBytes, CancellationToken cancellationToken);
}
