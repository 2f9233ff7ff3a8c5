using System.Runtime.CompilerServices;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Building.Sorting;

/// <summary>How a stored key finds its shard.</summary>
delegate int KeyRouting(ReadOnlySpan<byte> storedKey);

/// <summary>What all collectors of a build share.</summary>
/// <param name="Spill">Where rows go when memory is full.</param>
/// <param name="Duplicates">Decides between rows with equal keys.</param>
/// <param name="FixedEightByteKeys">True when every stored key has exactly eight bytes.</param>
sealed record CollectorContext(SpillFolder Spill, DuplicateKeys Duplicates, bool FixedEightByteKeys)
{
    /// <summary>Tables whose rows stay where they are; grows between inputs only.</summary>
    public List<KeptRows> Kept { get; } = [];

    /// <summary>Memory for sorting.</summary>
    public SortEntryArrays Arrays { get; } = new();

    /// <summary>Sorts entries by key and keeps each key once.</summary>
    /// <returns>What stays: the front of <paramref name="entries"/>.</returns>
    public ReadOnlyMemory<SortEntry> Sort(Memory<SortEntry> entries, RowSlabs rows)
    {
        var scratch = Arrays.Rent(entries.Length);
        EntrySorter.Sort(entries.Span, scratch, rows, FixedEightByteKeys);
        Arrays.Return(scratch);
        return entries[..Duplicates.Compact(entries.Span, rows, FixedEightByteKeys)];
    }
}

/// <summary>Takes one worker's encoded rows, keeps them by shard, and spills sorted runs when its memory is used up.</summary>
/// <remarks>
/// While the number of shards is not known yet, rows wait in arrival order (in memory, then in a spool file) and are
/// distributed by <see cref="Distribute"/>. Not thread-safe; after <see cref="Seal"/> it may be read by many.
/// </remarks>
sealed class RowCollector : IDisposable
{
    readonly CollectorContext context;
    readonly RowSlabs rows;
    SortEntryList[] entries = [];
    List<SpillRun>[] runs = [];
    readonly List<SpillFile> files = [];
    SpillFile? spool;
    readonly SortEntryChunks chunks = new();

    public RowCollector(CollectorContext context, int? shardCount)
    {
        this.context = context;
        rows = new RowSlabs(context.Kept);
        if (shardCount is { } count) Prepare(count);
    }

    /// <summary>Memory for rows before they are spilled.</summary>
    public long BudgetBytes { get; set; }

    /// <summary>Rows taken.</summary>
    public long RowCount { get; private set; }

    /// <summary>Key and value bytes taken.</summary>
    public long PayloadBytes { get; private set; }

    /// <summary>Rows dropped for equal keys while spilling.</summary>
    public long SpilledDuplicates { get; private set; }

    /// <summary>True once the number of shards is known.</summary>
    public bool IsDistributed => entries.Length > 0;

    /// <summary>Shards so far; 0 while rows wait for theirs.</summary>
    public int ShardCount => entries.Length;

    /// <summary>True when the shard has rows.</summary>
    public bool HasRows(int dbId) => dbId < entries.Length && (entries[dbId].Count > 0 || runs[dbId].Count > 0);

    /// <summary>Samples keys as they come; null where nobody needs that.</summary>
    public KeySample? Sample { get; init; }

    /// <summary>Takes one row.</summary>
    /// <param name="key">Stored key bytes.</param>
    /// <param name="value">Stored value bytes.</param>
    /// <param name="ordinal">1-based number of the row in the input; ascending from call to call.</param>
    /// <param name="dbId">The row's shard, also one that is new; ignored while rows wait for theirs.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long ordinal, int dbId)
    {
        RowCount++;
        PayloadBytes += key.Length + value.Length;
        Sample?.Add(key);
        Keep(key, value, ordinal, dbId);
    }

    /// <summary>Takes one row that stays where it is.</summary>
    /// <param name="key">Stored key bytes; need not stay.</param>
    /// <param name="valueBytes">Length of its value.</param>
    /// <param name="locator">Where it is, see <see cref="KeptRows"/>.</param>
    /// <param name="dbId">The key's shard.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddKept(ReadOnlySpan<byte> key, int valueBytes, ulong locator, int dbId)
    {
        RowCount++;
        PayloadBytes += key.Length + valueBytes;
        Index(key, locator, dbId);
    }

    /// <summary>Gives every waiting row its shard.</summary>
    public void Distribute(int shardCount, KeyRouting routing)
    {
        if (IsDistributed) throw new InvalidOperationException("Rows are distributed already.");
        Prepare(shardCount);
        for (var i = 0; i < rows.SlabCount && spool is null; i++) Index(i, routing);
        if (spool is null) return;

        SpoolSlabs();
        spool.Flush();
        rows.Clear();
        var cursor = new SpillRowCursor(new SpillRun(spool, 0, spool.Position), RowSlabs.SlabBytes);
        while (cursor.MoveNext())
        {
            var row = cursor.Current;
            Keep(row.Key, row.Value, row.Ordinal, routing(row.Key));
        }
        spool.Dispose();
        spool = null;
    }

    /// <summary>Makes room for more shards.</summary>
    /// <param name="shardCount">All shards; no fewer than there are.</param>
    public void Prepare(int shardCount)
    {
        var first = entries.Length;
        Array.Resize(ref entries, shardCount);
        Array.Resize(ref runs, shardCount);
        for (var i = first; i < shardCount; i++)
        {
            entries[i] = new SortEntryList(chunks);
            runs[i] = [];
        }
    }

    /// <summary>Ends the input: afterwards the rows of each shard can be read.</summary>
    public void Seal()
    {
        foreach (var file in files) file.Flush();
        rows.Trim();
        chunks.Trim();
    }

    /// <summary>Rows of a shard in memory.</summary>
    public int EntryCount(int dbId) => entries[dbId].Count;

    /// <summary>Copies the entries of a shard's rows in memory, in arrival order.</summary>
    public void CopyEntries(int dbId, Span<SortEntry> destination) => entries[dbId].CopyTo(destination);

    /// <summary>The sorted runs of a shard on disk; each has distinct keys.</summary>
    public IReadOnlyList<SpillRun> Runs(int dbId) => runs[dbId];

    /// <summary>Where the rows in memory are.</summary>
    public RowSlabs Rows => rows;

    /// <summary>How its rows are sorted.</summary>
    public CollectorContext Context => context;

    public void Dispose()
    {
        spool?.Dispose();
        foreach (var file in files) file.Dispose();
        rows.Release();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Keep(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long ordinal, int dbId)
    {
        var locator = rows.Append(key, value, ordinal);
        if (entries.Length > 0) Index(key, locator, dbId);
        else if (rows.LiveBytes > BudgetBytes) FreeMemory();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Index(ReadOnlySpan<byte> key, ulong locator, int dbId)
    {
        if (dbId >= entries.Length) Prepare(dbId + 1);
        entries[dbId].Add(new SortEntry(SortEntry.PrefixOf(key), locator));
        if (rows.LiveBytes + chunks.LiveBytes > BudgetBytes) FreeMemory();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Index(int slab, KeyRouting routing)
    {
        var rest = rows.Slab(slab);
        var offset = 0u;
        while (!rest.IsEmpty)
        {
            var row = RowRecord.Parse(rest);
            entries[routing(row.Key)].Add(new SortEntry(SortEntry.PrefixOf(row.Key), (ulong)slab << 32 | offset));
            offset += (uint)row.TotalBytes;
            rest = rest[row.TotalBytes..];
        }
    }

    void FreeMemory()
    {
        if (entries.Length == 0) SpoolSlabs();
        else SpillSorted();
        rows.Clear();
    }

    void SpoolSlabs()
    {
        spool ??= new SpillFile(context.Spill);
        for (var i = 0; i < rows.SlabCount; i++) spool.Append(rows.Slab(i));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void SpillSorted()
    {
        var file = new SpillFile(context.Spill);
        files.Add(file);
        for (var dbId = 0; dbId < entries.Length; dbId++)
        {
            if (entries[dbId].Count == 0) continue;
            var begin = file.Position;
            var buffer = context.Arrays.Rent(entries[dbId].Count);
            entries[dbId].CopyTo(buffer);
            var sorted = context.Sort(buffer.AsMemory(0, entries[dbId].Count), rows);
            SpilledDuplicates += entries[dbId].Count - sorted.Length;
            var cursor = new MemoryRowCursor(sorted, rows, context.FixedEightByteKeys);
            while (cursor.MoveNext()) file.Append(cursor.Current);
            context.Arrays.Return(buffer);
            runs[dbId].Add(new SpillRun(file, begin, file.Position - begin));
            entries[dbId].Clear();
        }
        file.Flush();
    }
}
