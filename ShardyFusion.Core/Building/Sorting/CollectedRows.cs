namespace ShardyFusion.Building.Sorting;

/// <summary>The rows of all workers once the input has ended, shard by shard. Immutable; shards may be opened by several threads at
/// once.</summary>
/// <remarks>
/// What the workers hold in memory is sorted as one: a merge of presorted lists would compare, and mispredict, once a row. Only sorted
/// runs on disk are merged.
/// </remarks>
sealed class CollectedRows : IShardRowSource
{
    readonly IReadOnlyList<RowCollector> collectors;
    readonly RowSlabs rows;
    readonly ulong[] firstLocators;

    /// <param name="collectors">Sealed.</param>
    public CollectedRows(IReadOnlyList<RowCollector> collectors)
    {
        this.collectors = collectors;
        firstLocators = new ulong[collectors.Count];
        var slabs = 0;
        for (var i = 0; i < firstLocators.Length; i++)
        {
            firstLocators[i] = (ulong)slabs << 32;
            slabs += collectors[i].Rows.SlabCount;
        }
        rows = RowSlabs.Join(collectors.Select(c => c.Rows), collectors.Count > 0 ? collectors[0].Context.Kept : []);
    }

    /// <inheritdoc/>
    public bool HasRows(int dbId) => collectors.Any(c => c.HasRows(dbId));

    /// <inheritdoc/>
    public long Open(int dbId, int spillBufferBytes, List<RowCursor> cursors)
    {
        long dropped = 0;
        var inMemory = collectors.Sum(c => c.EntryCount(dbId));
        if (inMemory > 0)
        {
            var context = collectors[0].Context;
            var array = context.Arrays.Rent(inMemory);
            var entries = array.AsMemory(0, inMemory);
            var position = 0;
            for (var i = 0; i < firstLocators.Length; i++)
            {
                var own = entries.Span.Slice(position, collectors[i].EntryCount(dbId));
                collectors[i].CopyEntries(dbId, own);
                if (firstLocators[i] != 0)
                    foreach (ref var entry in own)
                        if (!KeptRows.Has(entry.Locator)) entry = new SortEntry(entry.Prefix, entry.Locator + firstLocators[i]);
                position += own.Length;
            }
            var sorted = context.Sort(entries, rows);
            dropped = inMemory - sorted.Length;
            cursors.Add(new MemoryRowCursor(sorted, rows, context.FixedEightByteKeys, () => context.Arrays.Return(array)));
        }
        foreach (var collector in collectors)
            foreach (var run in collector.Runs(dbId)) cursors.Add(new SpillRowCursor(run, spillBufferBytes));
        return dropped;
    }
}
