using System.Runtime.CompilerServices;

namespace ShardyFusion.Shards.Sst.Reading;

sealed partial class RemoteShard
{
    // A gap this small costs less to read than another request's round trip.
    const int CoalesceGapBytes = 16 << 10;
    const int CoalescedReadBytes = 1 << 20;
    const int ParallelReads = 8;

    /// <summary>Finds many keys: one read for each run of neighbouring blocks that are not cached.</summary>
    /// <param name="keys">Encoded keys; must not change until the call has ended.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>One entry per key, in their order; null where the key is absent.</returns>
    /// <exception cref="Errors.ShardCorruptException">A key's block is damaged.</exception>
    public async Task<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        var ordinals = new int[keys.Count];
        for (var i = 0; i < ordinals.Length; i++)
            ordinals[i] = FindBlock(keys[i].Span);
        var blocks = await LoadBlocksAsync(ordinals, cancellationToken).ConfigureAwait(false);
        var values = new ReadOnlyMemory<byte>?[ordinals.Length];
        for (var i = 0; i < ordinals.Length; i++)
            if (ordinals[i] >= 0)
                values[i] = FindIn(blocks[ordinals[i]], keys[i].Span, ordinals[i]);
        return values;
    }

    async Task<Dictionary<int, ReadOnlyMemory<byte>>> LoadBlocksAsync(int[] ordinals, CancellationToken cancellationToken)
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
            blocks[ordinal] = await LoadBlockAsync(ordinal, cancellationToken).ConfigureAwait(false);
        return blocks;
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

    bool CanJoin(int first, int last, int next, int readBytes) =>
        table.Index[next].Offset - table.Index[last].EndWithTrailer <= CoalesceGapBytes
        && table.Index[next].EndWithTrailer - table.Index[first].Offset <= readBytes;

    /// <summary>Goes over all rows in key order; else as <see cref="ScanAsync(KeyRange, int, CancellationToken)"/>.</summary>
    public IAsyncEnumerable<ShardRow> ScanAsync(CancellationToken cancellationToken) =>
        ScanAsync(KeyRange.All, CoalescedReadBytes, cancellationToken);

    /// <summary>Goes over rows in key order, reading ahead; the cache is left alone. Every block's checksum is verified.</summary>
    /// <param name="range">Which keys; only blocks that can hold such are read.</param>
    /// <param name="readBytes">Size of a read, at most, but never less than a block. Two of them are in memory.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>Keys and values that the caller may keep.</returns>
    /// <exception cref="Errors.ShardCorruptException">A block is damaged, or the shard does not hold the rows it claims.</exception>
    public async IAsyncEnumerable<ShardRow> ScanAsync(KeyRange range, int readBytes,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        long rows = 0;
        var first = range.From.IsEmpty ? 0 : Math.Max(0, table.Index.Find(range.From.Span));
        var behind = range.End is { } limit ? table.Index.Find(limit.Span) + 1 : table.Index.Count;
        var next = ReadChunkAsync(first, behind, readBytes, cancellationToken);
        try
        {
            for (var ordinal = first; ordinal < behind;)
            {
                var chunk = await next.ConfigureAwait(false);
                var end = ordinal + chunk.Count;
                next = ReadChunkAsync(end, behind, readBytes, cancellationToken);
                for (; ordinal < end; ordinal++)
                {
                    var blockRows = await RowsOfAsync(ordinal, StoredIn(chunk.Bytes, chunk.Start, ordinal), cancellationToken)
                        .ConfigureAwait(false);
                    rows += blockRows.Count;
                    foreach (var row in blockRows)
                        if (range.IsAll || range.Contains(row.Key.Span)) yield return row;
                }
            }
        }
        finally
        {
            // A caller who leaves early must not find this read going on, or its error unobserved.
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (range.IsAll && rows != table.RowCount)
            throw new BlockOrigin(table.File, 0).Fault($"the file holds {rows} rows, its properties say {table.RowCount}");
    }

    async ValueTask<List<ShardRow>> RowsOfAsync(int ordinal, ReadOnlyMemory<byte> stored, CancellationToken cancellationToken)
    {
        try
        {
            return RowsOf(Unpack(ordinal, stored, canKeepStored: true), ordinal);
        }
        catch (Errors.ShardCorruptException)
        {
            if (await ReadAgainAsync(ordinal, stored, cancellationToken).ConfigureAwait(false) is not { } again)
                throw;
            return RowsOf(Unpack(ordinal, again, canKeepStored: true), ordinal);
        }
    }

    List<ShardRow> RowsOf(ReadOnlyMemory<byte> block, int ordinal)
    {
        var rows = new List<ShardRow>();
        var walker = new DataBlockWalker(table, checksEachRow: false);
        try
        {
            walker.Open(block.Span, ordinal);
            while (walker.MoveNext(block.Span))
                rows.Add(new ShardRow(walker.Key.ToArray(), block.Slice(walker.ValueStart, walker.ValueBytes)));
        }
        finally
        {
            walker.Dispose();
        }
        return rows;
    }

    async Task<(byte[] Bytes, long Start, int Count)> ReadChunkAsync(int first, int behind, int readBytes,
        CancellationToken cancellationToken)
    {
        if (first >= behind)
            return ([], 0, 0);
        var last = first;
        while (last + 1 < behind && CanJoin(first, last, last + 1, readBytes))
            last++;
        var start = table.Index[first].Offset;
        var bytes = new byte[table.Index[last].EndWithTrailer - start];
        await source.ReadExactlyAsync(start, bytes, cancellationToken).ConfigureAwait(false);
        return (bytes, start, last - first + 1);
    }
}

/// <summary>One row of a shard.</summary>
/// <param name="Key">Encoded key.</param>
/// <param name="Value">Its value.</param>
readonly record struct ShardRow(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value);
