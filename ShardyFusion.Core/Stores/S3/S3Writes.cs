using System.Net;
using System.Runtime.InteropServices;
using Amazon.S3.Model;
using Amazon.S3;
using ShardyFusion.Errors;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.S3;

/// <summary>Conditional writes whose outcome is known in the end.</summary>
sealed class S3Writes(RemoteLocation location, StoreRequests<IAmazonS3> requests, S3Reads reads, StoreCounters counters,
    KnownConditions conditions) : IRemoteWrites
{
    /// <summary>The largest object that one request copies; S3's limit.</summary>
    public const long MaxCopyBytes = 5L << 30;

    static readonly TimeSpan UnknownLimitWhenStopped = TimeSpan.FromMilliseconds(300);
    static readonly TimeSpan UnknownLimit = TimeSpan.FromSeconds(5);

    readonly WriteOutcome outcome = new(location, reads);
    volatile bool isCopyRefused;

    /// <inheritdoc/>
    public Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> content, PutOptions options, CancellationToken cancellationToken) =>
        options.IsProbe ? PutOnceAsync(key, content, options, cancellationToken)
            : OrInTwoStepsAsync(key, options.Condition, condition => PutOnceAsync(key, content, options with { Condition = condition },
            cancellationToken), cancellationToken);

    Task<PutResult> PutOnceAsync(string key, ReadOnlyMemory<byte> content, PutOptions options, CancellationToken cancellationToken)
    {
        var name = location.Name(key);
        var bytes = MemoryMarshal.TryGetArray(content, out var segment) ? segment : new ArraySegment<byte>(content.ToArray());
        var writeId = WriteOutcome.NewId();
        return outcome.SettleAsync(new SentWrite(key, writeId, content.Length), requests.RunAsync<string?>(S3Actions.Put, location.Uri(key),
            async (client, token) =>
        {
            using var body = new MemoryStream(bytes.Array ?? [], bytes.Offset, bytes.Count, writable: false);
            var request = new PutObjectRequest
            {
                BucketName = location.Bucket,
                Key = name,
                InputStream = body,
                AutoCloseStream = false,
                ContentType = options.ContentType,
                // One body whose hash is part of the signature: the store verifies what arrives. Many compatible stores lack chunked
                // signing.
                UseChunkEncoding = false,
                IfNoneMatch = IfNoneMatch(options.Condition),
                IfMatch = options.Condition.ETag,
            };
            request.Metadata[S3Reads.WriteIdMetadata] = writeId;
            return await ConditionalAsync(key, options.Condition, content.Length,
                async () => (await client.PutObjectAsync(request, token).ConfigureAwait(false)).ETag, options.IsProbe)
                .ConfigureAwait(false);
        }, cancellationToken, new StoreLoad(content.Length)), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> TryCopyAsync(RemoteLocation from, string fromKey, string key, long sizeBytes,
        CancellationToken cancellationToken)
    {
        if (isCopyRefused) return false;
        try
        {
            await CopyAsync(from, fromKey, key, sizeBytes, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ShardyFusionException e) when (e.Kind is ErrorKind.StorageUnsupported or ErrorKind.StorageNotFound && e.HttpStatus is 400
            or 404 or 405 or 501)
        {
            // Some stores read the source's name in another way, and then miss the object or its bucket.
            if (e.HttpStatus == 404 && await new S3Reads(from, requests, counters).HeadAsync(fromKey, cancellationToken)
                .ConfigureAwait(false) is null) throw;
            isCopyRefused = true;
            return false;
        }
    }

    async Task CopyAsync(RemoteLocation from, string fromKey, string key, long sizeBytes, CancellationToken cancellationToken)
    {
        var request = new CopyObjectRequest
        {
            SourceBucket = from.Bucket,
            SourceKey = from.Name(fromKey),
            DestinationBucket = location.Bucket,
            DestinationKey = location.Name(key),
        };
        var isFound = await requests.RunAsync(S3Actions.Copy, location.Uri(key), async (client, token) =>
        {
            try
            {
                await client.CopyObjectAsync(request, token).ConfigureAwait(false);
                return true;
            }
            catch (AmazonS3Exception e) when (S3Faults.IsMissingObject(e))
            {
                return false;
            }
        }, cancellationToken, new StoreLoad(sizeBytes)).ConfigureAwait(false);
        counters.CountPut(0);
        if (!isFound)
            throw new ShardyFusionException(ErrorKind.StorageNotFound, $"There is no object at {from.Uri(fromKey)}.")
            {
                Target = from.Uri(fromKey),
                HttpStatus = 404,
            };
    }

    /// <inheritdoc/>
    public async Task<IPartSession> StartUploadAsync(string key, PutOptions options, CancellationToken cancellationToken)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = location.Bucket,
            Key = location.Name(key),
            ContentType = options.ContentType,
        };
        var writeId = WriteOutcome.NewId();
        request.Metadata[S3Reads.WriteIdMetadata] = writeId;
        var attempts = 0;
        string? uploadId = null;
        try
        {
            uploadId = await requests.RunAsync(S3Actions.StartUpload, location.Uri(key), async (client, token) =>
            {
                attempts++;
                return (await client.InitiateMultipartUploadAsync(request, token).ConfigureAwait(false)).UploadId;
            }, cancellationToken).ConfigureAwait(false);
            counters.CountPut(0);
            return new S3PartSession(this, key, uploadId, writeId);
        }
        finally
        {
            // An attempt without an answer may have started an upload whose id nobody knows.
            if (attempts > (uploadId is null ? 0 : 1))
                await AbortUnknownAsync(request.Key, uploadId, cancellationToken.IsCancellationRequested ? UnknownLimitWhenStopped
                    : UnknownLimit).ConfigureAwait(false);
        }
    }

    // No two writers ever upload to the same key: shards' keys name their run and attempt.
    Task<bool> AbortUnknownAsync(string name, string? known, TimeSpan limit) => requests.TryOnceAsync(async (client, token) =>
    {
        var found = await client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = location.Bucket, Prefix = name },
            token).ConfigureAwait(false);
        counters.CountList();
        foreach (var upload in (found.MultipartUploads ?? []).Where(u => u.Key == name && u.UploadId != known))
            await client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest
            {
                BucketName = location.Bucket,
                Key = name,
                UploadId = upload.UploadId
            }, token).ConfigureAwait(false);
    }, limit);

    /// <summary>Sends one part; its bytes must stay as they are until the task ends.</summary>
    /// <param name="key">Relative key.</param>
    /// <param name="uploadId">The store's id of the upload.</param>
    /// <param name="partNumber">1-based.</param>
    /// <param name="content">5 MiB or more, except for the last part.</param>
    /// <param name="cancellationToken">Ends the request at once.</param>
    public async Task<PartETag> UploadPartAsync(string key, string uploadId, int partNumber, ArraySegment<byte> content,
        CancellationToken cancellationToken)
    {
        var etag = await requests.RunAsync(S3Actions.UploadPart, location.Uri(key), async (client, token) =>
        {
            using var body = new MemoryStream(content.Array!, content.Offset, content.Count, writable: false);
            var request = new UploadPartRequest
            {
                BucketName = location.Bucket,
                Key = location.Name(key),
                UploadId = uploadId,
                PartNumber = partNumber,
                PartSize = content.Count,
                InputStream = body,
                UseChunkEncoding = false,
            };
            // Without it the part cannot be named when the upload is completed.
            return (await client.UploadPartAsync(request, token).ConfigureAwait(false)).ETag is { Length: > 0 } given ? given
                : throw StoreAnswerException.NoETag();
        }, cancellationToken, new StoreLoad(content.Count)).ConfigureAwait(false);
        counters.CountPut(content.Count);
        return new PartETag(partNumber, etag);
    }

    /// <summary>Makes the parts one object, under the condition.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StoreUnsafe"/>: the store refuses conditions.</exception>
    public Task<PutResult> CompleteUploadAsync(SentWrite sent, string uploadId, IEnumerable<PartETag> parts, PutCondition condition,
        CancellationToken cancellationToken) =>
        OrInTwoStepsAsync(sent.Key, condition, allowed => CompleteOnceAsync(sent, uploadId, parts, allowed, cancellationToken),
            cancellationToken);

    // Where conditions are refused, nobody gets here without having allowed an unsafe pointer: every publish asks the probe first.
    async Task<PutResult> OrInTwoStepsAsync(string key, PutCondition condition, Func<PutCondition, Task<PutResult>> write,
        CancellationToken cancellationToken)
    {
        try
        {
            return await write(condition).ConfigureAwait(false);
        }
        catch (ShardyFusionException e) when (e.Kind == ErrorKind.StoreUnsafe && conditions.AreBroken)
        {
            var etag = (await reads.HeadAsync(key, cancellationToken).ConfigureAwait(false))?.Info.ETag;
            return etag == condition.ETag ? await write(PutCondition.Always).ConfigureAwait(false) : PutResult.ConditionFailed;
        }
    }

    Task<PutResult> CompleteOnceAsync(SentWrite sent, string uploadId, IEnumerable<PartETag> parts, PutCondition condition,
        CancellationToken cancellationToken)
    {
        var key = sent.Key;
        var request = new CompleteMultipartUploadRequest
        {
            BucketName = location.Bucket,
            Key = location.Name(key),
            UploadId = uploadId,
            PartETags = [.. parts.OrderBy(static p => p.PartNumber)],
            IfNoneMatch = IfNoneMatch(condition),
            IfMatch = condition.ETag,
        };
        bool isRepeated = false, isGone = false;
        return outcome.SettleAsync(sent, requests.RunAsync<string?>(S3Actions.CompleteUpload,
            location.Uri(key), async (client, token) =>
        {
            try
            {
                return await ConditionalAsync(key, condition, 0,
                    async () => (await client.CompleteMultipartUploadAsync(request, token).ConfigureAwait(false)).ETag)
                    .ConfigureAwait(false);
            }
            catch (AmazonS3Exception e) when (isRepeated && e.ErrorCode == "NoSuchUpload")
            {
                isGone = true;
                return null; // An earlier attempt completed it, or nobody can any more: the object tells.
            }
            finally
            {
                isRepeated = true;
            }
        }, cancellationToken), cancellationToken, wasLost: () => isGone);
    }

    /// <summary>Drops the parts of an upload; once, within a limit.</summary>
    public Task<bool> AbortUploadAsync(string key, string uploadId, TimeSpan limit) => requests.TryOnceAsync(
        (client, token) => client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest
        {
            BucketName = location.Bucket,
            Key = location.Name(key),
            UploadId = uploadId,
        }, token), limit);

    async Task<string?> ConditionalAsync(string key, PutCondition condition, long payloadBytes, Func<Task<string>> write,
        bool isProbe = false)
    {
        try
        {
            var etag = await write().ConfigureAwait(false);
            counters.CountPut(payloadBytes);
            return etag;
        }
        catch (AmazonS3Exception e) when (S3Faults.IsConditionFailure(e, condition))
        {
            counters.CountPut(0);
            return null;
        }
        catch (AmazonS3Exception e) when (condition.Kind != PutConditionKind.Always && IsConditionRefused(e, isProbe))
        {
            counters.CountPut(0);
            throw new ShardyFusionException(ErrorKind.StoreUnsafe,
                $"The store refuses a conditional write of {location.Uri(key)}: {e.ErrorCode} (HTTP {(int)e.StatusCode}).", e)
            {
                Target = location.Uri(key),
                HttpStatus = (int)e.StatusCode,
            };
        }
    }

    // Any other answer than 501 may have another reason, unless the same write passes without a condition: a probe sees that, and what it
    // found is known later.
    bool IsConditionRefused(AmazonS3Exception e, bool isProbe) => e.StatusCode == HttpStatusCode.NotImplemented
        || e.ErrorCode == "NotImplemented"
        || ((isProbe || conditions.AreBroken) && (int)e.StatusCode is 400 or 405
        && S3Faults.Instance.IsUnsupported(e, S3Actions.Put));

    public static string? IfNoneMatch(PutCondition condition) => condition.Kind == PutConditionKind.CreateOnly ? "*" : null;
}
