using System.Runtime.InteropServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace ShardyFusion.Stores.S3;

/// <summary>Conditional writes of one object that leave at the same moment, over connections that are open already.</summary>
/// <remarks>Each is sent once, past retries and rate limits: either would pull them apart.</remarks>
sealed class S3Race(S3Location location, S3Requests requests, StoreCounters counters)
{
    public Task OpenConnectionsAsync(string key, int count, CancellationToken cancellationToken)
    {
        var line = new StartLine(count);
        return Task.WhenAll(Enumerable.Range(0, count).Select(_ => TrySendAsync(S3Action.Head, line, async (client, token) =>
        {
            await client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = location.Bucket, Key = location.Name(key) },
                token).ConfigureAwait(false);
            counters.CountHead();
            return default(PutResult?);
        }, cancellationToken)));
    }

    public async Task<IReadOnlyList<PutResult?>> RunAsync(string key, ReadOnlyMemory<byte>[] contents, PutCondition condition,
        CancellationToken cancellationToken)
    {
        var line = new StartLine(contents.Length);
        return await Task.WhenAll(contents.Select(content => Task.Run(() => TrySendAsync(S3Action.Put, line,
            (client, token) => PutAsync(client, key, content, condition, token), cancellationToken), cancellationToken)))
            .ConfigureAwait(false);
    }

    async Task<PutResult?> PutAsync(IAmazonS3 client, string key, ReadOnlyMemory<byte> content, PutCondition condition,
        CancellationToken cancellationToken)
    {
        var bytes = MemoryMarshal.TryGetArray(content, out var segment) ? segment : new ArraySegment<byte>(content.ToArray());
        using var body = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false);
        var request = new PutObjectRequest
        {
            BucketName = location.Bucket,
            Key = location.Name(key),
            InputStream = body,
            AutoCloseStream = false,
            UseChunkEncoding = false,
            IfNoneMatch = S3Writes.IfNoneMatch(condition),
            IfMatch = condition.ETag,
        };
        try
        {
            var etag = (await client.PutObjectAsync(request, cancellationToken).ConfigureAwait(false)).ETag;
            return new PutResult(true, etag, content.Length);
        }
        // A store may also ask the losers to try again.
        catch (AmazonS3Exception e) when (S3Faults.IsConditionFailure(e, condition) || (int)e.StatusCode == 409)
        {
            return PutResult.ConditionFailed;
        }
        finally
        {
            counters.CountPut(content.Length);
        }
    }

    async Task<PutResult?> TrySendAsync(S3Action action, StartLine line, Func<IAmazonS3, CancellationToken, Task<PutResult?>> attempt,
        CancellationToken cancellationToken)
    {
        try
        {
            return await requests.SendTogetherAsync(action, line, attempt, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested
            && (e is OperationCanceledException || S3Faults.IsStoreError(e)))
        {
            return null;
        }
    }
}
