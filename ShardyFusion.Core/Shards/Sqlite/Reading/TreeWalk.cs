using ShardyFusion.Shards.Sqlite.Format;

namespace ShardyFusion.Shards.Sqlite.Reading;

/// <summary>Goes over the rows of a tree in its order.</summary>
/// <param name="header">The file.</param>
/// <param name="root">The tree's first page.</param>
/// <param name="isTable">Which type of tree: by row number, else by key.</param>
/// <param name="pages">Reads pages.</param>
sealed class TreeWalk(SqliteHeader header, int root, bool isTable, IPageReader pages)
{
    readonly Stack<Level> levels = new();
    bool isBegun;
    long overflowPages, lastRowid;
    bool hasRowid;

    /// <summary>Where the current row lies.</summary>
    public BtreeCell Cell { get; private set; }

    /// <summary>Its record.</summary>
    public ReadOnlyMemory<byte> Payload { get; private set; }

    /// <summary>Where to begin: of a page's cells, leaves out the first ones; null to begin with the first row.</summary>
    public Func<SqliteHeader, int, ReadOnlyMemory<byte>, int>? Seek { get; init; }

    /// <summary>Goes on to the next row.</summary>
    /// <exception cref="Errors.ShardCorruptException">A page, or what leads to it, is damaged.</exception>
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        if (!isBegun)
            await PushAsync(root, cancellationToken).ConfigureAwait(false);
        while (levels.TryPeek(out var level))
        {
            if (!level.TryMove(header, isTable, out var child, out var cell))
            {
                levels.Pop();
            }
            else if (child > 0)
            {
                await PushAsync(child, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                RequireAscending(cell);
                Cell = cell;
                Payload = cell.Next == 0 ? level.Bytes.Slice(cell.Start, cell.LocalBytes)
                    : await GatherAsync(cell, level.Bytes, cancellationToken).ConfigureAwait(false);
                return true;
            }
        }
        return false;
    }

    async ValueTask PushAsync(int page, CancellationToken cancellationToken)
    {
        var bytes = await pages.ReadAsync(page, cancellationToken).ConfigureAwait(false);
        var node = BtreePage.Read(header, page, bytes.Span, isTable);
        if (node is { CellCount: 0, IsInterior: false } && page != root)
            throw header.Fault(page, "it is an empty leaf");
        if (levels.Count == SqliteTree.MostLevels)
            throw header.Fault(page, $"the tree has more than {SqliteTree.MostLevels} levels");
        var skip = !isBegun && Seek is not null ? Seek(header, page, bytes) : 0;
        isBegun |= !node.IsInterior;
        levels.Push(new Level(page, bytes, node, skip));
    }

    // A tree that leads to a page twice would go on for ever.
    void RequireAscending(in BtreeCell cell)
    {
        if (!isTable)
            return;
        if (hasRowid && cell.Rowid <= lastRowid)
            throw header.Fault(cell.Page, $"row {cell.Rowid} comes behind row {lastRowid}");
        (hasRowid, lastRowid) = (true, cell.Rowid);
    }

    async ValueTask<ReadOnlyMemory<byte>> GatherAsync(BtreeCell cell, ReadOnlyMemory<byte> page, CancellationToken cancellationToken)
    {
        if (cell.PayloadBytes > Array.MaxLength)
            throw header.OriginOf(cell.Page).Unsupported($"a row has {cell.PayloadBytes} bytes");
        var chain = new OverflowChain(header, cell);
        // No two rows share a page: all of them together cannot have more than the file.
        overflowPages += chain.PagesLeft;
        if (overflowPages > header.PageCount)
            throw header.Fault(cell.Page, "rows share overflow pages");
        var payload = new byte[cell.PayloadBytes];
        page.Span.Slice(cell.Start, cell.LocalBytes).CopyTo(payload);
        while (!chain.IsEnded)
        {
            var more = await pages.ReadAsync(chain.Page, cancellationToken).ConfigureAwait(false);
            chain.ContentOf(more.Span).CopyTo(payload.AsSpan((int)chain.Position));
            chain.MoveNext(more.Span);
        }
        return payload;
    }

    /// <summary>A page on the way to the current row.</summary>
    sealed class Level
    {
        readonly int page, steps;
        readonly bool isInterior, hasCells;
        int step;

        /// <param name="page">Its number.</param>
        /// <param name="bytes">Its bytes.</param>
        /// <param name="node">The same.</param>
        /// <param name="skip">Cells to leave out.</param>
        public Level(int page, ReadOnlyMemory<byte> bytes, in BtreePage node, int skip)
        {
            (this.page, Bytes, isInterior) = (page, bytes, node.IsInterior);
            hasCells = node.Type != BtreePage.InteriorTable;
            steps = !isInterior ? node.CellCount : hasCells ? 2 * node.CellCount + 1 : node.CellCount + 1;
            step = isInterior && hasCells ? 2 * skip : skip;
        }

        public ReadOnlyMemory<byte> Bytes { get; }

        // Interior pages of an index lead to a page, hold a row, lead to the next page, and so on.
        public bool TryMove(SqliteHeader header, bool isTable, out int child, out BtreeCell cell)
        {
            (child, cell) = (0, default);
            if (step == steps)
                return false;
            var node = BtreePage.Read(header, page, Bytes.Span, isTable);
            if (isInterior && (!hasCells || step % 2 == 0))
                child = node.ChildAt(hasCells ? step / 2 : step);
            else
                cell = node.CellAt(isInterior ? step / 2 : step);
            step++;
            return true;
        }
    }
}
