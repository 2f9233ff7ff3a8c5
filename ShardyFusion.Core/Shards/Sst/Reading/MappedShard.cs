using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>A shard file on a local disk, memory-mapped. Any number of threads may read it at once, without locks.</summary>
/// <remarks>
/// Values are spans into the mapped file (or, for packed blocks, into memory or a buffer of the calling thread): valid until the next
/// read on the same thread, and never after <see cref="Dispose"/>. The owner counts references and disposes when no read is in flight; a
/// read that starts after disposal gets a <see cref="ErrorKind.ReaderState"/> error, one that overlaps it may end the process.
/// </remarks>
sealed unsafe partial class MappedShard : IDisposable
{
    readonly MappedFile file;
    readonly SstTable table;
    readonly BlockIndex index;
    readonly SstFilter filter;
    readonly bool mayRepeatKeys;
    readonly long id = BlockScratch.NewOwner();
    // One bit a block: checksum and structure were checked. Bits are only ever set; losing a race means checking twice.
    readonly ulong[] checkedBlocks;
    readonly BlockCache? memory;
    // Where packed blocks are kept unpacked, by their numbers; made when the first one is.
    CachedBlock?[]? keptBlocks;

    MappedShard(MappedFile file, SstTable table, BlockCache? memory)
    {
        (this.file, this.table, index, filter) = (file, table, table.Index, table.Filter);
        mayRepeatKeys = table.DataRules.MayRepeatKeys;
        checkedBlocks = new ulong[(index.Count + 63) / 64];
        this.memory = memory is { BudgetBytes: > 0 } ? memory : null;
    }

    /// <summary>Rows in the shard.</summary>
    public long RowCount => table.RowCount;

    /// <summary>The file's length.</summary>
    public long FileBytes => table.FileBytes;

    /// <summary>Bytes held in memory while it is open; the mapped file itself is the system's to keep or to drop.</summary>
    public long MemoryBytes => table.MemoryBytes + checkedBlocks.Length * (long)sizeof(ulong);

    /// <summary>Metadata of the table.</summary>
    public SstTable Table => table;

    /// <summary>Maps a file and reads its metadata.</summary>
    /// <exception cref="ShardCorruptException">Not a table, damaged, or one that this reader does not support.</exception>
    /// <exception cref="ShardyFusionException">The file is missing or may not be read.</exception>
    public static MappedShard Open(string path, SstReadOptions options)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new MappedShard(file, SstTable.Parse(options.Name ?? path, new MappedBytes(file), file.Length),
                options.Memory);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Finds the value of a key.</summary>
    /// <param name="key">Encoded key.</param>
    /// <param name="value">The value; see the remarks on how long it is valid. Empty when the key is absent.</param>
    /// <returns>False when the key is absent.</returns>
    /// <exception cref="ShardCorruptException">The key's block is damaged.</exception>
    public bool TryGet(scoped ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        var hash = XxPh3.Hash(key);
        if (!filter.MayContain(key, hash))
        {
            value = default;
            return false;
        }
        var ordinal = index.Find(key, out var position);
        if (ordinal >= 0 && keptBlocks is null)
        {
            var handle = index[ordinal];
            PrefetchBlock(file.Start + handle.Offset, (int)handle.Size, position);
        }
        return TryGetFromBlock(key, ordinal, position, out value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    bool TryGetFromBlock(scoped ReadOnlySpan<byte> key, int ordinal, uint position, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (ordinal < 0)
            return false;
        var handle = index[ordinal];
        var start = file.Start;
        if (start is null)
            throw Closed();
        if (keptBlocks is { } kept && Volatile.Read(ref kept[ordinal]) is { } known)
            return TryGetKept(known, key, ordinal, out value);
        // Proof: the index holds only blocks that lie, with their trailers, inside the file (BlockIndexBuilder.Add).
        var block = start + handle.Offset;
        var length = (int)handle.Size;
        if (!IsChecked(ordinal) || block[length] != (byte)CompressionType.None)
            return TryGetSlow(key, ordinal, out value);
        bool isFound;
        fixed (byte* keyStart = &MemoryMarshal.GetReference(key))
            isFound = TryFind(new RawBytes(block, length), new RawBytes(keyStart, key.Length), ordinal, position, out value);
        GC.KeepAlive(this);
        return isFound;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    bool TryFind(RawBytes block, RawBytes key, int ordinal, uint position, out ReadOnlySpan<byte> value)
    {
        var at = BlockSeeker.Find(block, key, mayRepeatKeys, position, out var valueLength);
        if (at >= 0)
        {
            value = new ReadOnlySpan<byte>(block.Start + at, valueLength);
            return true;
        }
        if (at == BlockSeeker.Malformed)
            throw Malformed(ordinal);
        value = default;
        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    bool TryGetKept(CachedBlock known, scoped ReadOnlySpan<byte> key, int ordinal, out ReadOnlySpan<byte> value) =>
        memory!.TryGet(known, out var block) ? TryFind(block.Span, key, ordinal, out value) : TryGetSlow(key, ordinal, out value);

    bool TryGetSlow(scoped ReadOnlySpan<byte> key, int ordinal, out ReadOnlySpan<byte> value)
    {
        return TryFind(GetBlock(ordinal), key, ordinal, out value);
    }

    bool TryFind(ReadOnlySpan<byte> block, scoped ReadOnlySpan<byte> key, int ordinal, out ReadOnlySpan<byte> value)
    {
        var at = BlockSeeker.Find(block, key, mayRepeatKeys, out var valueLength);
        if (at == BlockSeeker.Malformed)
            throw Malformed(ordinal);
        value = at < 0 ? default : block.Slice(at, valueLength);
        return at >= 0;
    }

    // The unpacked block, checked at its first use.
    ReadOnlySpan<byte> GetBlock(int ordinal)
    {
        if (BlockScratch.OfThread.TryGet(id, ordinal, out var block))
            return block;
        var stored = StoredBlock(ordinal);
        if (IsChecked(ordinal))
            return BlockCodec.IsPlain(stored) ? stored[..^BlockTrailer.Size] : GetPacked(ordinal, stored);
        var origin = table.OriginOf(ordinal);
        BlockCodec.Verify(stored, table.Footer, origin);
        block = BlockCodec.IsPlain(stored)
            ? stored[..^BlockTrailer.Size]
            : BlockScratch.OfThread.Unpack(stored, id, ordinal, origin);
        table.CheckBlock(block, ordinal);
        Interlocked.Or(ref checkedBlocks[ordinal >> 6], 1UL << ordinal);
        return block;
    }

    // A block comes here from its second use on, and is kept then: whoever reads each key once needs no memory for it.
    ReadOnlySpan<byte> GetPacked(int ordinal, ReadOnlySpan<byte> stored)
    {
        ReadOnlyMemory<byte> unpacked = default;
        if ((keptBlocks is { } known && Volatile.Read(ref known[ordinal]) is { } entry && memory!.TryGet(entry, out unpacked))
            || (memory is not null && memory.TryGet(id, ordinal, out unpacked)))
            return unpacked.Span;
        if (memory is null || !memory.TryClaim(id, ordinal, out var claim))
            return BlockScratch.OfThread.Unpack(stored, id, ordinal, table.OriginOf(ordinal));
        try
        {
            var block = BlockCodec.Unpack(stored, table.OriginOf(ordinal));
            claim.Complete(block);
            var kept = keptBlocks ?? Interlocked.CompareExchange(ref keptBlocks, new CachedBlock?[index.Count], null) ?? keptBlocks;
            claim.Place.RememberIn(kept, ordinal);
            return block;
        }
        catch (Exception e)
        {
            claim.Fail(e);
            throw;
        }
    }

    ReadOnlySpan<byte> StoredBlock(int ordinal)
    {
        if (file.Start is null)
            throw Closed();
        var handle = index[ordinal];
        return file.Slice(handle.Offset, (int)handle.Size + BlockTrailer.Size);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    bool IsChecked(int ordinal) => (Volatile.Read(ref checkedBlocks[ordinal >> 6]) & (1UL << ordinal)) != 0;

    /// <summary>Goes over all rows in key order; every block's checksum is verified on the way.</summary>
    public ShardScanner Scan()
    {
        file.RequireWhole();
        return new ShardScanner(this);
    }

    /// <summary>Reads the whole file: all checksums, all rows, their order and number.</summary>
    /// <exception cref="ShardCorruptException">Anything is wrong.</exception>
    public void Verify(CancellationToken cancellationToken)
    {
        using var scanner = Scan();
        for (long rows = 0; scanner.MoveNext(); rows++)
            if ((rows & 0xFFFF) == 0)
                cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>True when someone replaced or changed the file since it was mapped; reading on could end the process.</summary>
    public bool IsFileChanged() => file.IsChanged();

    /// <inheritdoc cref="MappedFile.IsGone"/>
    public bool IsFileGone => file.IsGone;

    /// <summary>False after disposal.</summary>
    internal bool IsOpen => file.Start is not null;

    /// <summary>Names the shard's unpacked blocks in the memory, for the one who drops them with those of others; null when there are none,
    /// or somebody took it before.</summary>
    public long? TakeUnpackedId() => Interlocked.Exchange(ref keptBlocks, null) is null ? null : id;

    /// <summary>Unmaps the file; no read may be in flight.</summary>
    public void Dispose()
    {
        if (TakeUnpackedId() is { } id)
            memory!.Remove(id);
        file.Dispose();
    }

    ShardCorruptException Malformed(int ordinal) =>
        table.OriginOf(ordinal).Fault("the block is malformed, or changed after it was checked");

    internal ShardyFusionException Closed() => new(ErrorKind.ReaderState, $"The shard '{table.File}' is closed.") { Target = table.File };

    readonly struct MappedBytes(MappedFile file) : IFileBytes
    {
        public ReadOnlySpan<byte> Slice(long offset, int length) => file.Slice(offset, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Prefetch(byte* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(address);
    }

    /// <summary>One block, verified now whether or not it was before, for the scanner.</summary>
    internal ReadOnlySpan<byte> ReadForScan(int ordinal, ref byte[] buffer)
    {
        var stored = StoredBlock(ordinal);
        var origin = table.OriginOf(ordinal);
        BlockCodec.Verify(stored, table.Footer, origin);
        if (BlockCodec.IsPlain(stored))
            return stored[..^BlockTrailer.Size];
        var length = BlockCodec.Unpack(stored, ref buffer, origin);
        return buffer.AsSpan(0, length);
    }
}
