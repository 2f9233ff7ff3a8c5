using ShardyFusion.Shards.Sqlite.Format;

namespace ShardyFusion.Shards.Sqlite.Reading;

/// <summary>The way of one key through a tree, as far as pages are there; it goes on where it stopped.</summary>
/// <param name="tree">The tree.</param>
struct TreeSearch(SqliteTree tree)
{
    /// <summary>Bytes that are read at once of a value that takes many pages.</summary>
    const int MostReadBytes = 1 << 20;

    int page = tree.Root, levels;
    OverflowChain chain;
    byte[]? split;
    SqliteField valueField;
    long splitStart;

    /// <summary>What was found; null when the key is absent.</summary>
    public ReadOnlyMemory<byte>? Value { get; private set; }

    /// <summary>What it waits for: one page, or, for a value, as many as will most likely be needed.</summary>
    public PageRun Missing { get; private set; }

    /// <summary>Goes on.</summary>
    /// <param name="pages">What is there.</param>
    /// <param name="key">The same key each time.</param>
    /// <returns>False when it has to wait for <see cref="Missing"/>.</returns>
    /// <exception cref="Errors.ShardCorruptException">A page, or what leads to it, is damaged.</exception>
    public bool TryAdvance(PageView pages, ReadOnlySpan<byte> key)
    {
        while (split is null)
        {
            if (!TryGet(pages, page, out var bytes))
                return false;
            var node = BtreePage.Read(tree.Header, page, bytes.Span, isTable: false);
            if (!TryFind(pages, node, key, out var at, out var found))
                return false;
            if (found is { } cell)
                return BeginValue(cell, bytes) || TryFollow(pages);
            if (!node.IsInterior)
                return true;
            if (++levels == SqliteTree.MostLevels)
                throw tree.Header.Fault(page, $"the tree has more than {SqliteTree.MostLevels} levels");
            page = node.ChildAt(at);
        }
        return TryFollow(pages);
    }

    bool TryGet(PageView pages, int number, out ReadOnlyMemory<byte> bytes)
    {
        if (pages.TryGet(number, out bytes))
            return true;
        Missing = new PageRun(number, 1);
        return false;
    }

    // False when a page is missing that decides between two keys.
    bool TryFind(PageView pages, in BtreePage node, ReadOnlySpan<byte> key, out int at, out BtreeCell? found)
    {
        (at, found) = (0, null);
        for (var behind = node.CellCount; at < behind;)
        {
            var middle = (at + behind) / 2;
            var cell = node.CellAt(middle);
            var order = tree.Compare(node.Bytes, cell, key);
            if (order is null && !TryCompareSplit(pages, node.Bytes, cell, key, out order))
                return false;
            if (order == 0)
            {
                found = cell;
                return true;
            }
            if (order < 0)
                at = middle + 1;
            else
                behind = middle;
        }
        return true;
    }

    bool TryCompareSplit(PageView pages, ReadOnlySpan<byte> bytes, in BtreeCell cell, ReadOnlySpan<byte> key, out int? order)
    {
        order = null;
        var field = tree.Require(cell, bytes.Slice(cell.Start, cell.LocalBytes), 0);
        for (var keys = new OverflowChain(tree.Header, cell); order is null;)
        {
            if (!TryGet(pages, keys.Page, out var more))
                return false;
            var at = (int)(keys.Position - field.Start);
            var content = keys.ContentOf(more.Span);
            var there = content[..(int)Math.Min(content.Length, field.Bytes - at)];
            var rest = key[at..];
            var length = Math.Min(there.Length, rest.Length);
            var bytesOrder = there[..length].SequenceCompareTo(rest[..length]);
            if (bytesOrder != 0)
                order = bytesOrder;
            else if (at + there.Length == field.Bytes)
                order = field.Bytes.CompareTo(key.Length);
            else if (rest.Length <= there.Length)
                order = 1;
            else
                keys.MoveNext(more.Span);
        }
        return true;
    }

    // True when the value lies in the cell's page.
    bool BeginValue(in BtreeCell cell, ReadOnlyMemory<byte> bytes)
    {
        var local = bytes.Slice(cell.Start, cell.LocalBytes);
        var field = tree.Require(cell, local.Span, tree.ValueColumn);
        if (field.IsNull)
            return true;
        if (field.Start + field.Bytes <= local.Length)
        {
            Value = SqliteValue.ToBytes(field, local.Slice((int)field.Start, (int)field.Bytes), tree.Header.Text);
            return true;
        }
        if (field.Bytes > Array.MaxLength)
            throw tree.Header.OriginOf(cell.Page).Unsupported($"a value has {field.Bytes} bytes");
        split = new byte[field.Bytes];
        (valueField, splitStart, chain) = (field, field.Start, new OverflowChain(tree.Header, cell));
        CopyPart(local.Span, 0);
        return false;
    }

    readonly void CopyPart(ReadOnlySpan<byte> content, long position)
    {
        var skip = Math.Max(0, splitStart - position);
        if (skip >= content.Length)
            return;
        var part = content[(int)skip..];
        var target = split.AsSpan((int)(position + skip - splitStart));
        part[..Math.Min(part.Length, target.Length)].CopyTo(target);
    }

    bool TryFollow(PageView pages)
    {
        while (chain.Position < splitStart + split!.Length)
        {
            if (!pages.TryGet(chain.Page, out var bytes))
            {
                Missing = new PageRun(chain.Page, LikelyPages());
                return false;
            }
            CopyPart(chain.ContentOf(bytes.Span), chain.Position);
            chain.MoveNext(bytes.Span);
        }
        Value = SqliteValue.ToBytes(valueField, split, tree.Header.Text);
        return true;
    }

    // Writers put the pages of a value one behind the other; once that proved wrong, they are read one by one.
    readonly int LikelyPages() => chain.IsScattered ? 1
        : (int)Math.Min(chain.PagesLeft, Math.Clamp(tree.Header.WholePages - chain.Page + 1L, 1, MostReadBytes / tree.Header.PageBytes));
}
