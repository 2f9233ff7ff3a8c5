namespace ShardyFusion.Shards.Sqlite.Format;

/// <summary>A table <c>kv</c> whose rows lie by key: an index tree from <c>k</c> to <c>v</c>.</summary>
/// <param name="Header">The file.</param>
/// <param name="Root">The tree's first page.</param>
/// <param name="ValueColumn">Number of <c>v</c> in a record; <c>k</c> is the first.</param>
sealed record SqliteTree(SqliteHeader Header, int Root, int ValueColumn)
{
    /// <summary>Deeper trees are refused, as SQLite does: a tree of so many levels would need more pages than a file can have.</summary>
    public const int MostLevels = 20;

    /// <summary>Compares the key of a cell with another, as far as the cell's own page tells.</summary>
    /// <param name="page">The page.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="key">The other key.</param>
    /// <returns>Negative when the cell's comes first; null when overflow pages decide.</returns>
    /// <exception cref="Errors.ShardCorruptException">The record is damaged.</exception>
    public int? Compare(ReadOnlySpan<byte> page, in BtreeCell cell, ReadOnlySpan<byte> key)
    {
        var local = page.Slice(cell.Start, cell.LocalBytes);
        var field = Require(cell, local, 0);
        // Numbers and texts lie before all bytes, and no lookup finds them.
        if (!field.IsBlob)
            return -1;
        var there = local[(int)field.Start..];
        if (there.Length > field.Bytes)
            there = there[..(int)field.Bytes];
        var order = there[..Math.Min(there.Length, key.Length)].SequenceCompareTo(key[..Math.Min(there.Length, key.Length)]);
        if (order != 0)
            return order;
        return there.Length == field.Bytes ? field.Bytes.CompareTo(key.Length) : key.Length <= there.Length ? 1 : null;
    }

    /// <summary>A column of a cell's record.</summary>
    /// <param name="cell">The cell, for errors.</param>
    /// <param name="payload">Its payload, or the front of it.</param>
    /// <param name="column">Which one.</param>
    /// <exception cref="Errors.ShardCorruptException">The record is damaged or does not have it.</exception>
    public SqliteField Require(in BtreeCell cell, ReadOnlySpan<byte> payload, int column) =>
        SqliteRecord.TryFind(payload, column, out var field) && field.Start + field.Bytes <= cell.PayloadBytes ? field
            : throw Header.Fault(cell.Page, $"the record at {cell.Start} is damaged, or has less than {column + 1} columns");
}
