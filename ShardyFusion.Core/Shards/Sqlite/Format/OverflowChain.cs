using System.Buffers.Binary;

namespace ShardyFusion.Shards.Sqlite.Format;

/// <summary>The pages that hold what a payload has no room for in its cell: each leads to the next.</summary>
struct OverflowChain
{
    const int NextBytes = 4;

    readonly SqliteHeader header;
    readonly long payloadBytes;
    int steps, anchor, anchorAge;

    /// <param name="header">The file.</param>
    /// <param name="cell">The cell; it has overflow pages.</param>
    public OverflowChain(SqliteHeader header, in BtreeCell cell)
    {
        this.header = header;
        (payloadBytes, Position, Page, anchorAge) = (cell.PayloadBytes, cell.LocalBytes, cell.Next, 1);
    }

    /// <summary>The page to read now.</summary>
    public int Page { get; private set; }

    /// <summary>Where in the payload the content of that page begins.</summary>
    public long Position { get; private set; }

    /// <summary>False while each page lies right behind the one before it.</summary>
    public bool IsScattered { get; private set; }

    /// <summary>True when there is no page any more.</summary>
    public readonly bool IsEnded => Position >= payloadBytes;

    /// <summary>Pages that are left, this one included.</summary>
    public readonly long PagesLeft => (payloadBytes - Position + ContentBytes - 1) / ContentBytes;

    readonly int ContentBytes => header.UsableBytes - NextBytes;

    /// <summary>What the current page holds of the payload.</summary>
    public readonly ReadOnlySpan<byte> ContentOf(ReadOnlySpan<byte> page) =>
        page.Slice(NextBytes, (int)Math.Min(ContentBytes, payloadBytes - Position));

    /// <summary>Goes on to the next page.</summary>
    /// <param name="page">The current page.</param>
    /// <exception cref="Errors.ShardCorruptException">It leads nowhere, or back to a page before it.</exception>
    public void MoveNext(ReadOnlySpan<byte> page)
    {
        Position += ContentOf(page).Length;
        if (IsEnded)
            return;
        var next = header.RequirePage(BinaryPrimitives.ReadUInt32BigEndian(page), Page);
        IsScattered |= next != Page + 1;
        // Brent's way: whoever goes round meets, sooner or later, the page that was marked last.
        if (++steps == anchorAge)
            (anchor, steps, anchorAge) = (Page, 0, anchorAge * 2);
        if (next == anchor || next == Page)
            throw header.Fault(next, "its chain of overflow pages goes round");
        Page = next;
    }
}
