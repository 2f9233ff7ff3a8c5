using System.Globalization;
using System.Net;
using Amazon.S3.Model;
using Amazon.S3;
using ShardyFusion.Errors;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.S3;

/// <summary>Whole, ranged and metadata reads. Each answer is read whole within its attempt, so that one cut short is retried.</summary>
sealed class S3Reads(RemoteLocation location, StoreRequests<IAmazonS3> requests, StoreCounters counters) : IRemoteReads
{
    /// <summary>Metadata that names the write an object came from.</summary>
    public const string WriteIdMetadata = "x-amz-meta-shardyfusion-write";

    /// <inheritdoc/>
    public async Task<StoredObject?> GetAsync(string key, long maxBytes, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest { BucketName = location.Bucket, Key = location.Name(key) };
        var doubts = new ReadDoubts();
        var found = await requests.RunAsync(S3Actions.Get, location.Uri(key), async (client, token) =>
        {
            try
            {
                using var response = await client.GetObjectAsync(request, token).ConfigureAwait(false);
                if (response.ContentLength > maxBytes || response.ContentLength > Array.MaxLength)
                    throw StoreFaults.TooLarge(location.Uri(key), response.ContentLength, maxBytes);
                var content = new byte[response.ContentLength];
                await response.ResponseStream.ReadExactlyAsync(content, token).ConfigureAwait(false);
                var isWhole = S3ETag.IsOfCipher(response.ServerSideEncryptionMethod, response.ServerSideEncryptionCustomerMethod)
                    || S3ETag.Fits(response.ETag ?? "", content);
                return doubts.Check(new StoredObject(content, response.ETag ?? "", Time(response.LastModified)), isWhole);
            }
            catch (AmazonS3Exception e) when (S3Faults.IsMissingObject(e))
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
        var request = new GetObjectRequest
        {
            BucketName = location.Bucket,
            Key = name,
            ByteRange = new ByteRange(offset, offset + destination.Length - 1),
        };
        var read = await requests.RunAsync(S3Actions.Get, location.Uri(key), async (client, token) =>
        {
            try
            {
                using var response = await client.GetObjectAsync(request, token).ConfigureAwait(false);
                var range = RangeOf(response, location.Uri(key)).Require(offset, destination, location.Uri(key));
                await response.ResponseStream.ReadExactlyAsync(destination[..(int)range.Length], token).ConfigureAwait(false);
                return (int)range.Length;
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                return 0;
            }
        }, cancellationToken, new StoreLoad(destination.Length)).ConfigureAwait(false);
        counters.CountGet(read);
        return read;
    }

    /// <inheritdoc/>
    public async Task<ObjectTail> GetTailAsync(string key, int length, CancellationToken cancellationToken)
    {
        // There is no range of no bytes.
        var asked = Math.Max(length, 1);
        var request = new GetObjectRequest
        {
            BucketName = location.Bucket,
            Key = location.Name(key),
            ByteRange = new ByteRange(string.Create(CultureInfo.InvariantCulture, $"bytes=-{asked}")),
        };
        var tail = await requests.RunAsync(S3Actions.Get, location.Uri(key), async (client, token) =>
        {
            try
            {
                using var response = await client.GetObjectAsync(request, token).ConfigureAwait(false);
                var range = RangeOf(response, location.Uri(key)).RequireTail(asked, location.Uri(key));
                var content = new byte[range.Length];
                await response.ResponseStream.ReadExactlyAsync(content, token).ConfigureAwait(false);
                return new ObjectTail(length == 0 ? default : content, range.TotalBytes, response.ETag ?? "");
            }
            catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                return null; // Only an empty object has no last byte.
            }
        }, cancellationToken, new StoreLoad(asked)).ConfigureAwait(false);
        counters.CountGet(tail?.Content.Length ?? 0);
        if (tail is not null)
            return tail;
        return await HeadAsync(key, cancellationToken).ConfigureAwait(false) is { } empty
            ? new ObjectTail(default, 0, empty.Info.ETag)
            : throw new ShardyFusionException(ErrorKind.StorageNotFound,
            $"There is no object at {location.Uri(key)}.")
            { Target = location.Uri(key) };
    }

    /// <inheritdoc/>
    public async Task<WriteVersion?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        var request = new GetObjectMetadataRequest { BucketName = location.Bucket, Key = location.Name(key) };
        var found = await requests.RunAsync(S3Actions.Head, location.Uri(key), async (client, token) =>
        {
            try
            {
                return await client.GetObjectMetadataAsync(request, token).ConfigureAwait(false);
            }
            catch (AmazonS3Exception e) when (S3Faults.IsMissingObject(e))
            {
                return null;
            }
        }, cancellationToken).ConfigureAwait(false);
        counters.CountHead();
        return found is null ? null : new WriteVersion(new ObjectInfo(key, found.ContentLength, found.ETag ?? "",
            Time(found.LastModified)), found.Metadata[WriteIdMetadata]);
    }

    static ContentRange RangeOf(GetObjectResponse response, string resource) =>
        ContentRange.Of(response.HttpStatusCode == HttpStatusCode.OK ? null : response.ContentRange, response.ContentLength, resource);

    /// <summary>The SDK's time, which is null when the store sent none.</summary>
    public static DateTimeOffset Time(DateTime? time) => time is { } known ? new DateTimeOffset(known.ToUniversalTime())
        : DateTimeOffset.UnixEpoch;
}
