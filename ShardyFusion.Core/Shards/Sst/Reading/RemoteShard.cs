using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>
/// A shard read by ranges: its metadata stays in memory, data blocks come one ranged read each and go through a shared cache. Any
/// number of threads may read it at once. Values point into cached blocks and stay valid for as long as they are referenced.
/// </summary>
sealed partial class RemoteShard : IShard
{
    readonly IShardSource source;
    readonly SstTable table;
    readonly BlockCache cache;
    readonly long id;
    volatile bool isClosed;

    RemoteShard(IShardSource source, SstTable table, BlockCache cache, long id) =>
        (this.source, this.table, this.cache, this.id) = (source, table, cache, id);

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
        return new RemoteShard(source, table, share.Cache, share.Id);
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
        return cache.TryGet(id, ordinal, out var block)
            ? ValueTask.FromResult(FindIn(block, key.Span, ordinal))
            : GetColdAsync(key, ordinal, cancellationToken);
    }

    async ValueTask<ReadOnlyMemory<byte>?> GetColdAsync(ReadOnlyMemory<byte> key, int ordinal, CancellationToken cancellationToken)
    {
        var block = await LoadBlockAsync(ordinal, cancellationToken).ConfigureAwait(false);
        return FindIn(block, key.Span, ordinal);
    }

    /// <summary>Where a get of this key would find its block now. Reads nothing and changes no statistics.</summary>
    public BlockPlace WhereIs(ReadOnlySpan<byte> key)
    {
        var ordinal = FindBlock(key);
        return ordinal < 0 ? BlockPlace.Nowhere : cache.Contains(id, ordinal) ? BlockPlace.Cache : BlockPlace.Source;
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

    async ValueTask<ReadOnlyMemory<byte>> LoadBlockAsync(int ordinal, CancellationToken cancellationToken)
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

    // A bit may have flipped on the way here: what comes the same twice is so on the store, and need not be unpacked again. Null then.
    async Task<byte[]?> ReadAgainAsync(int ordinal, ReadOnlyMemory<byte> first, CancellationToken cancellationToken)
    {
        var handle = table.Index[ordinal];
        var stored = new byte[handle.EndWithTrailer - handle.Offset];
        await source.ReadExactlyAsync(handle.Offset, stored, cancellationToken).ConfigureAwait(false);
        return first.Span.SequenceEqual(stored) ? null : stored;
    }

    ReadOnlyMemory<byte> StoredIn(byte[] bytes, long start, int ordinal)
    {
        var handle = table.Index[ordinal];
        return bytes.AsMemory((int)(handle.Offset - start), (int)handle.Size + BlockTrailer.Size);
    }

    // A slice of a larger read would keep all of it in memory, so that the budget would not hold.
    ReadOnlyMemory<byte> Unpack(int ordinal, ReadOnlyMemory<byte> stored, bool canKeepStored)
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

    ReadOnlyMemory<byte> UnpackAndCheck(int ordinal, ReadOnlyMemory<byte> stored, bool canKeepStored)
    {
        var block = Unpack(ordinal, stored, canKeepStored);
        table.CheckBlock(block.Span, ordinal);
        return block;
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
        cache.Remove(id);
    }

    /// <param name="FirstOrdinal">The first block.</param>
    /// <param name="Claims">One per block; null where the block is read only because it lies between others.</param>
    readonly record struct BlockRun(int FirstOrdinal, BlockCache.Claim?[] Claims);
}

/// <summary>Where the only block that can hold a key is.</summary>
enum BlockPlace
{
    /// <summary>No block can hold it: the filter or the index says so.</summary>
    Nowhere,
    /// <summary>In the cache.</summary>
    Cache,
    /// <summary>To be read.</summary>
    Source,
}
