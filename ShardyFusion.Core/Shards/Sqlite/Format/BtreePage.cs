using System.Buffers.Binary;
using ShardyFusion.Errors;

namespace ShardyFusion.Shards.Sqlite.Format;

/// <summary>One page of a b-tree: cells in order, each with a payload but those of a table's interior pages.</summary>
readonly ref struct BtreePage
{
    /// <summary>Types of pages, as their first byte says.</summary>
    public const byte InteriorIndex = 2, InteriorTable = 5, LeafIndex = 10, LeafTable = 13;

    /// <summary>Bytes before the cell pointers.</summary>
    public const int LeafHeaderBytes = 8, InteriorHeaderBytes = 12;

    const int PointerBytes = 2, PageNumberBytes = 4;
    const int CellCountAt = 3, LastChildAt = 8;

    readonly SqliteHeader header;
    readonly ReadOnlySpan<byte> bytes;
    readonly int number, start;

    BtreePage(SqliteHeader header, int number, ReadOnlySpan<byte> page)
    {
        (this.header, this.number) = (header, number);
        bytes = page[..header.UsableBytes];
        start = number == 1 ? SqliteHeader.Size : 0;
        Type = bytes[start];
        CellCount = BinaryPrimitives.ReadUInt16BigEndian(bytes[(start + CellCountAt)..]);
    }

    /// <summary>What of the page is in use.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>Its type.</summary>
    public byte Type { get; }

    /// <summary>True when other pages lie below it.</summary>
    public bool IsInterior => Type is InteriorIndex or InteriorTable;

    /// <summary>Number of cells; an interior page leads to one page more.</summary>
    public int CellCount { get; }

    /// <summary>Takes a page for one of a tree.</summary>
    /// <param name="header">The file.</param>
    /// <param name="number">The page's number.</param>
    /// <param name="page">Its bytes.</param>
    /// <param name="isTable">Which type of tree: by row number, else by key.</param>
    /// <exception cref="ShardCorruptException">It is no page of such a tree.</exception>
    public static BtreePage Read(SqliteHeader header, int number, ReadOnlySpan<byte> page, bool isTable)
    {
        var read = new BtreePage(header, number, page);
        if (isTable ? read.Type is not (InteriorTable or LeafTable) : read.Type is not (InteriorIndex or LeafIndex))
            throw header.Fault(number, $"it has type {read.Type}, which no page of {(isTable ? "a table" : "an index")} has");
        if (read.PointersStart + read.CellCount * PointerBytes > read.bytes.Length)
            throw header.Fault(number, $"{read.CellCount} cells do not fit");
        return read;
    }

    int PointersStart => start + (IsInterior ? InteriorHeaderBytes : LeafHeaderBytes);

    /// <summary>The page before a cell, or behind the last one.</summary>
    /// <param name="cell">0 to <see cref="CellCount"/>.</param>
    /// <exception cref="ShardCorruptException">There is no such page.</exception>
    public int ChildAt(int cell) => header.RequirePage(BinaryPrimitives.ReadUInt32BigEndian(
        bytes[(cell == CellCount ? start + LastChildAt : OffsetOf(cell))..]), number);

    int OffsetOf(int cell)
    {
        int offset = BinaryPrimitives.ReadUInt16BigEndian(bytes[(PointersStart + cell * PointerBytes)..]);
        return offset >= PointersStart + CellCount * PointerBytes && offset <= bytes.Length - PageNumberBytes ? offset
            : throw header.Fault(number, $"cell {cell} lies at {offset}");
    }

    /// <summary>A cell that has a payload.</summary>
    /// <param name="cell">0 to <see cref="CellCount"/> - 1.</param>
    /// <exception cref="ShardCorruptException">It does not lie inside the page, or its payload cannot lie inside the file.</exception>
    public BtreeCell CellAt(int cell)
    {
        var at = OffsetOf(cell) + (IsInterior ? PageNumberBytes : 0);
        var read = SqliteVarint.Read(bytes[at..], out var payload);
        var rowid = 0L;
        at += read;
        if (read > 0 && Type == LeafTable)
        {
            read = SqliteVarint.Read(bytes[at..], out rowid);
            at += read;
        }
        if (read == 0 || payload < 0 || payload > (long)header.PageCount * header.UsableBytes)
            throw header.Fault(number, $"cell {cell} states a payload of {payload} bytes");
        var local = LocalBytes(payload);
        var isSplit = local < payload;
        if (at + local + (isSplit ? PageNumberBytes : 0) > bytes.Length)
            throw header.Fault(number, $"cell {cell} ends behind the page");
        var next = isSplit ? header.RequirePage(BinaryPrimitives.ReadUInt32BigEndian(bytes[(at + local)..]), number) : 0;
        return new BtreeCell(number, at, local, payload, next) { Rowid = rowid };
    }

    // What does not fit goes to overflow pages, so much that the last of them is full.
    int LocalBytes(long payload)
    {
        var usable = bytes.Length;
        var most = Type == LeafTable ? usable - 35 : (usable - 12) * 64 / 255 - 23;
        if (payload <= most)
            return (int)payload;
        var least = (usable - 12) * 32 / 255 - 23;
        var wanted = least + (int)((payload - least) % (usable - PageNumberBytes));
        return wanted <= most ? wanted : least;
    }
}

/// <summary>Where the payload of a cell lies.</summary>
/// <param name="Page">The page it is on.</param>
/// <param name="Start">First byte of the payload in the page.</param>
/// <param name="LocalBytes">What of it the page holds.</param>
/// <param name="PayloadBytes">All of it.</param>
/// <param name="Next">The first overflow page; 0 for none.</param>
readonly record struct BtreeCell(int Page, int Start, int LocalBytes, long PayloadBytes, int Next)
{
    /// <summary>Number of the row, for a table.</summary>
    public long Rowid { get; init; }
}
