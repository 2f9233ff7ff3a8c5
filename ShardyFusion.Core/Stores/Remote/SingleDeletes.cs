using ShardyFusion.Errors;

namespace ShardyFusion.Stores.Remote;

/// <summary>Deletes objects one by one, several at once.</summary>
static class SingleDeletes
{
    const int Parallelism = 16;

    /// <summary>Deletes each, and notes down why one could not be deleted.</summary>
    /// <param name="keys">Relative keys.</param>
    /// <param name="deleteOne">Deletes one; an absent one counts as deleted.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public static async Task<IReadOnlyList<DeleteResult>> RunAsync(IReadOnlyList<string> keys,
        Func<string, CancellationToken, Task> deleteOne, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        keys.ToList().ForEach(StoreKeys.Validate);
        var results = new DeleteResult[keys.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, keys.Count), new ParallelOptions
        {
            MaxDegreeOfParallelism = Parallelism,
            CancellationToken = cancellationToken,
        }, async (i, token) =>
        {
            try
            {
                await deleteOne(keys[i], token).ConfigureAwait(false);
                results[i] = new DeleteResult(keys[i], null);
            }
            catch (ShardyFusionException e)
            {
                results[i] = new DeleteResult(keys[i], e.Message) { IsDenied = e.HttpStatus is 401 or 403 };
            }
        }).ConfigureAwait(false);
        return results;
    }
}
