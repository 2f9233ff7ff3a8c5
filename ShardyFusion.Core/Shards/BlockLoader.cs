using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards;

/// <summary>Blocks of a file, as a <see cref="BlockLoader"/> needs them.</summary>
interface IStoredBlocks
{
    /// <summary>Where a block lies, with all that is stored of it.</summary>
    (long Offset, int Bytes) PlaceOf(int block);

    /// <summary>Checks and unpacks a block.</summary>
    /// <param name="block">Its number.</param>
    /// <param name="stored">Its bytes; may be part of the result.</param>
    /// <exception cref="ShardCorruptException">It is damaged.</exception>
    ReadOnlyMemory<byte> Open(int block, ReadOnlyMemory<byte> stored);
}

/// <summary>Reads the blocks of a file by ranges, through a cache, neighbours together. Safe for concurrent callers.</summary>
/// <param name="source">The file.</param>
/// <param name="blocks">What lies in it.</param>
/// <param name="cache">Where blocks are kept.</param>
/// <param name="id">Names them there, from <see cref="BlockScratch.NewOwner"/>.</param>
sealed class BlockLoader(IShardSource source, IStoredBlocks blocks, BlockCache cache, long id)
{
    // A gap this small costs less to read than another request's round trip.
    const int CoalesceGapBytes = 16 << 10;
    const int ParallelReads = 8;

    /// <summary>Bytes of a read of neighbours, unless one block is larger.</summary>
    public const int CoalescedReadBytes = 1 << 20;

    /// <summary>Names its blocks in the cache.</summary>
    public long Id => id;

    /// <summary>Finds a block without waiting.</summary>
    public bool TryGet(int block, out ReadOnlyMemory<byte> content) => cache.TryGet(id, block, out content);

    /// <summary>True when the block is in the cache; no use of it.</summary>
    public bool IsCached(int block) => cache.Contains(id, block);

    /// <summary>Reads a block: one request, unless somebody else is reading it.</summary>
    /// <exception cref="ShardCorruptException">It is damaged.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> LoadAsync(int block, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (cache.TryClaim(id, block, out var claim))
            {
                await LoadRunAsync(new Run(block, [claim]), cancellationToken).ConfigureAwait(false);
                return await claim.Block.ConfigureAwait(false);
            }
            try
            {
                return await claim.Block.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The caller who was loading it gave up; this one has not.
            }
        }
    }

    /// <summary>Gets several blocks: one request for each run of neighbours that are not cached.</summary>
    /// <param name="wanted">Their numbers, ascending, each once.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>The blocks in that order.</returns>
    public async Task<ReadOnlyMemory<byte>[]> LoadManyAsync(IReadOnlyList<int> wanted, CancellationToken cancellationToken)
    {
        var found = new ReadOnlyMemory<byte>[wanted.Count];
        var pending = new List<(int Index, BlockCache.Claim Claim, bool IsOwn)>();
        var owned = new List<(int Block, BlockCache.Claim Claim)>();
        for (var i = 0; i < found.Length; i++)
        {
            if (TryGet(wanted[i], out found[i]))
                continue;
            var isOwn = cache.TryClaim(id, wanted[i], out var claim);
            pending.Add((i, claim, isOwn));
            if (isOwn)
                owned.Add((wanted[i], claim));
        }
        // Every claim is ended inside, so that nobody waits for this call's failure.
        await LoadRunsAsync(owned, cancellationToken).ConfigureAwait(false);
        foreach (var (index, claim, isOwn) in pending)
            found[index] = isOwn ? await claim.Block.ConfigureAwait(false)
                : await LoadAsync(wanted[index], cancellationToken).ConfigureAwait(false);
        return found;
    }

    /// <summary>Brings blocks into the cache; those that are there, or on their way, are left alone.</summary>
    /// <returns>Stored bytes of the blocks that were read.</returns>
    /// <exception cref="ShardCorruptException">A block is damaged.</exception>
    public async Task<long> WarmAsync(BlockChunk chunk, CancellationToken cancellationToken)
    {
        var owned = new List<(int Block, BlockCache.Claim Claim)>();
        var bytes = 0L;
        for (var block = chunk.First; block < chunk.End; block++)
        {
            if (!cache.TryClaim(id, block, out var claim))
                continue;
            owned.Add((block, claim));
            bytes += blocks.PlaceOf(block).Bytes;
        }
        await LoadRunsAsync(owned, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    /// <summary>Neighbouring blocks from one on that take at most so many bytes together; always one at least.</summary>
    public BlockChunk ChunkFrom(int first, int behind, int mostBytes)
    {
        var (start, bytes) = blocks.PlaceOf(first);
        var (next, end) = (first + 1, start + bytes);
        for (; next < behind && blocks.PlaceOf(next) is var place && place.Offset + place.Bytes - start <= mostBytes; next++)
            end = place.Offset + place.Bytes;
        return new BlockChunk(first, next, end - start);
    }

    /// <summary>Reads neighbouring blocks as they are stored, with one request; the cache is left alone.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(BlockChunk chunk, CancellationToken cancellationToken)
    {
        var stored = new byte[chunk.Bytes];
        await source.ReadExactlyAsync(blocks.PlaceOf(chunk.First).Offset, stored, cancellationToken).ConfigureAwait(false);
        return stored;
    }

    /// <summary>One block of what <see cref="ReadAsync"/> returned, checked and unpacked.</summary>
    public ReadOnlyMemory<byte> Open(int block, BlockChunk chunk, ReadOnlyMemory<byte> stored) =>
        blocks.Open(block, StoredIn(stored, blocks.PlaceOf(chunk.First).Offset, block));

    ReadOnlyMemory<byte> StoredIn(ReadOnlyMemory<byte> bytes, long start, int block)
    {
        var place = blocks.PlaceOf(block);
        return bytes.Slice((int)(place.Offset - start), place.Bytes);
    }

    // Reads neighbours with one request and ends their claims, one way or the other.
    async Task LoadRunAsync(Run run, CancellationToken cancellationToken)
    {
        var ended = 0;
        ShardCorruptException? damage = null;
        try
        {
            var start = blocks.PlaceOf(run.First).Offset;
            var last = blocks.PlaceOf(run.First + run.Claims.Length - 1);
            var stored = new byte[last.Offset + last.Bytes - start];
            await source.ReadExactlyAsync(start, stored, cancellationToken).ConfigureAwait(false);
            for (; ended < run.Claims.Length; ended++)
            {
                if (run.Claims[ended] is not { } claim)
                    continue;
                var block = StoredIn(stored, start, run.First + ended);
                // A slice of a larger read would keep all of it in memory, so that the budget would not hold.
                if (run.Claims.Length > 1)
                    block = block.ToArray();
                try
                {
                    claim.Complete(blocks.Open(run.First + ended, block));
                }
                catch (ShardCorruptException e)
                {
                    // The other blocks are not to blame.
                    damage ??= e;
                    claim.Fail(e);
                }
            }
        }
        catch (Exception e)
        {
            for (; ended < run.Claims.Length; ended++)
                run.Claims[ended]?.Fail(e);
            throw;
        }
        if (damage is not null)
            throw damage;
    }

    async Task LoadRunsAsync(List<(int Block, BlockCache.Claim Claim)> owned, CancellationToken cancellationToken)
    {
        var runs = SplitIntoRuns(owned);
        if (runs.Count == 0)
            return;
        using var slots = new SemaphoreSlim(ParallelReads);
        await Task.WhenAll(runs.ConvertAll(LoadOneAsync)).ConfigureAwait(false);

        async Task LoadOneAsync(Run run)
        {
            // Not cancellable here: a run that never starts would leave its claims open. LoadRunAsync ends them at once then.
            await slots.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                await LoadRunAsync(run, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                slots.Release();
            }
        }
    }

    List<Run> SplitIntoRuns(List<(int Block, BlockCache.Claim Claim)> owned)
    {
        var runs = new List<Run>();
        for (var i = 0; i < owned.Count;)
        {
            var first = owned[i].Block;
            var claims = new List<BlockCache.Claim?>();
            do
            {
                while (first + claims.Count < owned[i].Block)
                    claims.Add(null);
                claims.Add(owned[i].Claim);
            }
            while (++i < owned.Count && CanJoin(first, owned[i - 1].Block, owned[i].Block));
            runs.Add(new Run(first, [.. claims]));
        }
        return runs;
    }

    bool CanJoin(int first, int last, int next)
    {
        var (before, behind) = (blocks.PlaceOf(last), blocks.PlaceOf(next));
        return behind.Offset - (before.Offset + before.Bytes) <= CoalesceGapBytes
            && behind.Offset + behind.Bytes - blocks.PlaceOf(first).Offset <= CoalescedReadBytes;
    }

    /// <param name="First">The first block.</param>
    /// <param name="Claims">One per block; null where the block is read only because it lies between others.</param>
    readonly record struct Run(int First, BlockCache.Claim?[] Claims);
}
