using ShardyFusion.Shards.Sqlite.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.Sqlite.Reading;

/// <summary>Neighbouring pages.</summary>
/// <param name="First">Number of the first one.</param>
/// <param name="Count">How many.</param>
readonly record struct PageRun(int First, int Count);

/// <summary>The pages of a SQLite file, read by ranges through a cache. Safe for concurrent callers.</summary>
sealed class SqlitePages : IStoredBlocks, IPageReader
{
    readonly BlockCache cache;
    readonly long id = BlockScratch.NewOwner();

    /// <param name="header">What its header says.</param>
    /// <param name="source">The file.</param>
    /// <param name="cache">Where pages are kept.</param>
    public SqlitePages(SqliteHeader header, IShardSource source, BlockCache cache)
    {
        (Header, Source, this.cache) = (header, source, cache);
        Loader = new BlockLoader(source, this, cache, id);
    }

    /// <summary>What the file's header says.</summary>
    public SqliteHeader Header { get; }

    /// <summary>The file.</summary>
    public IShardSource Source { get; }

    /// <summary>Reads pages into the cache; their numbers are those of the blocks.</summary>
    public BlockLoader Loader { get; }

    /// <inheritdoc/>
    public (long Offset, int Bytes) PlaceOf(int block) => (Header.OffsetOf(block), Header.PageBytes);

    /// <inheritdoc/>
    // A page has no checksum; what it must look like depends on what leads to it.
    public ReadOnlyMemory<byte> Open(int block, ReadOnlyMemory<byte> stored) => stored;

    /// <summary>Finds a page in the cache without waiting; neither a hit nor a miss.</summary>
    public bool TryPeek(int page, out ReadOnlyMemory<byte> bytes) => cache.TryPeek(id, page, out bytes);

    /// <summary>Hands over the front of the file, which was read already.</summary>
    public void Offer(ReadOnlySpan<byte> front)
    {
        for (var page = 1; page <= Header.WholePages && page * (long)Header.PageBytes <= front.Length; page++)
            Offer(page, front.Slice((int)Header.OffsetOf(page), Header.PageBytes).ToArray());
    }

    /// <summary>Hands over a page that was read already.</summary>
    public void Offer(int page, byte[] bytes)
    {
        if (cache.TryClaim(id, page, out var claim))
            claim.Complete(bytes);
    }

    /// <summary>Reads a page through the cache.</summary>
    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(int page, CancellationToken cancellationToken) =>
        Loader.TryGet(page, out var cached) ? ValueTask.FromResult(cached) : Loader.LoadAsync(page, cancellationToken);

    /// <summary>Drops all pages from the cache.</summary>
    public void Leave() => cache.Remove(id);
}
