using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ShardyFusion.Building.Sorting;

/// <summary>Walks rows in key order; rows with equal keys come in the order of their ordinals.</summary>
abstract class RowCursor : IDisposable
{
    /// <summary>The current row; valid until the next <see cref="MoveNext"/>.</summary>
    public abstract RowRecord Current { get; }

    /// <summary>Steps to the next row; false at the end.</summary>
    public abstract bool MoveNext();

    /// <summary>Gives its memory back.</summary>
    public abstract void Dispose();
}

/// <summary>Walks sorted entries over rows in memory.</summary>
/// <param name="sorted">The entries.</param>
/// <param name="rows">Where their rows are.</param>
/// <param name="fixedEightByteKeys">True when an entry's prefix is the key.</param>
/// <param name="onDisposed">Takes the entries back; null when they are the caller's.</param>
sealed class MemoryRowCursor(ReadOnlyMemory<SortEntry> sorted, RowSlabs rows, bool fixedEightByteKeys, Action? onDisposed = null)
    : RowCursor
{
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
        if (next % RowSlabs.FetchRows == 0) FetchAhead(entries);
        next++;
        return true;
    }

    public override void Dispose()
    {
        onDisposed?.Invoke();
        onDisposed = null;
    }

    // While a batch is read, the next one is on its way, and where the one behind that lies is looked up.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void FetchAhead(ReadOnlySpan<SortEntry> entries)
    {
        const int batch = RowSlabs.FetchRows;
        if (next == 0)
        {
            rows.FetchFronts(Part(entries, 0, 2 * batch));
            rows.FetchRests(Part(entries, 0, batch));
        }
        rows.FetchFronts(Part(entries, next + 2 * batch, batch));
        rows.FetchRests(Part(entries, next + batch, batch));
    }

    static ReadOnlySpan<SortEntry> Part(ReadOnlySpan<SortEntry> entries, int start, int count) =>
        start < entries.Length ? entries.Slice(start, Math.Min(count, entries.Length - start)) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ReadOnlySpan<byte> KeyOf(ulong prefix)
    {
        keyBytes = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(prefix) : prefix;
        return MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in keyBytes));
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

    public override void Dispose() => buffer = [];

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
