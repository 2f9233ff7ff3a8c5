using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.Shards.Sqlite.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.Sqlite.Reading;

/// <summary>A SQLite file as a shard, read only and page by page: from a local file as from an object store, through a shared cache. Any
/// number of threads may read it at once. Values stay valid for as long as they are referenced.</summary>
/// <param name="tree">The table <c>kv</c>.</param>
/// <param name="pages">The file.</param>
sealed class SqliteShard(SqliteTree tree, SqlitePages pages) : IDatabaseShard
{
    const int FixedMemoryBytes = 512;

    volatile bool isClosed;

    /// <inheritdoc/>
    public long StoredBytes => pages.Source.Length;

    /// <inheritdoc/>
    public long MemoryBytes => FixedMemoryBytes;

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        var search = Begin();
        return search.TryAdvance(new PageView(pages), key.Span) ? ValueTask.FromResult(search.Value)
            : GetColdAsync(search, key, cancellationToken);
    }

    /// <inheritdoc/>
    public bool TryGet(scoped ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        var search = Begin();
        var found = search.TryAdvance(new PageView(pages), key) ? search.Value
            : LocalReads.Result(GetColdAsync(search, key.ToArray(), CancellationToken.None), pages.Header.File);
        value = found.GetValueOrDefault().Span;
        return found is not null;
    }

    TreeSearch Begin()
    {
        ThrowIfClosed();
        return new TreeSearch(tree);
    }

    async ValueTask<ReadOnlyMemory<byte>?> GetColdAsync(TreeSearch search, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        var view = PageView.Holding(pages);
        do
        {
            var wanted = Enumerable.Range(search.Missing.First, search.Missing.Count).ToArray();
            var found = await pages.Loader.LoadManyAsync(wanted, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < wanted.Length; i++)
                view.Hold(wanted[i], found[i]);
        }
        while (!search.TryAdvance(view, key.Span));
        return search.Value;
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken)
    {
        var values = new ReadOnlyMemory<byte>?[keys.Count];
        var pending = new List<(int Key, TreeSearch Search)>();
        for (var i = 0; i < values.Length; i++)
            Note(i, Begin(), new PageView(pages), pending);
        // A turn for each level of the tree: one read for each run of neighbouring pages that are not cached.
        var view = PageView.Holding(pages);
        while (pending.Count > 0)
        {
            int[] wanted = [.. pending.SelectMany(item => Enumerable.Range(item.Search.Missing.First, item.Search.Missing.Count)).Distinct()
                .Order()];
            var found = await pages.Loader.LoadManyAsync(wanted, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < wanted.Length; i++)
                view.Hold(wanted[i], found[i]);
            var later = new List<(int Key, TreeSearch Search)>();
            foreach (var (index, search) in pending)
                Note(index, search, view, later);
            pending = later;
        }
        return values;

        void Note(int index, TreeSearch search, PageView seen, List<(int Key, TreeSearch Search)> waiting)
        {
            if (search.TryAdvance(seen, keys[index].Span))
                values[index] = search.Value;
            else
                waiting.Add((index, search));
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ShardRow> ScanAsync(CancellationToken cancellationToken) =>
        ScanAsync(KeyRange.All, BlockLoader.CoalescedReadBytes, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ShardRow> ScanAsync(KeyRange range, int readBytes,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        var reading = new ScanPages(pages.Header, pages.Source, readBytes);
        await using var end = reading.ConfigureAwait(false);
        var walk = new TreeWalk(pages.Header, tree.Root, isTable: false, reading) { Seek = range.From.IsEmpty ? null : SeekTo };
        ReadOnlyMemory<byte>? before = null;
        while (await walk.MoveNextAsync(cancellationToken).ConfigureAwait(false))
        {
            var field = tree.Require(walk.Cell, walk.Payload.Span, 0);
            if (!field.IsBlob)
                throw pages.Header.OriginOf(walk.Cell.Page).Unsupported(
                    $"page {walk.Cell.Page}: a key is stored as another type than bytes, so that no lookup finds its row");
            var key = walk.Payload.Slice((int)field.Start, (int)field.Bytes);
            if (before is { } last && last.Span.SequenceCompareTo(key.Span) >= 0)
                throw pages.Header.Fault(walk.Cell.Page, "its keys do not ascend");
            before = key;
            if (range.End is { } behind && key.Span.SequenceCompareTo(behind.Span) >= 0)
                break;
            var value = tree.Require(walk.Cell, walk.Payload.Span, tree.ValueColumn);
            if (!value.IsNull && range.Contains(key.Span))
                yield return new ShardRow(key, SqliteValue.ToBytes(value, walk.Payload.Slice((int)value.Start, (int)value.Bytes),
                    pages.Header.Text));
        }

        int SeekTo(SqliteHeader header, int page, ReadOnlyMemory<byte> bytes) => FirstNotBefore(page, bytes.Span, range.From.Span);
    }

    // Where overflow pages would decide, the cell is not left out: it lies near the first one that is wanted.
    int FirstNotBefore(int page, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> key)
    {
        var node = BtreePage.Read(pages.Header, page, bytes, isTable: false);
        var (at, behind) = (0, node.CellCount);
        while (at < behind)
        {
            var middle = (at + behind) / 2;
            if (tree.Compare(bytes, node.CellAt(middle), key) < 0)
                at = middle + 1;
            else
                behind = middle;
        }
        return at;
    }

    /// <inheritdoc/>
    public BlockPlace WhereIs(ReadOnlySpan<byte> key) =>
        new TreeSearch(tree).TryAdvance(new PageView(pages, isPeek: true), key) ? BlockPlace.Cache : BlockPlace.Source;

    /// <inheritdoc/>
    public IEnumerable<ShardPart> Parts(int mostBytes)
    {
        for (var next = 1; next <= pages.Header.WholePages;)
        {
            var chunk = pages.Loader.ChunkFrom(next, pages.Header.WholePages + 1, mostBytes);
            yield return new ShardPart(0, chunk);
            next = chunk.End;
        }
    }

    /// <inheritdoc/>
    public Task<long> LoadAsync(ShardPart part, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        return pages.Loader.WarmAsync(part.Blocks, cancellationToken);
    }

    void ThrowIfClosed()
    {
        if (isClosed)
            throw new ShardyFusionException(ErrorKind.ReaderState, $"The shard '{pages.Header.File}' is closed.")
            { Target = pages.Header.File };
    }

    /// <inheritdoc/>
    public void Leave() => pages.Leave();

    /// <summary>Drops the shard's pages from the cache; values already handed out stay valid, reads in flight end as usual.</summary>
    public void Dispose()
    {
        isClosed = true;
        Leave();
    }
}
