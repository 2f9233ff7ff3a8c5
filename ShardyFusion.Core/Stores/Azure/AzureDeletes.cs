using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.Azure;

/// <summary>Deletes blobs one by one, several at once. Snapshots that somebody made of a blob are not deleted with it.</summary>
sealed class AzureDeletes(RemoteLocation location, StoreRequests<BlobContainerClient> requests, StoreCounters counters) : IRemoteDeletes
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<DeleteResult>> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        SingleDeletes.RunAsync(keys, DeleteOneAsync, cancellationToken);

    async Task DeleteOneAsync(string key, CancellationToken cancellationToken)
    {
        var name = location.Name(key);
        await requests.RunAsync(AzureActions.Delete, location.Uri(key), async (container, token) =>
        {
            try
            {
                await container.GetBlobClient(name).DeleteAsync(DeleteSnapshotsOption.None, cancellationToken: token).ConfigureAwait(false);
            }
            catch (RequestFailedException e) when (AzureFaults.IsMissingBlob(e))
            {
            }
            return true;
        }, cancellationToken).ConfigureAwait(false);
        counters.CountDelete();
    }
}
