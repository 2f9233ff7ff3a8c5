using System.Net;
using System.Runtime.InteropServices;
using Amazon.S3;
using Amazon.S3.Model;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores.S3;

/// <summary>Conditional writes whose outcome is known in the end.</summary>
/// <remarks>
/// Every write carries an id of its own as metadata. When a store says that the condition failed, or says nothing at all, the id of the
/// object that is there tells whether another delivery of the same request did the work: a retry after an answer lost, or a request that
/// the network doubled.
/// </remarks>
sealed class S3Writes(S3Location location, S3Requests requests, S3Reads reads, StoreCounters counters, Func<bool> isKnownUnsafe)
{
    /// <summary>The largest object that one request copies; S3's limit.</summary>
    public const long MaxCopyBytes = 5L << 30;

    static readonly TimeSpan UnknownLimitWhenStopped = TimeSpan.FromMilliseconds(300);
    static readonly TimeSpan UnknownLimit = TimeSpan.FromSeconds(5);

    volatile bool isCopyRefused;

    /// <summary>Writes an object by one request.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StoreUnsafe"/>: the store refuses conditions.</exception>
    public Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> content, PutOptions options, CancellationToken cancellationToken) =>
        options.IsProbe ? PutOnceAsync(key, content, options, cancellationToken)
            : OrInTwoStepsAsync(key, options.Condition, condition => PutOnceAsync(key, content, options with { Condition = condition },
            cancellationToken), cancellationToken);

    Task<PutResult> PutOnceAsync(string key, ReadOnlyMemory<byte> content, PutOptions options, CancellationToken cancellationToken)
    {
        var name = location.Name(key);
        var bytes = MemoryMarshal.TryGetArray(content, out var segment) ? segment : new ArraySegment<byte>(content.ToArray());
        var writeId = NewId();
        return SettleAsync(new SentWrite(key, writeId, content.Length), requests.RunAsync<string?>(S3Action.Put, location.Uri(key),
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
        }, cancellationToken, new S3Load(content.Length)), cancellationToken);
    }

    /// <summary>Lets the store copy an object from another path of the same endpoint; one that is there is replaced.</summary>
    /// <returns>False when the store cannot, so that the bytes have to be carried.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StorageNotFound"/>: there is no such object.</exception>
    public async Task<bool> TryCopyAsync(S3Location from, string fromKey, string key, long sizeBytes, CancellationToken cancellationToken)
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

    async Task CopyAsync(S3Location from, string fromKey, string key, long sizeBytes, CancellationToken cancellationToken)
    {
        var request = new CopyObjectRequest
        {
            SourceBucket = from.Bucket,
            SourceKey = from.Name(fromKey),
            DestinationBucket = location.Bucket,
            DestinationKey = location.Name(key),
        };
        var isFound = await requests.RunAsync(S3Action.Copy, location.Uri(key), async (client, token) =>
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
        }, cancellationToken, new S3Load(sizeBytes)).ConfigureAwait(false);
        counters.CountPut(0);
        if (!isFound)
            throw new ShardyFusionException(ErrorKind.StorageNotFound, $"There is no object at {from.Uri(fromKey)}.")
            {
                Target = from.Uri(fromKey),
                HttpStatus = 404,
            };
    }

    /// <summary>Starts an upload in parts.</summary>
    public async Task<StartedUpload> StartUploadAsync(string key, PutOptions options,
        CancellationToken cancellationToken)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = location.Bucket,
            Key = location.Name(key),
            ContentType = options.ContentType,
        };
        var writeId = NewId();
        request.Metadata[S3Reads.WriteIdMetadata] = writeId;
        var attempts = 0;
        string? uploadId = null;
        try
        {
            uploadId = await requests.RunAsync(S3Action.StartUpload, location.Uri(key), async (client, token) =>
            {
                attempts++;
                return (await client.InitiateMultipartUploadAsync(request, token).ConfigureAwait(false)).UploadId;
            }, cancellationToken).ConfigureAwait(false);
            counters.CountPut(0);
            return new StartedUpload(key, uploadId, writeId);
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
    /// <param name="uploadId">From <see cref="StartUploadAsync"/>.</param>
    /// <param name="partNumber">1-based.</param>
    /// <param name="content">5 MiB or more, except for the last part.</param>
    /// <param name="cancellationToken">Ends the request at once.</param>
    public async Task<PartETag> UploadPartAsync(string key, string uploadId, int partNumber, ArraySegment<byte> content,
        CancellationToken cancellationToken)
    {
        var etag = await requests.RunAsync(S3Action.UploadPart, location.Uri(key), async (client, token) =>
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
                : throw S3AnswerException.NoETag();
        }, cancellationToken, new S3Load(content.Count)).ConfigureAwait(false);
        counters.CountPut(content.Count);
        return new PartETag(partNumber, etag);
    }

    /// <summary>Makes the parts one object, under the condition.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StoreUnsafe"/>: the store refuses conditions.</exception>
    public Task<PutResult> CompleteUploadAsync(StartedUpload upload, IReadOnlyList<PartETag> parts, long sizeBytes, PutCondition condition,
        CancellationToken cancellationToken) =>
        OrInTwoStepsAsync(upload.Key, condition, allowed => CompleteOnceAsync(upload, parts, sizeBytes, allowed, cancellationToken),
            cancellationToken);

    // Where conditions are refused, nobody gets here without having allowed an unsafe pointer: every publish asks the probe first.
    async Task<PutResult> OrInTwoStepsAsync(string key, PutCondition condition, Func<PutCondition, Task<PutResult>> write,
        CancellationToken cancellationToken)
    {
        try
        {
            return await write(condition).ConfigureAwait(false);
        }
        catch (ShardyFusionException e) when (e.Kind == ErrorKind.StoreUnsafe && isKnownUnsafe())
        {
            var etag = (await reads.HeadAsync(key, cancellationToken).ConfigureAwait(false))?.Info.ETag;
            return etag == condition.ETag ? await write(PutCondition.Always).ConfigureAwait(false) : PutResult.ConditionFailed;
        }
    }

    Task<PutResult> CompleteOnceAsync(StartedUpload upload, IReadOnlyList<PartETag> parts, long sizeBytes, PutCondition condition,
        CancellationToken cancellationToken)
    {
        var key = upload.Key;
        var request = new CompleteMultipartUploadRequest
        {
            BucketName = location.Bucket,
            Key = location.Name(key),
            UploadId = upload.UploadId,
            PartETags = [.. parts.OrderBy(static p => p.PartNumber)],
            IfNoneMatch = IfNoneMatch(condition),
            IfMatch = condition.ETag,
        };
        bool isRepeated = false, isGone = false;
        return SettleAsync(new SentWrite(key, upload.WriteId, sizeBytes), requests.RunAsync<string?>(S3Action.CompleteUpload,
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

    /// <summary>Writes a small object by an upload in parts, of which there is one.</summary>
    public async Task<PutResult> PutInPartsAsync(string key, byte[] content, CancellationToken cancellationToken)
    {
        var upload = await StartUploadAsync(key, new PutOptions(PutCondition.Always), cancellationToken).ConfigureAwait(false);
        try
        {
            var part = await UploadPartAsync(key, upload.UploadId, 1, content, cancellationToken).ConfigureAwait(false);
            return await CompleteOnceAsync(upload, [part], content.Length, PutCondition.Always, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await AbortUploadAsync(location.Name(key), upload.UploadId, UnknownLimitWhenStopped, CancellationToken.None)
                .ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Drops the parts of an upload; once, within a limit.</summary>
    public Task<bool> AbortUploadAsync(string name, string uploadId, TimeSpan limit, CancellationToken cancellationToken = default) =>
        requests.TryOnceAsync(
        (client, token) => client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest
        {
            BucketName = location.Bucket,
            Key = name,
            UploadId = uploadId
        }, token), limit, cancellationToken);

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
        || ((isProbe || isKnownUnsafe()) && (int)e.StatusCode is 400 or 405
        && S3Advice.For(e, S3Action.Put).Kind == ErrorKind.StorageUnsupported);

    /// <summary>Turns what a write reported into what it did.</summary>
    /// <param name="sent">The write.</param>
    /// <param name="write">Ends with the new ETag, or null when the store says that the condition failed.</param>
    /// <param name="cancellationToken">Cancels the reading back.</param>
    /// <param name="wasLost">True when null did not mean a failed condition, but that the store knows nothing of the write any
    /// more.</param>
    async Task<PutResult> SettleAsync(SentWrite sent, Task<string?> write, CancellationToken cancellationToken,
        Func<bool>? wasLost = null)
    {
        var (key, writeId, sizeBytes) = sent;
        string? etag;
        try
        {
            etag = await write.ConfigureAwait(false);
        }
        catch (ShardyFusionException e) when (e.IsOutcomeUnknown)
        {
            etag = await TryFindAsync(key, writeId, cancellationToken).ConfigureAwait(false);
            if (etag is null)
                throw;
        }
        etag ??= await FindAsync(key, writeId, cancellationToken).ConfigureAwait(false);
        if (etag is not null)
            return new PutResult(true, etag, sizeBytes);
        return wasLost?.Invoke() == true
            ? throw new ShardyFusionException(ErrorKind.StorageTransient,
            $"The upload of {location.Uri(key)} no longer exists: someone aborted it.")
            { Target = location.Uri(key) }
            : PutResult.ConditionFailed;
    }

    async Task<string?> FindAsync(string key, string writeId, CancellationToken cancellationToken)
    {
        var found = await reads.HeadAsync(key, cancellationToken).ConfigureAwait(false);
        return found is { } there && there.WriteId == writeId ? there.Info.ETag : null;
    }

    async Task<string?> TryFindAsync(string key, string writeId, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(key, writeId, cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException)
        {
            return null; // The write's own failure says more.
        }
    }

    public static string? IfNoneMatch(PutCondition condition) => condition.Kind == PutConditionKind.CreateOnly ? "*" : null;

    static string NewId() => Guid.NewGuid().ToString("N");

    /// <summary>A write that was sent.</summary>
    /// <param name="Key">Relative key.</param>
    /// <param name="WriteId">The id in its metadata.</param>
    /// <param name="SizeBytes">Size of the object.</param>
    readonly record struct SentWrite(string Key, string WriteId, long SizeBytes);
}

/// <summary>An upload in parts that is under way.</summary>
/// <param name="Key">Relative key.</param>
/// <param name="UploadId">The store's id of the upload.</param>
/// <param name="WriteId">The id of the write.</param>
readonly record struct StartedUpload(string Key, string UploadId, string WriteId);
