using System.Diagnostics;
using System.Security.Cryptography;
using ShardyFusion.Errors;
using ShardyFusion.Sst;
using ShardyFusion.Stores;

namespace ShardyFusion.Building;

/// <summary>The outcome of one successful attempt at one shard.</summary>
/// <param name="DbId">The shard.</param>
/// <param name="Attempt">From 0.</param>
/// <param name="ObjectKey">The shard object's key, relative to the prefix.</param>
/// <param name="Summary">What the file holds.</param>
/// <param name="Sha256">Lower-case hex of the file's SHA-256.</param>
/// <param name="DuplicateRows">Rows dropped because another has the same key.</param>
/// <param name="Duration">From opening the upload to its completion.</param>
sealed record ShardAttemptResult(
    int DbId, int Attempt, string ObjectKey, SstSummary Summary, string Sha256, long DuplicateRows, TimeSpan Duration);

/// <summary>Streams one shard's sorted rows into a table file on the store.</summary>
static class ShardAttempt
{
    const int UploadChunkBytes = 1 << 20;
    const int SpillBufferBytes = 256 << 10;

    /// <summary>Builds and uploads a shard; nothing is visible unless it returns.</summary>
    /// <returns>The result, or null when the shard has no rows.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardWrite"/> when the object exists already; what the store throws otherwise.</exception>
    public static async Task<ShardAttemptResult?> RunAsync(
        IObjectStore store, string objectKey, int dbId, int attempt, IReadOnlyList<RowCollector> collectors, DuplicateKeys duplicates,
        SstOptions options, Action<long> onBytes, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var cursors = new List<RowCursor>();
        long dropped = 0;
        foreach (var collector in collectors) dropped += collector.Open(dbId, SpillBufferBytes, cursors);
        if (cursors.Count == 0) return null;

        var merger = new RowMerger(cursors, duplicates);
        using var writer = new SstWriter(options);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var upload = await store.OpenUploadAsync(objectKey, new PutOptions(PutCondition.CreateOnly), cancellationToken).ConfigureAwait(false);
        await using (upload.ConfigureAwait(false))
        {
            SstSummary? summary = null;
            while (summary is null)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!FillChunk(merger, writer)) summary = writer.Finish();
                var chunk = writer.Pending;
                sha256.AppendData(chunk.Span);
                await upload.WriteAsync(chunk, cancellationToken).ConfigureAwait(false);
                onBytes(chunk.Length);
                writer.DiscardPending();
            }
            var put = await upload.CompleteAsync(cancellationToken).ConfigureAwait(false);
            if (!put.Written)
            {
                throw new ShardyFusionException(ErrorKind.ShardWrite, $"Shard object '{objectKey}' exists already; attempts never overwrite each other.")
                {
                    Target = objectKey,
                };
            }
            return new ShardAttemptResult(dbId, attempt, objectKey, summary, Convert.ToHexStringLower(sha256.GetHashAndReset()),
                dropped + merger.Dropped, Stopwatch.GetElapsedTime(started));
        }
    }

    static bool FillChunk(RowMerger merger, SstWriter writer)
    {
        while (merger.MoveNext())
        {
            var row = merger.Current;
            writer.Add(row.Key, row.Value);
            if (writer.Pending.Length >= UploadChunkBytes) return true;
        }
        return false;
    }
}
