using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ShardyFusion.Errors;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.Azure;

/// <summary>Whole, ranged and metadata reads. Each answer is read whole within its attempt, so that one cut short is retried.</summary>
sealed class AzureReads(RemoteLocation location, StoreRequests<BlobContainerClient> requests, StoreCounters counters) : IRemoteReads
{
    /// <summary>Metadata that names the write a blob came from.</summary>
    public const string WriteIdMetadata = "shardyfusion_write";

    /// <inheritdoc/>
    public async Task<StoredObject?> GetAsync(string key, long maxBytes, CancellationToken cancellationToken)
    {
        var name = location.Name(key);
        var doubts = new ReadDoubts();
        var found = await requests.RunAsync(AzureActions.Get, location.Uri(key), async (container, token) =>
        {
            try
            {
                using var answer = (await container.GetBlobClient(name).DownloadStreamingAsync((BlobDownloadOptions?)null, token)
                    .ConfigureAwait(false)).Value;
                var details = answer.Details;
                if (details.ContentLength > maxBytes || details.ContentLength > Array.MaxLength)
                    throw StoreFaults.TooLarge(location.Uri(key), details.ContentLength, maxBytes);
                var content = new byte[details.ContentLength];
                await answer.Content.ReadExactlyAsync(content, token).ConfigureAwait(false);
                return doubts.Check(new StoredObject(content, Text(details.ETag), details.LastModified), Fits(details.ContentHash,
                    content));
            }
            catch (RequestFailedException e) when (AzureFaults.IsMissingBlob(e))
            {
                return null;
            }
        }, cancellationToken).ConfigureAwait(false);
        counters.CountGet(found?.Content.Length ?? 0);
        if (found is not null) await requests.AcquireReadBytesAsync(found.Content.Length, cancellationToken).ConfigureAwait(false);
        return found;
    }

    /// <inheritdoc/>
    public async ValueTask<int> GetRangeAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var name = location.Name(key);
        if (destination.IsEmpty)
            return 0;
        var read = await requests.RunAsync(AzureActions.Get, location.Uri(key),
            (container, token) => ReadAsync(container, name, offset, destination, token), cancellationToken,
            new StoreLoad(destination.Length)).ConfigureAwait(false);
        counters.CountGet(read);
        return read;
    }

    async Task<int> ReadAsync(BlobContainerClient container, string name, long offset, Memory<byte> destination,
        CancellationToken cancellationToken)
    {
        var where = $"{location.Home}/{name}";
        try
        {
            var options = new BlobDownloadOptions { Range = new HttpRange(offset, destination.Length) };
            using var answer = (await container.GetBlobClient(name).DownloadStreamingAsync(options,
                cancellationToken).ConfigureAwait(false))
                .Value;
            var details = answer.Details;
            var range = ContentRange.Of(details.ContentRange, details.ContentLength, where).Require(offset, destination, where);
            await answer.Content.ReadExactlyAsync(destination[..(int)range.Length], cancellationToken).ConfigureAwait(false);
            return (int)range.Length;
        }
        catch (RequestFailedException e) when (e.Status == 416)
        {
            return 0;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Azure knows no ranges from the end: its size is asked first.</remarks>
    public async Task<ObjectTail> GetTailAsync(string key, int length, CancellationToken cancellationToken)
    {
        if (await HeadAsync(key, cancellationToken).ConfigureAwait(false) is not { Info: var info })
            throw new ShardyFusionException(ErrorKind.StorageNotFound, $"There is no object at {location.Uri(key)}.")
            {
                Target = location.Uri(key),
            };
        var content = new byte[Math.Min(length, info.SizeBytes)];
        var read = await GetRangeAsync(key, info.SizeBytes - content.Length, content, cancellationToken).ConfigureAwait(false);
        return read == content.Length ? new ObjectTail(content, info.SizeBytes, info.ETag)
            : throw new ShardyFusionException(ErrorKind.StorageAnswer, $"{location.Uri(key)} became shorter while it was read.")
            {
                Target = location.Uri(key),
            };
    }

    /// <inheritdoc/>
    public async Task<WriteVersion?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        var found = await PropertiesAsync(key, cancellationToken).ConfigureAwait(false);
        return found is null ? null : new WriteVersion(new ObjectInfo(key, found.ContentLength, Text(found.ETag), found.LastModified),
            found.Metadata.TryGetValue(WriteIdMetadata, out var id) ? id : null);
    }

    /// <summary>All that the store says of a blob; null when there is none.</summary>
    public async Task<BlobProperties?> PropertiesAsync(string key, CancellationToken cancellationToken)
    {
        var name = location.Name(key);
        var found = await requests.RunAsync(AzureActions.Head, location.Uri(key), async (container, token) =>
        {
            try
            {
                return (await container.GetBlobClient(name).GetPropertiesAsync(cancellationToken: token).ConfigureAwait(false)).Value;
            }
            catch (RequestFailedException e) when (AzureFaults.IsMissingBlob(e))
            {
                return null;
            }
        }, cancellationToken).ConfigureAwait(false);
        counters.CountHead();
        return found;
    }

    /// <summary>A version as it is handed on: in quotes, as HTTP writes it; empty when there is none.</summary>
    public static string Text(ETag etag) => etag == default ? "" : etag.ToString("H");

    // The hash that the store keeps of what was written by one request; of an object from blocks it has none.
    static bool Fits(byte[]? hash, ReadOnlySpan<byte> content)
    {
        if (hash is not { Length: MD5.HashSizeInBytes }) return true;
#pragma warning disable CA5351 // The store chose it; it guards against accidents here, not against people.
        return MD5.HashData(content).AsSpan().SequenceEqual(hash);
#pragma warning restore CA5351
    }
}
