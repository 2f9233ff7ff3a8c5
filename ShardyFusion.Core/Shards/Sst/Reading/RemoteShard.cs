using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>
/// A shard read by ranges: its metadata stays in memory, data blocks come one ranged read each and go through a shared cache. Any
/// number of threads may read it at once. Values point into cached blocks and stay valid for as long as they are referenced.
/// </summary>
sealed class RemoteShard : IShard
{
    readonly IShardSource source;
    readonly SstTable table;
    readonly RemoteBlocks blocks;
    volatile bool isClosed;

    RemoteShard(IShardSource source, SstTable table, RemoteBlocks blocks) =>
        (this.source, this.table, this.blocks) = (source, table, blocks);

    /// <summary>Rows in the shard.</summary>
    public long RowCount => table.RowCount;

    /// <inheritdoc/>
    public long MemoryBytes => table.MemoryBytes;

    /// <summary>The file's length.</summary>
    public long FileBytes => table.FileBytes;

    /// <summary>Metadata of the table.</summary>
    public SstTable Table => table;

    /// <summary>Reads a shard's metadata.</summary>
    /// <param name="source">The file.</param>
    /// <param name="tailOffset">Where the metadata starts, if someone knows (one read then); null for a guess (at most one more).</param>
    /// <param name="fileBytes">The file's length.</param>
    /// <param name="cache">Where blocks are kept.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <exception cref="ShardCorruptException">Not a table, damaged, or one that this reader does not support.</exception>
    public static Task<RemoteShard> OpenAsync(IShardSource source, long? tailOffset, long fileBytes, BlockCache cache,
        CancellationToken cancellationToken) =>
        OpenAsync(source, tailOffset, fileBytes, new CacheShare(cache, BlockScratch.NewOwner()), cancellationToken);

    /// <inheritdoc cref="OpenAsync(IShardSource, long?, long, BlockCache, CancellationToken)"/>
    /// <param name="source">The file.</param>
    /// <param name="tailOffset">Where the metadata starts, if someone knows.</param>
    /// <param name="fileBytes">The file's length.</param>
    /// <param name="share">Where blocks are kept; opened again with the same share it finds those that are still there.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public static async Task<RemoteShard> OpenAsync(
        IShardSource source, long? tailOffset, long fileBytes, CacheShare share, CancellationToken cancellationToken)
    {
        var table = await RemoteTail.ReadTableAsync(source, tailOffset, fileBytes, cancellationToken).ConfigureAwait(false);
        return new RemoteShard(source, table, new RemoteBlocks(source, table, share.Cache, share.Id));
    }

    /// <summary>Finds the value of a key: no read when the filter says no or the block is cached, else one.</summary>
    /// <param name="key">Encoded key; must not change until the call has ended.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The value, or null when the key is absent.</returns>
    /// <exception cref="ShardCorruptException">The key's block is damaged.</exception>
    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        var ordinal = FindBlock(key.Span);
        if (ordinal < 0)
            return ValueTask.FromResult<ReadOnlyMemory<byte>?>(null);
        return blocks.TryGet(ordinal, out var block)
            ? ValueTask.FromResult(FindIn(block, key.Span, ordinal))
            : GetColdAsync(key, ordinal, cancellationToken);
    }

    async ValueTask<ReadOnlyMemory<byte>?> GetColdAsync(ReadOnlyMemory<byte> key, int ordinal, CancellationToken cancellationToken)
    {
        var block = await blocks.LoadAsync(ordinal, cancellationToken).ConfigureAwait(false);
        return FindIn(block, key.Span, ordinal);
    }

    /// <summary>Where a get of this key would find its block now. Reads nothing and changes no statistics.</summary>
    public BlockPlace WhereIs(ReadOnlySpan<byte> key)
    {
        var ordinal = FindBlock(key);
        return ordinal < 0 ? BlockPlace.Nowhere : blocks.IsCached(ordinal) ? BlockPlace.Cache : BlockPlace.Source;
    }

    // The ordinal of the only block that can hold the key, or -1.
    int FindBlock(ReadOnlySpan<byte> key) => table.Filter.MayContain(key, XxPh3.Hash(key)) ? table.Index.Find(key) : -1;

    ReadOnlyMemory<byte>? FindIn(ReadOnlyMemory<byte> block, ReadOnlySpan<byte> key, int ordinal)
    {
        var at = BlockSeeker.Find(block.Span, key, table.DataRules.MayRepeatKeys, out var valueBytes);
        if (at == BlockSeeker.Malformed)
            throw table.OriginOf(ordinal).Fault("the block is malformed");
        // Typed: a bare null would become an empty memory, which is a value.
        return at < 0 ? (ReadOnlyMemory<byte>?)null : block.Slice(at, valueBytes);
    }

    /// <summary>Finds many keys: one read for each run of neighbouring blocks that are not cached.</summary>
    /// <param name="keys">Encoded keys; must not change until the call has ended.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>One entry per key, in their order; null where the key is absent.</returns>
    /// <exception cref="ShardCorruptException">A key's block is damaged.</exception>
    public async Task<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        var ordinals = new int[keys.Count];
        for (var i = 0; i < ordinals.Length; i++)
            ordinals[i] = FindBlock(keys[i].Span);
        var found = await blocks.LoadAsync(ordinals, cancellationToken).ConfigureAwait(false);
        var values = new ReadOnlyMemory<byte>?[ordinals.Length];
        for (var i = 0; i < ordinals.Length; i++)
            if (ordinals[i] >= 0)
                values[i] = FindIn(found[ordinals[i]], keys[i].Span, ordinals[i]);
        return values;
    }

    /// <summary>Goes over all rows in key order; else as <see cref="ScanAsync(KeyRange, int, CancellationToken)"/>.</summary>
    public IAsyncEnumerable<ShardRow> ScanAsync(CancellationToken cancellationToken) =>
        ScanAsync(KeyRange.All, RemoteBlocks.CoalescedReadBytes, cancellationToken);

    /// <summary>Goes over rows in key order. The cache is left alone. Every block's checksum is verified.</summary>
    /// <param name="range">Which keys; only blocks that can hold such are read.</param>
    /// <param name="readBytes">Size of a read, at most, but never less than a block. Two of them are in memory.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>Keys and values that the caller may keep.</returns>
    /// <exception cref="ShardCorruptException">A block is damaged, or the shard does not hold the rows it claims.</exception>
    public IAsyncEnumerable<ShardRow> ScanAsync(KeyRange range, int readBytes, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        return new RemoteScan(source, table, blocks).ReadAsync(range, readBytes, cancellationToken);
    }

    /// <inheritdoc/>
    public IEnumerable<ShardPart> Parts(int mostBytes)
    {
        for (var next = 0; next < table.Index.Count;)
        {
            var chunk = table.ChunkFrom(next, mostBytes);
            yield return new ShardPart(0, chunk);
            next = chunk.End;
        }
    }

    /// <inheritdoc/>
    public Task<long> LoadAsync(ShardPart part, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        return blocks.LoadAsync(part.Blocks, cancellationToken);
    }

    void ThrowIfClosed()
    {
        if (isClosed)
            throw new ShardyFusionException(ErrorKind.ReaderState, $"The shard '{source.Name}' is closed.") { Target = source.Name };
    }

    /// <inheritdoc/>
    public void Leave()
    {
        // Its blocks lie under an id that the next one to open it has as well.
    }

    /// <summary>Drops the shard's blocks from the cache; values already handed out stay valid, reads in flight end as usual.</summary>
    public void Dispose()
    {
        isClosed = true;
        blocks.Forget();
    }
}
