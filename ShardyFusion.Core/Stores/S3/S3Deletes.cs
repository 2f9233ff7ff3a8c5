using System.Net;
using Amazon.S3.Model;
using Amazon.S3;
using ShardyFusion.Errors;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.S3;

/// <summary>Deletes many objects by few requests, and one by one where the store has no such request.</summary>
sealed class S3Deletes(RemoteLocation location, StoreRequests<IAmazonS3> requests, StoreCounters counters) : IRemoteDeletes
{
    /// <summary>S3's limit of keys in one request.</summary>
    const int MaxKeysPerRequest = 1000;

    volatile bool isBatchRefused;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DeleteResult>> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var names = keys.Select(location.Name).ToList();
        var errors = new (string Text, bool IsDenied)?[keys.Count];
        for (var first = 0; first < keys.Count; first += MaxKeysPerRequest)
        {
            var count = Math.Min(MaxKeysPerRequest, keys.Count - first);
            if (isBatchRefused || count == 1 || !await TryBatchAsync(names, errors, first, count, cancellationToken).ConfigureAwait(false))
                await SinglesAsync(keys, errors, first, count, cancellationToken).ConfigureAwait(false);
        }
        return [.. keys.Select((key, i) => new DeleteResult(key, errors[i]?.Text) { IsDenied = errors[i]?.IsDenied == true })];
    }

    async Task<bool> TryBatchAsync(List<string> names, (string Text, bool IsDenied)?[] errors, int first, int count,
        CancellationToken cancellationToken)
    {
        var request = new DeleteObjectsRequest
        {
            BucketName = location.Bucket,
            Quiet = true,
            Objects = [.. names.Skip(first).Take(count).Select(static name => new KeyVersion { Key = name })],
        };
        try
        {
            var failed = await requests.RunAsync(S3Actions.Delete, location.Root,
                async (client, token) => (await client.DeleteObjectsAsync(request, token).ConfigureAwait(false)).DeleteErrors,
                cancellationToken, new StoreLoad(0, count - 1)).ConfigureAwait(false);
            counters.CountDelete();
            foreach (var error in failed ?? [])
            {
                var index = names.IndexOf(error.Key, first, count);
                if (index >= 0 && error.Code is not "NoSuchKey")
                    errors[index] = ($"DeleteObjects on {location.Root} was refused: {error.Code}.", error.Code is "AccessDenied");
            }
            return true;
        }
        // Some stores have no such request, or want a checksum of another kind with it.
        catch (ShardyFusionException e) when (e.InnerException is AmazonS3Exception
        {
            StatusCode: HttpStatusCode.BadRequest
            or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented
        })
        {
            isBatchRefused = true;
            return false;
        }
    }

    async Task SinglesAsync(IReadOnlyList<string> keys, (string Text, bool IsDenied)?[] errors, int first, int count,
        CancellationToken cancellationToken)
    {
        var singles = await SingleDeletes.RunAsync([.. keys.Skip(first).Take(count)], DeleteOneAsync, cancellationToken)
            .ConfigureAwait(false);
        for (var i = 0; i < count; i++)
            errors[first + i] = singles[i].Error is { } text ? (text, singles[i].IsDenied) : null;
    }

    async Task DeleteOneAsync(string key, CancellationToken cancellationToken)
    {
        var request = new DeleteObjectRequest { BucketName = location.Bucket, Key = location.Name(key) };
        await requests.RunAsync(S3Actions.DeleteOne, location.Uri(key), async (client, token) =>
        {
            try
            {
                await client.DeleteObjectAsync(request, token).ConfigureAwait(false);
            }
            catch (AmazonS3Exception e) when (S3Faults.IsMissingObject(e))
            {
            }
            return true;
        }, cancellationToken).ConfigureAwait(false);
        counters.CountDelete();
    }
}
