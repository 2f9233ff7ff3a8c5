using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Reads the blocks of a table from its source, through the cache that it shares with other tables.</summary>
/// <param name="source">The file.</param>
/// <param name="table">What it holds.</param>
/// <param name="cache">Where blocks are kept.</param>
/// <param name="id">The table's name in the cache.</param>
sealed class RemoteBlocks(IShardSource source, SstTable table, BlockCache cache, long id)
{
    // A gap this small costs less to read than another request's round trip.
    const int CoalesceGapBytes = 16 << 10;

    /// <summary>Most bytes of one read.</summary>
    public const int CoalescedReadBytes = 1 << 20;

    const int ParallelReads = 8;

    /// <summary>A block that is in the cache.</summary>
    public bool TryGet(int ordinal, out ReadOnlyMemory<byte> block) => cache.TryGet(id, ordinal, out block);

    /// <summary>Whether a block is in the cache; changes no statistics.</summary>
    public bool IsCached(int ordinal) => cache.Contains(id, ordinal);

    /// <summary>Drops the blocks from the cache.</summary>
    public void Forget() => cache.Remove(id);

    /// <summary>One block, from the cache or by one read.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> LoadAsync(int ordinal, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (cache.TryClaim(id, ordinal, out var claim))
            {
                await LoadRunAsync(new BlockRun(ordinal, [claim]), cancellationToken).ConfigureAwait(false);
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

    /// <summary>The blocks of many keys, by their ordinals: one read for each run of neighbours that are not cached.</summary>
    /// <param name="ordinals">With repetitions; negative for none.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public async Task<Dictionary<int, ReadOnlyMemory<byte>>> LoadAsync(int[] ordinals, CancellationToken cancellationToken)
    {
        var blocks = new Dictionary<int, ReadOnlyMemory<byte>>();
        var owned = new SortedDictionary<int, BlockCache.Claim>();
        var awaited = new List<int>();
        foreach (var ordinal in ordinals)
        {
            if (ordinal < 0 || blocks.ContainsKey(ordinal))
                continue;
            blocks[ordinal] = default;
            if (cache.TryGet(id, ordinal, out var block))
                blocks[ordinal] = block;
            else if (cache.TryClaim(id, ordinal, out var claim))
                owned.Add(ordinal, claim);
            else
                awaited.Add(ordinal);
        }
        // Every claim is ended inside, so that nobody waits for this call's failure.
        await LoadRunsAsync(SplitIntoRuns(owned), cancellationToken).ConfigureAwait(false);
        foreach (var (ordinal, claim) in owned)
            blocks[ordinal] = await claim.Block.ConfigureAwait(false);
        foreach (var ordinal in awaited)
            blocks[ordinal] = await LoadAsync(ordinal, cancellationToken).ConfigureAwait(false);
        return blocks;
    }

    /// <summary>Reads into the cache what it does not hold of a chunk.</summary>
    /// <returns>Bytes read.</returns>
    public async Task<long> LoadAsync(BlockChunk chunk, CancellationToken cancellationToken)
    {
        var owned = new SortedDictionary<int, BlockCache.Claim>();
        var bytes = 0L;
        for (var ordinal = chunk.First; ordinal < chunk.End; ordinal++)
        {
            if (!cache.TryClaim(id, ordinal, out var claim))
                continue;
            owned.Add(ordinal, claim);
            bytes += table.Index[ordinal].EndWithTrailer - table.Index[ordinal].Offset;
        }
        await LoadRunsAsync(SplitIntoRuns(owned), cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    /// <summary>Whether two blocks and what lies between them are worth one read.</summary>
    public bool CanJoin(int first, int last, int next, int readBytes) =>
        table.Index[next].Offset - table.Index[last].EndWithTrailer <= CoalesceGapBytes
        && table.Index[next].EndWithTrailer - table.Index[first].Offset <= readBytes;

    /// <summary>The stored bytes of a block in those of a read.</summary>
    public ReadOnlyMemory<byte> StoredIn(byte[] bytes, long start, int ordinal)
    {
        var handle = table.Index[ordinal];
        return bytes.AsMemory((int)(handle.Offset - start), (int)handle.Size + BlockTrailer.Size);
    }

    /// <summary>A block, its checksum verified.</summary>
    /// <param name="ordinal">Which one.</param>
    /// <param name="stored">Its stored bytes.</param>
    /// <param name="canKeepStored">False when they are a slice of a larger read: it would keep all of that in memory, so that the budget
    /// would not hold.</param>
    public ReadOnlyMemory<byte> Unpack(int ordinal, ReadOnlyMemory<byte> stored, bool canKeepStored)
    {
        var origin = table.OriginOf(ordinal);
        BlockCodec.Verify(stored.Span, table.Footer, origin);
        ReadOnlyMemory<byte> block;
        if (!BlockCodec.IsPlain(stored.Span))
            block = BlockCodec.Unpack(stored.Span, origin);
        else if (canKeepStored)
            block = stored[..^BlockTrailer.Size];
        else
            block = stored.Span[..^BlockTrailer.Size].ToArray();
        return block;
    }

    /// <summary>Reads a damaged block once more: a bit may have flipped on the way here.</summary>
    /// <returns>Null when the same bytes come again: it is so on the store, and need not be unpacked again.</returns>
    public async Task<byte[]?> ReadAgainAsync(int ordinal, ReadOnlyMemory<byte> first, CancellationToken cancellationToken)
    {
        var handle = table.Index[ordinal];
        var stored = new byte[handle.EndWithTrailer - handle.Offset];
        await source.ReadExactlyAsync(handle.Offset, stored, cancellationToken).ConfigureAwait(false);
        return first.Span.SequenceEqual(stored) ? null : stored;
    }

    async Task LoadRunsAsync(List<BlockRun> runs, CancellationToken cancellationToken)
    {
        using var slots = new SemaphoreSlim(ParallelReads);
        var tasks = new Task[runs.Count];
        for (var i = 0; i < tasks.Length; i++)
            tasks[i] = LoadOneAsync(runs[i]);
        await Task.WhenAll(tasks).ConfigureAwait(false);

        async Task LoadOneAsync(BlockRun run)
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

    List<BlockRun> SplitIntoRuns(SortedDictionary<int, BlockCache.Claim> claims)
    {
        var runs = new List<BlockRun>();
        var run = new List<BlockCache.Claim?>();
        var first = -1;
        foreach (var (ordinal, claim) in claims)
        {
            if (first >= 0 && !CanJoin(first, first + run.Count - 1, ordinal, CoalescedReadBytes))
            {
                runs.Add(new BlockRun(first, [.. run]));
                first = -1;
            }
            if (first < 0)
            {
                first = ordinal;
                run.Clear();
            }
            while (first + run.Count < ordinal)
                run.Add(null);
            run.Add(claim);
        }
        if (first >= 0)
            runs.Add(new BlockRun(first, [.. run]));
        return runs;
    }

    // Reads neighbouring blocks with one request and ends their claims, one way or the other.
    async Task LoadRunAsync(BlockRun run, CancellationToken cancellationToken)
    {
        var ended = 0;
        ShardCorruptException? damage = null;
        try
        {
            var start = table.Index[run.FirstOrdinal].Offset;
            var last = run.FirstOrdinal + run.Claims.Length - 1;
            var stored = new byte[table.Index[last].EndWithTrailer - start];
            await source.ReadExactlyAsync(start, stored, cancellationToken).ConfigureAwait(false);
            for (; ended < run.Claims.Length; ended++)
            {
                if (run.Claims[ended] is not { } claim)
                    continue;
                var ordinal = run.FirstOrdinal + ended;
                var block = StoredIn(stored, start, ordinal);
                try
                {
                    claim.Complete(UnpackAndCheck(ordinal, block, canKeepStored: run.Claims.Length == 1));
                }
                catch (ShardCorruptException e)
                {
                    // The other blocks are not to blame.
                    damage = await ReadAgainAsync(claim, ordinal, block, e, cancellationToken).ConfigureAwait(false) ?? damage;
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

    async Task<ShardCorruptException?> ReadAgainAsync(BlockCache.Claim claim, int ordinal, ReadOnlyMemory<byte> first,
        ShardCorruptException damage, CancellationToken cancellationToken)
    {
        var stored = await ReadAgainAsync(ordinal, first, cancellationToken).ConfigureAwait(false);
        if (stored is null)
        {
            claim.Fail(damage);
            return damage;
        }
        try
        {
            claim.Complete(UnpackAndCheck(ordinal, stored, canKeepStored: true));
            return null;
        }
        catch (ShardCorruptException e)
        {
            claim.Fail(e);
            return e;
        }
    }

    ReadOnlyMemory<byte> UnpackAndCheck(int ordinal, ReadOnlyMemory<byte> stored, bool canKeepStored)
    {
        var block = Unpack(ordinal, stored, canKeepStored);
        table.CheckBlock(block.Span, ordinal);
        return block;
    }

    /// <param name="FirstOrdinal">The first block.</param>
    /// <param name="Claims">One per block; null where the block is read only because it lies between others.</param>
    readonly record struct BlockRun(int FirstOrdinal, BlockCache.Claim?[] Claims);
}
