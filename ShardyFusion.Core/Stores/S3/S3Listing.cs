using System.Runtime.CompilerServices;
using Amazon.S3.Model;
using Amazon.S3;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.S3;

/// <summary>Listings of objects and of uploads never completed, page by page.</summary>
sealed class S3Listing(RemoteLocation location, StoreRequests<IAmazonS3> requests, StoreCounters counters) : IRemoteListing
{
    /// <inheritdoc/>
    public int MaxPageSize => 1000;

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListEntry> ListAsync(string prefix, string? delimiter, int pageSize,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? continuation = null;
        do
        {
            var request = new ListObjectsV2Request
            {
                BucketName = location.Bucket,
                Prefix = location.NamePrefix + prefix,
                Delimiter = delimiter,
                MaxKeys = pageSize,
                ContinuationToken = continuation,
            };
            var page = await requests.RunAsync(S3Actions.List, location.Uri(prefix), async (client, token) =>
            {
                var answer = await client.ListObjectsV2Async(request, token).ConfigureAwait(false);
                // A document of another kind reads as a listing without entries.
                return answer.Name is null && answer.IsTruncated is null && answer.KeyCount is null ? throw StoreAnswerException.NoListing()
                    : answer;
            }, cancellationToken).ConfigureAwait(false);
            counters.CountList();
            foreach (var entry in Merge(page))
                yield return entry;
            continuation = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (continuation is not null);
    }

    // A page holds one stretch of the order, but objects and folded prefixes apart.
    List<ListEntry> Merge(ListObjectsV2Response page)
    {
        var entries = new List<ListEntry>();
        foreach (var found in page.S3Objects ?? [])
        {
            if (location.KeyOf(found.Key) is { } key)
                entries.Add(new ListEntry(key, false, found.Size ?? 0, found.LastModified is null ? null
                    : S3Reads.Time(found.LastModified)));
        }
        foreach (var folded in page.CommonPrefixes ?? [])
        {
            if (location.KeyOf(folded.TrimEnd('/')) is { } key)
                entries.Add(new ListEntry(key + "/", true, 0, null));
        }
        entries.Sort(static (a, b) => StoreKeys.CompareUtf8(a.Key, b.Key));
        return entries;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<OpenUpload> ListUploadsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? keyMarker = null, uploadMarker = null;
        do
        {
            var request = new ListMultipartUploadsRequest
            {
                BucketName = location.Bucket,
                Prefix = location.NamePrefix,
                KeyMarker = keyMarker,
                UploadIdMarker = uploadMarker,
            };
            var page = await requests.RunAsync(S3Actions.ListUploads, location.Root,
                (client, token) => client.ListMultipartUploadsAsync(request, token), cancellationToken).ConfigureAwait(false);
            counters.CountList();
            foreach (var upload in page.MultipartUploads ?? [])
            {
                if (location.KeyOf(upload.Key) is { } key)
                    yield return new OpenUpload(key, upload.UploadId, S3Reads.Time(upload.Initiated));
            }
            (keyMarker, uploadMarker) = page.IsTruncated == true ? (page.NextKeyMarker, page.NextUploadIdMarker) : (null, null);
        }
        while (!string.IsNullOrEmpty(keyMarker));
    }

    /// <inheritdoc/>
    public Task<bool> AbortAsync(OpenUpload upload, TimeSpan limit, CancellationToken cancellationToken) =>
        requests.TryOnceAsync((client, token) => client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest
        {
            BucketName = location.Bucket,
            Key = location.Name(upload.Key),
            UploadId = upload.UploadId,
        }, token), limit, cancellationToken);
}
