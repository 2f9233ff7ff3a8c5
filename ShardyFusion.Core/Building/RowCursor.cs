using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace ShardyFusion.Building;

/// <summary>Walks rows in key order; rows with equal keys come in the order of their ordinals.</summary>
abstract class RowCursor
{
    /// <summary>The current row; valid until the next <see cref="MoveNext"/>.</summary>
    public abstract RowRecord Current { get; }

    /// <summary>Steps to the next row; false at the end.</summary>
    public abstract bool MoveNext();
}

/// <summary>Walks sorted entries over rows in memory.</summary>
/// <param name="sorted">The entries.</param>
/// <param name="rows">Where their rows are.</param>
/// <param name="fixedEightByteKeys">True when an entry's prefix is the key.</param>
sealed class MemoryRowCursor(ReadOnlyMemory<SortEntry> sorted, RowSlabs rows, bool fixedEightByteKeys) : RowCursor
{
    // Far enough ahead to hide a cache miss (about 100 ns) behind the work of that many rows (about 10 ns each).
    const int PrefetchDistance = 12;

    int next;

    ulong keyBytes;

    public override RowRecord Current
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        get
        {
            ref readonly var entry = ref sorted.Span[next - 1];
            var row = rows.Read(entry.Locator);
            return fixedEightByteKeys ? row with { Key = KeyOf(entry.Prefix) } : row;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool MoveNext()
    {
        var entries = sorted.Span;
        if (next >= entries.Length) return false;
        if (next + PrefetchDistance < entries.Length) Prefetch(in rows.Peek(entries[next + PrefetchDistance].Locator));
        next++;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ReadOnlySpan<byte> KeyOf(ulong prefix)
    {
        keyBytes = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(prefix) : prefix;
        return MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in keyBytes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static unsafe void Prefetch(ref readonly byte record)
    {
        // A prefetch never faults, whatever the address: the pointer is not dereferenced, and a moved array only costs the hint.
        if (!Sse.IsSupported) return;
        var address = (byte*)Unsafe.AsPointer(ref Unsafe.AsRef(in record));
        Sse.Prefetch0(address);
        Sse.Prefetch0(address + 64);
    }
}

/// <summary>Walks one spilled run through a buffer.</summary>
sealed class SpillRowCursor(SpillRun run, int bufferBytes) : RowCursor
{
    byte[] buffer = [];
    int filled;
    int position;
    int recordBytes;
    long consumed;

    public override RowRecord Current
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        get => RowRecord.Parse(buffer.AsSpan(position, filled - position));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool MoveNext()
    {
        position += recordBytes;
        consumed += recordBytes;
        recordBytes = 0;
        if (consumed >= run.Bytes) return false;
        if (filled - position < RowSlabs.HeaderBytes) Refill(RowSlabs.HeaderBytes);
        var needed = RowHeader.RecordBytes(buffer.AsSpan(position));
        if (filled - position < needed) Refill(needed);
        recordBytes = needed;
        return true;
    }

    void Refill(int needed)
    {
        var size = Math.Max(needed, (int)Math.Min(bufferBytes, run.Bytes));
        var target = buffer.Length >= size ? buffer : GC.AllocateUninitializedArray<byte>(size);
        var rest = buffer.AsSpan(position, filled - position);
        rest.CopyTo(target);
        var restBytes = rest.Length;
        buffer = target;
        position = 0;
        var wanted = (int)Math.Min(buffer.Length - restBytes, run.Bytes - consumed - restBytes);
        var read = run.File.Read(run.Offset + consumed + restBytes, buffer.AsSpan(restBytes, wanted));
        filled = restBytes + read;
        if (read < wanted) throw new EndOfStreamException($"A spill file ended {wanted - read} bytes early.");
    }
}
