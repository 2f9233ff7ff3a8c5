namespace ShardyFusion.Shards.SlateDb.Reading;

/// <summary>Goes over the blocks that can hold a key, those with newer rows first.</summary>
/// <param name="levels">Newest first.</param>
/// <param name="hash">The key's hash, if any table needs it.</param>
struct BlockCursor(OpenLevel[] levels, ulong hash)
{
    int level = -1, view = -1;

    /// <summary>The block's table.</summary>
    public SlateTable? Table { get; private set; }

    /// <summary>The block's number in it.</summary>
    public int Block { get; private set; }

    /// <summary>Goes to the next block.</summary>
    /// <param name="key">The same key each time.</param>
    /// <returns>False when no further block can hold it.</returns>
    public bool MoveNext(ReadOnlySpan<byte> key)
    {
        // A key's rows may fill several blocks, but only the first of them that has one matters.
        if (Table is not null && Block + 1 < Table.BlockCount && Table.Index.CompareToSeparator(key, Block) >= 0)
        {
            Block++;
            return true;
        }
        while (MoveToView(key))
        {
            var (table, _) = levels[level].Views[view];
            if (!levels[level].Views[view].Shows(key) || !table.MayContain(key, hash))
                continue;
            (Table, Block) = (table, table.Index.Find(key));
            return true;
        }
        Table = null;
        return false;
    }

    bool MoveToView(ReadOnlySpan<byte> key)
    {
        if (level >= 0 && ++view < levels[level].Views.Length && levels[level].Views[view].Table.FirstKey.SequenceCompareTo(key) <= 0)
            return true;
        while (++level < levels.Length)
        {
            if (levels[level].Views.Length == 0 || !key.StartsWith(levels[level].Prefix))
                continue;
            view = levels[level].FirstFor(key);
            return true;
        }
        // Further calls find nothing either.
        level = levels.Length - 1;
        view = level < 0 ? 0 : levels[level].Views.Length;
        return false;
    }
}
