using ShardyFusion.Stores.Limits;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Building.Shards;

/// <summary>What writing all shards came to.</summary>
/// <param name="Winners">The attempt per shard that the manifest will name, by <c>db_id</c>; empty shards are left out.</param>
/// <param name="LostObjectKeys">Shard objects of attempts that may exist and are no winners.</param>
/// <param name="LostAttempts">Attempts that failed.</param>
sealed record WrittenShards(IReadOnlyList<ShardAttemptResult> Winners, IReadOnlyList<string> LostObjectKeys, int LostAttempts);

/// <summary>Where the shards of a build come from.</summary>
interface IShardSupply
{
    /// <summary>Shards finished so far, empty ones included.</summary>
    int ShardsDone { get; }

    /// <summary>Shards or files to go through.</summary>
    int ShardsTotal { get; }

    /// <summary>Shard bytes handled so far.</summary>
    long BytesWritten { get; }

    /// <summary>Gets all of them to where the manifest will name them.</summary>
    Task<WrittenShards> RunAsync(CancellationToken cancellationToken);
}

/// <summary>Writes all shards of a build in parallel, each with retries as new attempts.</summary>
/// <param name="build">The build.</param>
/// <param name="shardCount">Shards, empty ones included.</param>
/// <param name="rows">What they are made of.</param>
sealed class ShardWriter(BuildContext build, int shardCount, ShardRows rows) : IShardSupply
{
    readonly BuildOptions options = build.Options;
    readonly LeftoverShards? leftovers = build.Leftovers;
    readonly Lock gate = new();
    // One for all shards, and for all their attempts.
    readonly RateLimit? rate = RateLimit.Create(build.Options.MaxWritesPerSecond, build.Options.MaxWriteBytesPerSecond,
        build.Clock);
    readonly List<ShardAttemptResult> winners = [];
    readonly List<string> lostKeys = [];
    int lostAttempts;
    int shardsDone;
    long bytesWritten;

    /// <summary>Shards finished so far, empty ones included.</summary>
    public int ShardsDone => Volatile.Read(ref shardsDone);

    public int ShardsTotal => shardCount;

    /// <summary>Shard bytes handed to the store so far.</summary>
    public long BytesWritten => Interlocked.Read(ref bytesWritten);

    public async Task<WrittenShards> RunAsync(CancellationToken cancellationToken)
    {
        var workers = options.Parallelism ?? Environment.ProcessorCount;
        using var turns = new SemaphoreSlim(workers);
        var attempts = new ShardAttempt(build.Store, rows, rate, turns, bytes => Interlocked.Add(ref bytesWritten, bytes));
        // More shards than workers are under way, so that one is encoded while another is flushed to disk or its upload completed; a single
        // worker does one after the other.
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = workers == 1 ? 1 : 2 * workers,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForAsync(0, shardCount, parallel, async (dbId, token) =>
        {
            if (rows.Source.HasRows(dbId)) await WriteShardAsync(dbId, attempts, token).ConfigureAwait(false);
            Interlocked.Increment(ref shardsDone);
        }).ConfigureAwait(false);
        if (leftovers is not null) lostKeys.AddRange(leftovers.ObjectKeys.Except(winners.Select(w => w.ObjectKey)));
        return new WrittenShards([.. winners.OrderBy(w => w.DbId)], lostKeys, lostAttempts);
    }

    async Task WriteShardAsync(int dbId, ShardAttempt attempts, CancellationToken cancellationToken)
    {
        if (leftovers?.Of(dbId) is { Count: > 0 } candidates
            && await ShardAttempt.FindAsync(dbId, candidates, leftovers.Hash, rows, cancellationToken).ConfigureAwait(false) is { } kept)
        {
            lock (gate) winners.Add(kept);
            return;
        }
        var result = await new ShardRetries(build.RunId, options.MaxShardAttempts, build.Clock).RunAsync(
            new ShardStart(dbId, leftovers?.NextAttempt(dbId) ?? 0), attempts, NoteLost, cancellationToken).ConfigureAwait(false);
        if (result is null) return;
        lock (gate) winners.Add(result);
    }

    void NoteLost(string objectKey)
    {
        lock (gate)
        {
            lostKeys.Add(objectKey);
            lostAttempts++;
        }
        ShardyMetrics.ShardWritesRetried.Add();
    }
}
