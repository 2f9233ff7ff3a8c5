namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Walks the rows of one data block after another, with every check that <see cref="BlockWalker"/> makes, and that each
/// row is a plain value and lies between the separators around its block. Not safe for concurrent callers.</summary>
/// <param name="table">The table.</param>
/// <param name="checksEachRow">True to refuse a row behind its block's separator before it is given out, not at the block's end.</param>
struct DataBlockWalker(SstTable table, bool checksEachRow) : IDisposable
{
    const byte PlainValue = 1;
    const string Misplaced = "a key lies behind its block's separator: the block is not where it belongs";

    BlockWalker walker = new(table.DataRules);
    int ordinal;
    bool isFirst;

    /// <summary>The user key. Valid until the next move.</summary>
    public readonly ReadOnlySpan<byte> Key => walker.Key;

    /// <summary>Where the value starts in the block.</summary>
    public readonly int ValueStart => walker.ValueStart;

    /// <summary>The value's bytes.</summary>
    public readonly int ValueBytes => walker.ValueBytes;

    /// <summary>Goes before the first row of a block.</summary>
    public void Open(ReadOnlySpan<byte> block, int blockOrdinal)
    {
        ordinal = blockOrdinal;
        isFirst = true;
        walker.Open(block, table.OriginOf(ordinal));
        // Rows before the last restart point are less than its key; those behind it are checked one by one.
        if (checksEachRow && table.Index.CompareToSeparator(walker.PeekLastRestartKey(block), ordinal) > 0)
            throw walker.Fault(Misplaced);
    }

    /// <summary>Goes to the next row.</summary>
    /// <returns>False after the last one.</returns>
    public bool MoveNext(ReadOnlySpan<byte> block)
    {
        if (!walker.MoveNext(block))
        {
            if (isFirst)
                throw walker.Fault("a data block holds no rows");
            CheckAgainstSeparator();
            return false;
        }
        var type = walker.Trailer[0];
        if (type != PlainValue)
            throw table.OriginOf(ordinal).Unsupported(Describe(type));
        if (isFirst && ordinal > 0)
        {
            var order = table.Index.CompareToSeparator(walker.Key, ordinal - 1);
            if (order < 0 || (order == 0 && !table.DataRules.MayRepeatKeys))
                throw walker.Fault("a key lies before its block's range: the block is not where it belongs");
        }
        if (checksEachRow && walker.IsInLastInterval)
            CheckAgainstSeparator();
        isFirst = false;
        return true;
    }

    readonly void CheckAgainstSeparator()
    {
        if (table.Index.CompareToSeparator(walker.Key, ordinal) > 0)
            throw walker.Fault(Misplaced);
    }

    /// <summary>Gives the key buffer back.</summary>
    public void Dispose() => walker.Dispose();

    static string Describe(byte type) => type switch
    {
        0 or 7 or 20 => "the row is a deletion; only plain values are supported",
        2 => "the row is a merge operand; only plain values are supported",
        15 => "the row is a range deletion; only plain values are supported",
        17 => "the row's value lies in a blob file; only plain values are supported",
        22 => "the row is a wide-column entity; only plain values are supported",
        _ => $"the row has type {type}; only plain values (1) are supported",
    };
}
