using System.Diagnostics;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Shards;
using ShardyFusion.Shards.Sst.Writing;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Limits;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Building.Shards;

/// <summary>The outcome of one successful attempt at one shard.</summary>
/// <param name="DbId">The shard.</param>
/// <param name="Attempt">From 0.</param>
/// <param name="ObjectKey">The shard object's key, relative to the prefix.</param>
/// <param name="Summary">What the file holds.</param>
/// <param name="Sha256">Lower-case hex of the file's SHA-256.</param>
/// <param name="DuplicateRows">Rows dropped because another has the same key.</param>
/// <param name="Values">What its values are like.</param>
/// <param name="Duration">From opening the upload to its completion.</param>
sealed record ShardAttemptResult(
    int DbId, int Attempt, string ObjectKey, SstSummary Summary, string Sha256, long DuplicateRows, ValueFigures Values, TimeSpan Duration)
{
    /// <summary>True when the object was there already, from the dead run that this one goes on for.</summary>
    public bool IsKept { get; init; }
}

/// <summary>Streams shards' sorted rows into table files on the store. Safe for concurrent callers.</summary>
/// <param name="store">Where they go.</param>
/// <param name="rows">What they are made of.</param>
/// <param name="rate">How fast rows are written; null for no limit.</param>
/// <param name="turns">Held while a processor is needed, and not while the store makes the object durable.</param>
/// <param name="onBytes">Told of bytes handed to the store.</param>
sealed class ShardAttempt(IObjectStore store, ShardRows rows, RateLimit? rate, SemaphoreSlim turns, Action<long> onBytes)
{
    /// <summary>What the shards are made as.</summary>
    public ShardFormat Format => rows.Format;

    /// <summary>Builds and uploads a shard; nothing is visible unless it returns.</summary>
    /// <param name="objectKey">Its key.</param>
    /// <param name="dbId">The shard.</param>
    /// <param name="attempt">From 0.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <returns>The result, or null when the shard has no rows.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardWrite"/> when the object exists already; what the store throws
    /// otherwise.</exception>
    public async Task<ShardAttemptResult?> RunAsync(string objectKey, int dbId, int attempt, CancellationToken cancellationToken)
    {
        await turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        var hasTurn = true;
        try
        {
            var started = Stopwatch.GetTimestamp();
            using var content = new ShardContent(dbId, rows, rate);
            if (content.IsEmpty) return null;
            using var activity = ShardyActivities.Start("shard");
            activity?.SetTag("db_id", dbId).SetTag("attempt", attempt);
            using var uploading = ShardyActivities.Start("upload");
            var upload = await store.OpenUploadAsync(objectKey, new PutOptions(PutCondition.CreateOnly, rows.ContentType),
                cancellationToken).ConfigureAwait(false);
            await using (upload.ConfigureAwait(false))
            {
                var (summary, sha256) = await content.WriteToAsync(async chunk =>
                {
                    await upload.WriteAsync(chunk, cancellationToken).ConfigureAwait(false);
                    onBytes(chunk.Length);
                    ShardyMetrics.BatchesWritten.Add();
                }, cancellationToken).ConfigureAwait(false);
                content.Dispose();
                turns.Release();
                hasTurn = false;
                var put = await upload.CompleteAsync(cancellationToken).ConfigureAwait(false);
                if (!put.Written)
                {
                    throw new ShardyFusionException(ErrorKind.ShardWrite,
                        $"Shard object '{objectKey}' already exists; attempts never overwrite each other.")
                    {
                        Target = objectKey,
                    };
                }
                ShardyMetrics.ShardWritesCompleted.Add();
                ShardyMetrics.ShardWriteDuration.AddSince(started);
                activity?.SetTag("rows", summary.RowCount).SetTag("bytes", summary.FileBytes);
                return new ShardAttemptResult(dbId, attempt, objectKey, summary, sha256, content.DuplicateRows, content.Values,
                    Stopwatch.GetElapsedTime(started));
            }
        }
        finally
        {
            if (hasTurn) turns.Release();
        }
    }

    /// <summary>Looks for a shard among what a dead run left: builds it without writing it, and compares size and hash.</summary>
    /// <param name="dbId">The shard.</param>
    /// <param name="leftovers">Its objects.</param>
    /// <param name="hash">Reads an object and gives its SHA-256 in lower-case hex.</param>
    /// <param name="rows">What it is made of.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The object that has the very bytes; null when none has.</returns>
    public static async Task<ShardAttemptResult?> FindAsync(
        int dbId, IReadOnlyList<LeftoverShard> leftovers, Func<LeftoverShard, CancellationToken, Task<string>> hash,
        ShardRows rows, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var content = new ShardContent(dbId, rows);
        if (content.IsEmpty) return null;
        var (summary, sha256) = await content.WriteToAsync(static _ => ValueTask.CompletedTask, cancellationToken).ConfigureAwait(false);
        foreach (var leftover in leftovers)
        {
            if (leftover.Bytes == summary.FileBytes && await hash(leftover, cancellationToken).ConfigureAwait(false) == sha256)
                return new ShardAttemptResult(dbId, leftover.Attempt, leftover.ObjectKey, summary, sha256, content.DuplicateRows,
                    content.Values, Stopwatch.GetElapsedTime(started))
                {
                    IsKept = true,
                };
        }
        return null;
    }
}
