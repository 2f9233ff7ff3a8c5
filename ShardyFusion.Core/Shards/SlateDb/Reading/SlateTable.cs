using ShardyFusion.Shards.SlateDb.Format;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Reading;

/// <summary>An open table: its index and filter in memory, its blocks through a cache. Immutable, safe for concurrent callers.</summary>
sealed class SlateTable : IStoredBlocks
{
    /// <summary>What its objects take beside index and filter, roughly.</summary>
    const int ObjectOverheadBytes = 1024;

    readonly string file;
    readonly SlateFileEnd end;

    /// <param name="file">Path or URI, for errors.</param>
    /// <param name="end">Its end; with blocks.</param>
    /// <param name="loader">Makes what reads its blocks.</param>
    SlateTable(string file, SlateFileEnd end, Func<SlateTable, BlockLoader> loader)
    {
        (this.file, this.end) = (file, end);
        Loader = loader(this);
    }

    /// <summary>Reads its blocks.</summary>
    public BlockLoader Loader { get; }

    public int Format => end.Format;

    public int BlockCount => end.BlockCount;

    /// <summary>Finds the block where a search begins.</summary>
    public BlockIndex Index => end.Index!;

    /// <summary>Stored bytes of the blocks.</summary>
    public long BlockBytes => end.Info.BlocksEnd;

    /// <summary>Bytes held in memory while it is open.</summary>
    public long MemoryBytes => Index.MemoryBytes + (end.Filter?.MemoryBytes ?? 0) + ObjectOverheadBytes;

    /// <summary>True when keys have to be hashed to ask whether it can hold them.</summary>
    public bool HasFilter => end.Filter is not null;

    /// <summary>Reads and checks a table's end: one request.</summary>
    /// <param name="named">What the manifest says.</param>
    /// <param name="source">The file.</param>
    /// <param name="loader">Makes what reads its blocks.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="Errors.ShardCorruptException">It is damaged, or not what the manifest says.</exception>
    public static async Task<SlateTable> OpenAsync(SlateSst named, IShardSource source, Func<SlateTable, BlockLoader> loader,
        CancellationToken cancellationToken)
    {
        var start = named.Info.BlocksEnd;
        if (start > source.Length || source.Length - start > Array.MaxLength)
            throw new BlockOrigin(source.Name, source.Length).Fault(
                $"a file of {source.Length} bytes cannot have an index at {named.Info.IndexOffset}, where the manifest places it");
        var tail = new byte[source.Length - start];
        await source.ReadExactlyAsync(start, tail, cancellationToken).ConfigureAwait(false);
        var end = SlateFileEnd.Read(source.Name, tail, source.Length);
        var origin = new BlockOrigin(source.Name, end.Info.End);
        if (!end.Info.Equals(named.Info) || end.Format != named.Format)
            throw origin.Fault("it is not the table that the manifest describes");
        if (end.Info.IsWal || end.Index is null)
            throw origin.Fault("a table has blocks and is no log file");
        return new SlateTable(source.Name, end, loader);
    }

    /// <summary>Where a block comes from, for errors.</summary>
    public BlockOrigin OriginOf(int block) => new(file, end.PlaceOf(block).Offset);

    /// <inheritdoc/>
    public (long Offset, int Bytes) PlaceOf(int block) => end.PlaceOf(block);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Open(int block, ReadOnlyMemory<byte> stored)
    {
        var content = Unpack(block, stored);
        var walker = NewWalker();
        OpenAt(walker, block, content);
        while (walker.MoveNext())
        {
        }
        RequireEnd(walker.Key, block);
        return content;
    }

    /// <summary>Checks the checksum and unpacks.</summary>
    public ReadOnlyMemory<byte> Unpack(int block, ReadOnlyMemory<byte> stored) =>
        BlockPacking.Open(stored, end.Info.Codec, OriginOf(block));

    /// <summary>Makes what goes over the rows of blocks.</summary>
    public RowWalker NewWalker() => new(Format, isSorted: true);

    /// <summary>Goes to the first row of a block.</summary>
    /// <exception cref="Errors.ShardCorruptException">It is malformed, or not where it belongs.</exception>
    public void OpenAt(RowWalker walker, int block, ReadOnlyMemory<byte> content)
    {
        walker.Open(content, OriginOf(block));
        walker.MoveNext();
        if (block == 0 ? !walker.Key.SequenceEqual(end.Info.FirstEntry) : Index.CompareToSeparator(walker.Key, block - 1) < 0)
            throw Misplaced(block);
    }

    /// <summary>Checks the last key of a block against what follows.</summary>
    /// <exception cref="Errors.ShardCorruptException">The block is not where it belongs.</exception>
    public void RequireEnd(ReadOnlySpan<byte> lastKey, int block)
    {
        var isLast = block + 1 == BlockCount;
        if (isLast ? !IsLastKey(lastKey) : Index.CompareToSeparator(lastKey, block) > 0)
            throw Misplaced(block);
    }

    bool IsLastKey(ReadOnlySpan<byte> key) => end.Info.LastEntry.Length == 0 || key.SequenceEqual(end.Info.LastEntry);

    Errors.ShardCorruptException Misplaced(int block) => OriginOf(block).Fault("its keys are not those of the place it lies at");

    /// <summary>Whether a key can be in the table; reads nothing.</summary>
    /// <param name="key">The key.</param>
    /// <param name="hash">Its hash, if <see cref="HasFilter"/>.</param>
    public bool MayContain(ReadOnlySpan<byte> key, ulong hash) =>
        key.SequenceCompareTo(end.Info.FirstEntry) >= 0
        && (end.Info.LastEntry.Length == 0 || key.SequenceCompareTo(end.Info.LastEntry) <= 0)
        && (end.Filter is null || end.Filter.MayContain(hash));

    /// <summary>The first key.</summary>
    public ReadOnlySpan<byte> FirstKey => end.Info.FirstEntry;
}
