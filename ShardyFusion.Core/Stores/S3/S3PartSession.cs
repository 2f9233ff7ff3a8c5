using System.Collections.Concurrent;
using Amazon.S3.Model;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.S3;

/// <summary>A multipart upload that is under way.</summary>
/// <param name="writes">Sends its requests.</param>
/// <param name="key">Relative key.</param>
/// <param name="uploadId">The store's id of the upload.</param>
/// <param name="writeId">The id of the write.</param>
sealed class S3PartSession(S3Writes writes, string key, string uploadId, string writeId) : IPartSession
{
    readonly ConcurrentBag<PartETag> sent = [];

    /// <inheritdoc/>
    public async Task SendAsync(int partNumber, ArraySegment<byte> content, CancellationToken cancellationToken) =>
        sent.Add(await writes.UploadPartAsync(key, uploadId, partNumber, content, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public Task<PutResult> CompleteAsync(long sizeBytes, PutCondition condition, CancellationToken cancellationToken) =>
        writes.CompleteUploadAsync(new SentWrite(key, writeId, sizeBytes), uploadId, sent, condition, cancellationToken);

    /// <inheritdoc/>
    public Task AbortAsync(TimeSpan limit) => writes.AbortUploadAsync(key, uploadId, limit);
}
