using ShardyFusion.Shards;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores.Limits;

namespace ShardyFusion.Reading;

/// <summary>Reads shards before anybody asks for their keys. Safe for concurrent callers.</summary>
/// <param name="limit">How fast; null for no limit.</param>
sealed class ShardWarmUp(RateLimit? limit)
{
    /// <summary>Blocks that are read with one request.</summary>
    const int ChunkBytes = 1 << 20;

    /// <summary>What the metadata of a shard is taken for when the manifest does not tell.</summary>
    const int AssumedTailBytes = 64 << 10;

    long bytesRead, claimedBytes;
    int leftOut;

    /// <summary>Bytes read so far.</summary>
    public long BytesRead => Interlocked.Read(ref bytesRead);

    /// <summary>Shards not all of whose blocks found room in memory.</summary>
    public int LeftOut => Volatile.Read(ref leftOut);

    /// <summary>Opens one shard, copied first where shards are.</summary>
    /// <exception cref="Errors.ShardyFusionException">The shard is missing or damaged, or the store failed.</exception>
    public async Task OpenAsync(ShardSlot slot, CancellationToken cancellationToken)
    {
        if (!slot.IsOpen)
        {
            await slot.FetchAsync(source => new PacedSource(source, this), cancellationToken).ConfigureAwait(false);
            if (slot.IsRanged)
                await CountAsync(slot.Entry.DbBytes - slot.Entry.TailOffset ?? AssumedTailBytes, cancellationToken).ConfigureAwait(false);
        }
        await slot.OpenAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the blocks of one shard. To be begun when all are open: blocks that came first would have to make room for
    /// metadata.</summary>
    /// <exception cref="Errors.ShardyFusionException">The shard is missing or damaged, or the store failed.</exception>
    public async Task LoadAsync(ShardSlot slot, CancellationToken cancellationToken)
    {
        var open = await slot.OpenAsync(cancellationToken).ConfigureAwait(false);
        if (open.Mapped is { } mapped)
            await LoadAsync(mapped, cancellationToken).ConfigureAwait(false);
        else
            await LoadAsync(open.Remote!, slot.Memory, cancellationToken).ConfigureAwait(false);
    }

    async Task LoadAsync(MappedShard shard, CancellationToken cancellationToken)
    {
        for (var next = 0; next < shard.Table.Index.Count;)
        {
            var chunk = shard.Table.ChunkFrom(next, ChunkBytes);
            await CountAsync(chunk.Bytes, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            shard.Load(chunk);
            next = chunk.End;
        }
    }

    async Task LoadAsync(IShard shard, BlockCache memory, CancellationToken cancellationToken)
    {
        foreach (var part in shard.Parts(ChunkBytes))
        {
            var chunk = part.Blocks;
            var claim = chunk.Bytes + (chunk.End - chunk.First) * (long)BlockCache.EntryOverheadBytes;
            try
            {
                // One more than there is room for would only push out what was read before it.
                if (Interlocked.Add(ref claimedBytes, claim) + memory.UsedBytes > memory.BudgetBytes)
                {
                    Interlocked.Increment(ref leftOut);
                    return;
                }
                await PaceAsync(chunk.Bytes, cancellationToken).ConfigureAwait(false);
                Interlocked.Add(ref bytesRead, await shard.LoadAsync(part, cancellationToken).ConfigureAwait(false));
            }
            finally
            {
                Interlocked.Add(ref claimedBytes, -claim);
            }
        }
    }

    ValueTask CountAsync(long bytes, CancellationToken cancellationToken)
    {
        Interlocked.Add(ref bytesRead, bytes);
        return PaceAsync(bytes, cancellationToken);
    }

    ValueTask PaceAsync(long bytes, CancellationToken cancellationToken) => limit?.AcquireAsync(1, bytes, cancellationToken)
        ?? ValueTask.CompletedTask;

    /// <summary>Lets each read through when it is its time.</summary>
    sealed class PacedSource(IShardSource source, ShardWarmUp owner) : IShardSource
    {
        public string Name => source.Name;

        public long Length => source.Length;

        public async ValueTask<int> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            await owner.CountAsync(Math.Min(destination.Length, Length - offset), cancellationToken).ConfigureAwait(false);
            return await source.ReadAsync(offset, destination, cancellationToken).ConfigureAwait(false);
        }
    }
}
