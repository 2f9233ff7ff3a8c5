namespace ShardyFusion.Stores;

/// <summary>A store that can take objects over from another one without their bytes passing through this process.</summary>
interface IServerCopy
{
    /// <summary>Copies an object; one that is there is replaced.</summary>
    /// <param name="source">Where it lies.</param>
    /// <param name="sourceKey">Its key there.</param>
    /// <param name="key">Its key here.</param>
    /// <param name="sizeBytes">Its size.</param>
    /// <param name="cancellationToken">Cancels the request; it may be carried out all the same.</param>
    /// <returns>False when this store cannot do it for this source and size, so that the bytes have to be carried.</returns>
    /// <exception cref="Errors.ShardyFusionException"><see cref="Errors.ErrorKind.StorageNotFound"/>: there is no such object; or a failure
    /// of the store.</exception>
    Task<bool> TryCopyAsync(IObjectStore source, string sourceKey, string key, long sizeBytes, CancellationToken cancellationToken);
}
