using System.Runtime.InteropServices;
using Amazon.S3;
using Amazon.S3.Model;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.S3;

/// <summary>Objects below one path of a bucket of S3 or an S3-compatible store.</summary>
/// <param name="bucket">Bucket name.</param>
/// <param name="path">Path of the snapshot prefix within it, without slashes at its ends.</param>
/// <param name="connection">Valid settings.</param>
/// <param name="timeProvider">Clock for timeouts, retries and ages; null for the system's, with the store's for ages.</param>
sealed class S3ObjectStore(string bucket, string path, StoreConnection connection, TimeProvider? timeProvider = null)
    : RemoteObjectStore(Build(new RemoteLocation($"{PrefixText.S3Scheme}{bucket}", bucket, path), connection, timeProvider))
{
    /// <inheritdoc/>
    protected override long MaxCopyBytes => S3Writes.MaxCopyBytes;

    static RemoteStoreParts Build(RemoteLocation location, StoreConnection connection, TimeProvider? timeProvider)
    {
        var clock = timeProvider ?? TimeProvider.System;
        var storeClock = new StoreClock(clock);
        var counters = new StoreCounters();
        var (client, endpoint, description) = S3Clients.Create(connection, storeClock);
        var requests = new StoreRequests<IAmazonS3>(client, endpoint ?? "AWS", S3Faults.Instance,
            new RequestSettings(connection, counters, clock));
        var reads = new S3Reads(location, requests, counters);
        // AWS itself honours conditions; whoever else speaks the protocol has to show it.
        var conditions = new KnownConditions(endpoint, location, clock);
        return new RemoteStoreParts
        {
            Location = location,
            Description = description,
            Reads = reads,
            Writes = new S3Writes(location, requests, reads, counters, conditions),
            Listing = new S3Listing(location, requests, counters),
            Deletes = new S3Deletes(location, requests, counters),
            Race = new RemoteRace<IAmazonS3>(requests, (S3Actions.Head, S3Actions.Put), (racer, key, token) => racer.GetObjectMetadataAsync(
                new GetObjectMetadataRequest { BucketName = location.Bucket, Key = location.Name(key) }, token),
                (racer, write, token) => RaceAsync(location, racer, write, token), counters),
            Conditions = conditions,
            Counters = counters,
            Clock = timeProvider ?? storeClock,
            Owned = [requests, client],
        };
    }

    static async Task<PutResult> RaceAsync(RemoteLocation location, IAmazonS3 client, RacingWrite write,
        CancellationToken cancellationToken)
    {
        var bytes = MemoryMarshal.TryGetArray(write.Content, out var segment) ? segment : new ArraySegment<byte>(write.Content.ToArray());
        using var body = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false);
        var request = new PutObjectRequest
        {
            BucketName = location.Bucket,
            Key = location.Name(write.Key),
            InputStream = body,
            AutoCloseStream = false,
            UseChunkEncoding = false,
            IfNoneMatch = S3Writes.IfNoneMatch(write.Condition),
            IfMatch = write.Condition.ETag,
        };
        try
        {
            var etag = (await client.PutObjectAsync(request, cancellationToken).ConfigureAwait(false)).ETag;
            return new PutResult(true, etag, write.Content.Length);
        }
        // A store may also ask the losers to try again.
        catch (AmazonS3Exception e) when (S3Faults.IsConditionFailure(e, write.Condition) || (int)e.StatusCode == 409)
        {
            return PutResult.ConditionFailed;
        }
    }
}
