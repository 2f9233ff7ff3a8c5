using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ShardyFusion.Building.Sorting;

/// <summary>Rows of one worker in arrival order, packed into large arrays. Not thread-safe while appending.</summary>
/// <remarks>
/// A record is: value length (u32), key length (u16), ordinal (u48), key, value; all little-endian. A locator is the slab's
/// index shifted left by 32, plus the record's offset in it, so locators of one worker ascend with arrival.
/// </remarks>
/// <param name="kept">Tables whose rows are read in place; see <see cref="KeptRows"/>.</param>
sealed class RowSlabs(IReadOnlyList<KeptRows>? kept = null)
{
    public const int HeaderBytes = 12;
    internal const int SlabBytes = 4 << 20;

    // A slab doubles what there is: few rows take little memory, and many lie in slabs that are huge pages nearly from end to end.
    const int LargestSlabBytes = 64 << 20;

    /// <summary>Rows that are fetched at once: enough to hide one's wait behind the others', few enough to stay in the nearest
    /// cache.</summary>
    public const int FetchRows = 16;

    // Of a longer row the processor fetches the rest by itself once it is being read.
    const int MostFetchedBytes = 192;

    readonly List<byte[]> slabs = [];
    readonly List<int> usedBytes = [];
    readonly Stack<byte[]> free = new();
    byte[] current = [];
    int position;
    long fullBytes;

    /// <summary>Bytes of the slabs that hold rows now; what is behind the last row has not been touched and is no memory yet.</summary>
    public long LiveBytes => fullBytes + position;

    /// <summary>Rows appended since the last <see cref="Clear"/>.</summary>
    public long Count { get; private set; }

    public int SlabCount => slabs.Count;

    /// <summary>Several workers' rows as one, to be read only: the slabs of each follow those of the one before.</summary>
    public static RowSlabs Join(IEnumerable<RowSlabs> parts, IReadOnlyList<KeptRows> kept)
    {
        var joined = new RowSlabs(kept);
        foreach (var part in parts)
        {
            joined.slabs.AddRange(part.slabs);
            joined.Count += part.Count;
        }
        return joined;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ulong Append(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long ordinal)
    {
        var needed = HeaderBytes + key.Length + value.Length;
        if (current.Length - position < needed) NextSlab(needed);
        var record = current.AsSpan(position, needed);
        RowHeader.Write(record, key.Length, value.Length, ordinal);
        key.CopyTo(record[HeaderBytes..]);
        value.CopyTo(record[(HeaderBytes + key.Length)..]);
        var locator = (ulong)(slabs.Count - 1) << 32 | (uint)position;
        position += needed;
        Count++;
        return locator;
    }

    /// <summary>The record at a locator that <see cref="Append"/> returned since the last <see cref="Clear"/>, or a kept row.</summary>
    public RowRecord Read(ulong locator) =>
        KeptRows.Has(locator) ? kept![KeptRows.TableOf(locator)].Read(locator)
            : RowRecord.Parse(slabs[(int)(locator >> 32)].AsSpan((int)(uint)locator));

    /// <summary>Has the processor fetch where rows begin, which are read soon.</summary>
    /// <remarks>
    /// Rows in key order lie anywhere. A fetch whose address the processor has to look up first holds up what comes after it; those of a
    /// batch, one right after another, are looked up side by side. <see cref="FetchRests"/> follows when that is done.
    /// </remarks>
    /// <param name="entries">About <see cref="FetchRows"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void FetchFronts(ReadOnlySpan<SortEntry> entries)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            var locator = entries[i].Locator;
            if (!KeptRows.Has(locator)) Fetch(in slabs[(int)(locator >> 32)][(uint)locator]);
            else i += kept![KeptRows.TableOf(locator)].FetchFronts(entries[i..]) - 1;
        }
    }

    /// <summary>Has the processor fetch the rest of rows whose fronts it has been told to fetch before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void FetchRests(ReadOnlySpan<SortEntry> entries)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            var locator = entries[i].Locator;
            if (!KeptRows.Has(locator)) FetchRest(in slabs[(int)(locator >> 32)][(uint)locator], MostFetchedBytes);
            else i += kept![KeptRows.TableOf(locator)].FetchRests(entries[i..]) - 1;
        }
    }

    /// <summary>Has the processor fetch one line of its cache.</summary>
    /// <remarks>It never faults, whatever the address: nothing is read, and an array that has moved meanwhile only costs the
    /// hint.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Fetch(ref readonly byte first)
    {
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in first)));
    }

    /// <summary>Has the processor fetch the lines behind the first, of a long row some.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void FetchRest(ref readonly byte first, int bytes)
    {
        if (!Sse.IsSupported) return;
        var address = (byte*)Unsafe.AsPointer(ref Unsafe.AsRef(in first));
        var last = address + Math.Min(bytes, MostFetchedBytes) - 1;
        for (address += 64; address < last; address += 64) Sse.Prefetch0(address);
        Sse.Prefetch0(last);
    }

    /// <summary>The records of one slab, one after another.</summary>
    public ReadOnlySpan<byte> Slab(int index) =>
        slabs[index].AsSpan(0, index == slabs.Count - 1 ? position : usedBytes[index]);

    /// <summary>Forgets all rows and keeps the memory for the next ones.</summary>
    public void Clear()
    {
        foreach (var slab in slabs)
        {
            if (slab.Length <= LargestSlabBytes) free.Push(slab);
        }
        Reset();
    }

    /// <summary>Lets go of the memory that no row uses.</summary>
    public void Trim() => free.Clear();

    /// <summary>Forgets all rows and the memory.</summary>
    public void Release()
    {
        free.Clear();
        Reset();
    }

    void Reset()
    {
        slabs.Clear();
        usedBytes.Clear();
        current = [];
        position = 0;
        Count = 0;
        fullBytes = 0;
    }

    void NextSlab(int needed)
    {
        if (slabs.Count > 0) usedBytes[^1] = position;
        fullBytes += current.Length;
        var bytes = (int)Math.Clamp(fullBytes, SlabBytes, LargestSlabBytes);
        current = needed <= SlabBytes && free.TryPop(out var slab) ? slab
            : HugePages.Advise(GC.AllocateUninitializedArray<byte>(Math.Max(needed, bytes)));
        slabs.Add(current);
        usedBytes.Add(0);
        position = 0;
    }
}

/// <summary>One row inside a slab or a spill buffer.</summary>
readonly ref struct RowRecord
{
    /// <summary>Encoded key.</summary>
    public required ReadOnlySpan<byte> Key { get; init; }

    /// <summary>Encoded value.</summary>
    public required ReadOnlySpan<byte> Value { get; init; }

    /// <summary>1-based number of the row in the input.</summary>
    public required long Ordinal { get; init; }

    /// <summary>Bytes of the record, its header included.</summary>
    public int TotalBytes => RowSlabs.HeaderBytes + Key.Length + Value.Length;

    public static RowRecord Parse(ReadOnlySpan<byte> record)
    {
        var valueBytes = BinaryPrimitives.ReadInt32LittleEndian(record);
        var tail = BinaryPrimitives.ReadUInt64LittleEndian(record[4..]);
        var keyBytes = (ushort)tail;
        return new RowRecord
        {
            Key = record.Slice(RowSlabs.HeaderBytes, keyBytes),
            Value = record.Slice(RowSlabs.HeaderBytes + keyBytes, valueBytes),
            Ordinal = (long)(tail >> 16),
        };
    }
}

/// <summary>The fixed part at the front of a record.</summary>
static class RowHeader
{
    public static void Write(Span<byte> record, int keyBytes, int valueBytes, long ordinal)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(record[4..], (ulong)ordinal << 16 | (ushort)keyBytes);
        BinaryPrimitives.WriteInt32LittleEndian(record, valueBytes);
    }

    /// <summary>Bytes of the whole record whose header begins at <paramref name="record"/>.</summary>
    public static int RecordBytes(ReadOnlySpan<byte> record) =>
        RowSlabs.HeaderBytes + BinaryPrimitives.ReadInt32LittleEndian(record) + BinaryPrimitives.ReadUInt16LittleEndian(record[4..]);
}
