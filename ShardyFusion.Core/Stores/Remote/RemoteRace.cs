using ShardyFusion.Errors;

namespace ShardyFusion.Stores.Remote;

/// <summary>Conditional writes of one object that leave at the same moment, over connections that are open already.</summary>
/// <remarks>Each is sent once, past retries and rate limits: either would pull them apart.</remarks>
/// <param name="requests">Sends them.</param>
/// <param name="actions">What a look at an object and a write are called.</param>
/// <param name="head">Asks for an object.</param>
/// <param name="put">Writes one; a failed condition is an answer.</param>
/// <param name="counters">Counts them.</param>
sealed class RemoteRace<TClient>(StoreRequests<TClient> requests, (StoreAction Head, StoreAction Put) actions,
    Func<TClient, string, CancellationToken, Task> head, Func<TClient, RacingWrite, CancellationToken, Task<PutResult>> put,
    StoreCounters counters) : IRemoteRace
{
    /// <inheritdoc/>
    public Task OpenConnectionsAsync(string key, int count, CancellationToken cancellationToken)
    {
        var line = new StartLine(count);
        return Task.WhenAll(Enumerable.Range(0, count).Select(_ => TrySendAsync(actions.Head, line, async (client, token) =>
        {
            await head(client, key, token).ConfigureAwait(false);
            counters.CountHead();
            return default(PutResult?);
        }, cancellationToken)));
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PutResult?>> RunAsync(string key, ReadOnlyMemory<byte>[] contents, PutCondition condition,
        CancellationToken cancellationToken)
    {
        var line = new StartLine(contents.Length);
        return await Task.WhenAll(contents.Select(content => Task.Run(() => TrySendAsync(actions.Put, line, async (client, token) =>
        {
            try
            {
                return await put(client, new RacingWrite(key, content, condition), token).ConfigureAwait(false);
            }
            finally
            {
                counters.CountPut(content.Length);
            }
        }, cancellationToken), cancellationToken))).ConfigureAwait(false);
    }

    async Task<PutResult?> TrySendAsync(StoreAction action, StartLine line, Func<TClient, CancellationToken, Task<PutResult?>> attempt,
        CancellationToken cancellationToken)
    {
        try
        {
            return await requests.SendTogetherAsync(action, line, attempt, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested
            && (e is OperationCanceledException or ShardyFusionException || RequestFaults.IsStoreError(e)))
        {
            return null;
        }
    }
}

/// <summary>One of several writes of an object at the same moment.</summary>
readonly record struct RacingWrite(string Key, ReadOnlyMemory<byte> Content, PutCondition Condition);
