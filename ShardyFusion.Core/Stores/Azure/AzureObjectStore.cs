using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.Azure;

/// <summary>Blobs below one path of a container of Azure Blob Storage.</summary>
/// <param name="prefix">The prefix.</param>
/// <param name="connection">Valid settings.</param>
/// <param name="timeProvider">Clock for timeouts, retries and ages; null for the system's, with the store's for ages.</param>
sealed class AzureObjectStore(SnapshotPrefix prefix, StoreConnection connection, TimeProvider? timeProvider = null)
    : RemoteObjectStore(Build(prefix, connection, timeProvider))
{
    /// <inheritdoc/>
    protected override long MaxCopyBytes => AzureWrites.MaxCopyBytes;

    static RemoteStoreParts Build(SnapshotPrefix prefix, StoreConnection connection, TimeProvider? timeProvider)
    {
        var home = prefix.BlobEndpoint is { } named ? $"{named}/{prefix.Bucket}" : $"{PrefixText.AzureScheme}{prefix.Bucket}";
        var location = new RemoteLocation(home, prefix.Bucket!, prefix.KeyPrefix) { IsBackslashLost = true };
        var clock = timeProvider ?? TimeProvider.System;
        var storeClock = new StoreClock(clock);
        var counters = new StoreCounters();
        var http = new HttpClient(new AzureAnswers(storeClock, AnswerHandler.Connections(connection)))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        var (container, endpoint, description) = AzureClients.Create(prefix, connection.Azure ?? new AzureAccess(), http);
        var requests = new StoreRequests<BlobContainerClient>(container, endpoint.GetLeftPart(UriPartial.Path), AzureFaults.Instance,
            new RequestSettings(connection, counters, clock));
        var reads = new AzureReads(location, requests, counters);
        var writes = new AzureWrites(location, requests, reads, counters);
        return new RemoteStoreParts
        {
            Location = location,
            Description = description,
            Reads = reads,
            Writes = writes,
            Listing = new AzureListing(location, requests, reads, writes, counters),
            Deletes = new AzureDeletes(location, requests, counters),
            Race = new RemoteRace<BlobContainerClient>(requests, (AzureActions.Head, AzureActions.Put),
                (racer, key, token) => racer.GetBlobClient(location.Name(key)).GetPropertiesAsync(cancellationToken: token),
                (racer, write, token) => RaceAsync(location, racer, write, token), counters),
            // The service itself honours conditions; an emulator, or what else speaks the protocol, has to show it.
            Conditions = new KnownConditions(AzureEndpoints.AccountOf(endpoint) is null ? endpoint.AbsoluteUri.TrimEnd('/') : null,
                location, clock),
            Counters = counters,
            Clock = timeProvider ?? storeClock,
            Owned = [requests, http],
        };
    }

    static async Task<PutResult> RaceAsync(RemoteLocation location, BlobContainerClient container, RacingWrite write,
        CancellationToken cancellationToken)
    {
        try
        {
            var etag = await AzureWrites.PutOnceAsync(container.GetBlockBlobClient(location.Name(write.Key)), write.Content,
                new PutOptions(write.Condition), WriteOutcome.NewId(), cancellationToken).ConfigureAwait(false);
            return new PutResult(true, AzureReads.Text(etag), write.Content.Length);
        }
        catch (RequestFailedException e) when (AzureFaults.IsConditionFailure(e, write.Condition))
        {
            return PutResult.ConditionFailed;
        }
    }
}
