using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using ShardyFusion.Building.Sorting;
using ShardyFusion.Formats;
using ShardyFusion.Shards;
using ShardyFusion.Shards.Sst.Writing;
using ShardyFusion.Stores.Limits;

namespace ShardyFusion.Building.Shards;

/// <summary>The bytes of one shard, made from its sorted rows; the same rows always make the same bytes. For one use by one
/// thread.</summary>
sealed class ShardContent : IDisposable
{
    const int ChunkBytes = 256 << 10;

    readonly List<RowCursor> cursors = [];
    readonly RowMerger? merger;
    readonly IShardWriter writer;
    readonly long droppedInMemory;
    readonly RateLimit? rate;
    readonly long chunkRows, chunkRowBytes;
    long emptyValues;
    int largestValueBytes;

    public ShardContent(int dbId, ShardRows rows, RateLimit? rate = null)
    {
        this.rate = rate;
        // Under a limit no chunk holds more than may pass at once: else a low limit would show as long pauses and bursts.
        chunkRows = (long)(rate?.OperationBurst ?? long.MaxValue);
        chunkRowBytes = (long)(rate?.ByteBurst ?? long.MaxValue);
        writer = rows.CreateWriter(dbId);
        droppedInMemory = rows.Open(dbId, cursors);
        if (cursors.Count > 0) merger = new RowMerger(cursors, rows.Duplicates);
    }

    /// <summary>True when the shard has no rows and so becomes no file.</summary>
    public bool IsEmpty => merger is null;

    /// <summary>Rows dropped because another has the same key; after writing.</summary>
    public long DuplicateRows => droppedInMemory + (merger?.Dropped ?? 0);

    /// <summary>What the values are like; after writing.</summary>
    public ValueFigures Values => new(emptyValues, largestValueBytes);

    /// <summary>Makes the file, chunk by chunk.</summary>
    /// <param name="sink">Takes a chunk, which is valid until the returned task ends.</param>
    /// <param name="cancellationToken">Stops between two chunks.</param>
    /// <returns>What the file holds, and its SHA-256 in lower-case hex.</returns>
    public async Task<(SstSummary Summary, string Sha256)> WriteToAsync(Func<ReadOnlyMemory<byte>, ValueTask> sink,
        CancellationToken cancellationToken)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        SstSummary? summary = null;
        while (summary is null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (rows, bytes) = (0L, 0L);
            if (!FillChunk(ref rows, ref bytes)) summary = writer.Finish();
            if (rate is not null) await rate.AcquireAsync(rows, bytes, cancellationToken).ConfigureAwait(false);
            var chunk = writer.Pending;
            sha256.AppendData(chunk.Span);
            await sink(chunk).ConfigureAwait(false);
            writer.DiscardPending();
        }
        return (summary, Convert.ToHexStringLower(sha256.GetHashAndReset()));
    }

    public void Dispose()
    {
        writer.Dispose();
        foreach (var cursor in cursors) cursor.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    bool FillChunk(ref long rows, ref long bytes)
    {
        while (merger!.MoveNext())
        {
            var row = merger.Current;
            writer.Add(row.Key, row.Value);
            if (row.Value.IsEmpty) emptyValues++;
            if (row.Value.Length > largestValueBytes) largestValueBytes = row.Value.Length;
            bytes += row.Key.Length + row.Value.Length;
            if (++rows >= chunkRows || bytes >= chunkRowBytes || writer.Pending.Length >= ChunkBytes) return true;
        }
        return false;
    }
}
