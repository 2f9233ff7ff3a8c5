using ShardyFusion.Errors;
using ShardyFusion.Formats;

namespace ShardyFusion.Building.Shards;

/// <summary>Where the attempts at one shard begin.</summary>
/// <param name="DbId">The shard.</param>
/// <param name="FirstAttempt">The first number that is free.</param>
readonly record struct ShardStart(int DbId, int FirstAttempt);

/// <summary>Tries to write a shard until it stands, each time as a new attempt. Safe for concurrent callers.</summary>
/// <param name="runId">The run.</param>
/// <param name="maxAttempts">Tries a shard.</param>
/// <param name="clock">Times the pauses.</param>
sealed class ShardRetries(string runId, int maxAttempts, TimeProvider clock)
{
    /// <param name="shard">The shard.</param>
    /// <param name="attempts">Writes it.</param>
    /// <param name="onLost">Told of each object that may exist and is no winner.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The result; null when the shard has no rows.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardWrite"/> after the last attempt; or what is not worth
    /// another.</exception>
    public async Task<ShardAttemptResult?> RunAsync(ShardStart shard, ShardAttempt attempts, Action<string> onLost,
        CancellationToken cancellationToken)
    {
        var (dbId, first) = shard;
        for (var attempt = first; ; attempt++)
        {
            var objectKey = SnapshotPaths.ShardKey(SnapshotPaths.AttemptKey(runId, dbId, attempt), attempts.Format);
            try
            {
                return await attempts.RunAsync(objectKey, dbId, attempt, cancellationToken).ConfigureAwait(false);
            }
            catch (ShardyFusionException e) when (IsWorthRetrying(e) && attempt + 1 - first < maxAttempts)
            {
                onLost(objectKey);
                await Task.Delay(TimeSpan.FromMilliseconds(100 << Math.Min(attempt - first, 6)), clock, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (ShardyFusionException e) when (IsWorthRetrying(e) && maxAttempts > 1)
            {
                throw new ShardyFusionException(ErrorKind.ShardWrite,
                    $"Shard {dbId} could not be written in {attempt + 1 - first} attempts. The last failure: {e.Message}", e)
                {
                    Target = objectKey,
                    RecommendedAction = e.RecommendedAction,
                };
            }
        }
    }

    static bool IsWorthRetrying(ShardyFusionException e) => e.IsOutcomeUnknown
        || e.Kind is ErrorKind.ShardWrite or ErrorKind.PoolExhausted;
}
