using System.Buffers.Binary;
using ShardyFusion.Shards.Sqlite.Format;

namespace ShardyFusion.Shards.Sqlite.Writing;

/// <summary>One level of an index tree that is built from its leaves up: the page that is filled, and before it a full one, which waits
/// until it is clear that the new page gets a row, as none but a root may be without.</summary>
/// <param name="output">Takes full pages.</param>
/// <param name="pageBytes">Size of a page.</param>
/// <param name="isLeaf">True for the lowest level.</param>
/// <param name="isCounting">True when only the number of pages matters: rows are lengths then.</param>
sealed class TreeLevel(PageOutput output, int pageBytes, bool isLeaf, bool isCounting)
{
    const int PointerBytes = 2, ChildBytes = 4;
    const int CountAt = 3, ContentAt = 5, LastChildAt = 8;

    readonly int headBytes = isLeaf ? 8 : 12, childBytes = isLeaf ? 0 : ChildBytes;
    Page open = new(isCounting ? 0 : pageBytes, pageBytes), full = new(isCounting ? 0 : pageBytes, pageBytes);
    byte[] separator = [];
    int separatorBytes;
    bool hasFull;
    TreeLevel? parent;

    /// <summary>Adds a row, or what of it a cell holds.</summary>
    /// <param name="child">The page before it; 0 for a leaf.</param>
    /// <param name="cell">The cell without the number of that page; empty when only its length matters.</param>
    /// <param name="cellBytes">Its length.</param>
    public void Add(long child, ReadOnlySpan<byte> cell, int cellBytes)
    {
        if (open.Cells == 0 && hasFull)
            PassOnFull();
        if (headBytes + (open.Cells + 1) * PointerBytes + childBytes + cellBytes > open.Content)
        {
            // The row that does not fit divides this page from the next one, and stands above both.
            (open, full, hasFull) = (full, open, true);
            full.LastChild = child;
            Keep(cell, cellBytes);
            open.Clear(pageBytes);
            return;
        }
        Append(child, cell, cellBytes);
    }

    void Append(long child, ReadOnlySpan<byte> cell, int cellBytes)
    {
        open.Content -= childBytes + cellBytes;
        if (!isCounting)
        {
            var target = open.Bytes.AsSpan(open.Content);
            if (!isLeaf)
                BinaryPrimitives.WriteUInt32BigEndian(target, (uint)child);
            cell.CopyTo(target[childBytes..]);
            BinaryPrimitives.WriteUInt16BigEndian(open.Bytes.AsSpan(headBytes + open.Cells * PointerBytes), (ushort)open.Content);
        }
        open.Cells++;
        open.LastCellBytes = cellBytes;
    }

    void Keep(ReadOnlySpan<byte> cell, int cellBytes)
    {
        if (!isCounting)
        {
            if (separator.Length < cellBytes)
                separator = new byte[pageBytes];
            cell.CopyTo(separator);
        }
        separatorBytes = cellBytes;
    }

    ReadOnlySpan<byte> Separator => isCounting ? [] : separator.AsSpan(0, separatorBytes);

    void PassOnFull()
    {
        hasFull = false;
        var number = Emit(full);
        parent ??= new TreeLevel(output, pageBytes, false, isCounting);
        parent.Add(number, Separator, separatorBytes);
    }

    /// <summary>Ends the level and those above.</summary>
    /// <param name="child">The last page of the level below; 0 for none.</param>
    /// <returns>Number of the tree's root, which is the last page.</returns>
    public long Finish(long child)
    {
        if (hasFull && open.Cells == 0)
            MoveLastCell();
        open.LastChild = child;
        var last = Emit(open);
        return parent?.Finish(last) ?? last;
    }

    // The last row of the full page divides it from the new one, which gets the row that did so before.
    void MoveLastCell()
    {
        var (child, cell, bytes) = (full.LastChild, Separator.ToArray(), separatorBytes);
        var at = full.Content;
        full.Cells--;
        full.Content += childBytes + full.LastCellBytes;
        if (!isCounting)
        {
            full.LastChild = isLeaf ? 0 : BinaryPrimitives.ReadUInt32BigEndian(full.Bytes.AsSpan(at));
            Keep(full.Bytes.AsSpan(at + childBytes, full.LastCellBytes), full.LastCellBytes);
            full.Bytes.AsSpan(at, full.Content - at).Clear();
            full.Bytes.AsSpan(headBytes + full.Cells * PointerBytes, PointerBytes).Clear();
        }
        else
        {
            Keep([], full.LastCellBytes);
        }
        PassOnFull();
        Append(child, cell, bytes);
    }

    long Emit(Page page)
    {
        if (!isCounting)
        {
            var head = page.Bytes.AsSpan(0, headBytes);
            head[0] = isLeaf ? BtreePage.LeafIndex : BtreePage.InteriorIndex;
            BinaryPrimitives.WriteUInt16BigEndian(head[CountAt..], (ushort)page.Cells);
            // 65,536 is written as 0.
            BinaryPrimitives.WriteUInt16BigEndian(head[ContentAt..], unchecked((ushort)page.Content));
            if (!isLeaf)
                BinaryPrimitives.WriteUInt32BigEndian(head[LastChildAt..], (uint)page.LastChild);
        }
        return output.Add(page.Bytes);
    }

    sealed class Page(int bufferBytes, int pageBytes)
    {
        public byte[] Bytes { get; } = new byte[bufferBytes];

        public int Cells { get; set; }

        /// <summary>Where the cells begin: they lie at the page's end, the first one last.</summary>
        public int Content { get; set; } = pageBytes;

        public int LastCellBytes { get; set; }

        public long LastChild { get; set; }

        public void Clear(int bytes)
        {
            (Cells, Content) = (0, bytes);
            Bytes.AsSpan().Clear();
        }
    }
}
