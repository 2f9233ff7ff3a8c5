using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores.S3;

/// <summary>Deletes many objects by few requests, and one by one where the store has no such request.</summary>
sealed class S3Deletes(S3Location location, S3Requests requests, StoreCounters counters)
{
    /// <summary>S3's limit of keys in one request.</summary>
    const int MaxKeysPerRequest = 1000;
    const int ParallelSingles = 16;

    volatile bool isBatchRefused;

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
            var failed = await requests.RunAsync(S3Action.Delete, location.Root,
                async (client, token) => (await client.DeleteObjectsAsync(request, token).ConfigureAwait(false)).DeleteErrors,
                cancellationToken, new S3Load(0, count - 1)).ConfigureAwait(false);
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

    Task SinglesAsync(IReadOnlyList<string> keys, (string Text, bool IsDenied)?[] errors, int first, int count,
        CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(Enumerable.Range(first, count), new ParallelOptions
        {
            MaxDegreeOfParallelism = ParallelSingles,
            CancellationToken = cancellationToken
        }, async (i, token) =>
        {
            var request = new DeleteObjectRequest { BucketName = location.Bucket, Key = location.Name(keys[i]) };
            try
            {
                await requests.RunAsync(S3Action.DeleteOne, location.Uri(keys[i]), async (client, attemptToken) =>
                {
                    try
                    {
                        await client.DeleteObjectAsync(request, attemptToken).ConfigureAwait(false);
                    }
                    catch (AmazonS3Exception e) when (S3Faults.IsMissingObject(e))
                    {
                    }
                    return true;
                }, token).ConfigureAwait(false);
                counters.CountDelete();
            }
            catch (ShardyFusionException e)
            {
                errors[i] = (e.Message, e.HttpStatus is 401 or 403);
            }
        });
}
