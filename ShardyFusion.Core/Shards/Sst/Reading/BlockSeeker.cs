using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Finds one key in an unpacked data block: the hot end of every get.</summary>
/// <remarks>
/// Memory safety does not rest on the block having been checked before (a mapped file may be changed by another process at any
/// time). It rests on this:
/// <list type="bullet">
/// <item>Reads of the block's end: <c>length >= 8</c>, and <c>entries = length - 4 - 4 * count (- hash index) >= 0</c>, so every
/// restart offset read at <c>entries + 4 * i, i &lt; count</c> is inside.</item>
/// <item>At least eight bytes (one restart offset and the count) follow the entries, so an eight-byte read at any position up to
/// <c>entries</c>, inclusive, is inside the block.</item>
/// <item>Every position is at most <c>entries</c> when it is read from: restart offsets are compared with it, and an entry's lengths
/// are compared with what is left before the position moves over them.</item>
/// <item>Eight-byte reads of the key happen only where eight bytes of it are left.</item>
/// </list>
/// A block that was checked gives the right answer; one that was not, gives some answer or <see cref="Malformed"/>.
/// </remarks>
static unsafe class BlockSeeker
{
    /// <summary>The key is not in the block.</summary>
    public const int Absent = -1;

    /// <summary>The block is not one.</summary>
    public const int Malformed = -2;

    /// <summary>Finds the newest value of a key; see the overload with pointers.</summary>
    public static int Find(ReadOnlySpan<byte> block, ReadOnlySpan<byte> key, bool mayRepeatKeys, out int valueLength)
    {
        fixed (byte* blockStart = &MemoryMarshal.GetReference(block))
        fixed (byte* keyStart = &MemoryMarshal.GetReference(key))
            return Find(new RawBytes(blockStart, block.Length), new RawBytes(keyStart, key.Length), mayRepeatKeys, position: 0,
                out valueLength);
    }

    /// <summary>Finds the newest value of a key.</summary>
    /// <param name="data">The unpacked block.</param>
    /// <param name="key">The user key.</param>
    /// <param name="mayRepeatKeys">True when several versions of a key may lie side by side (newest first).</param>
    /// <param name="position">About how far into the block the key lies, in 1/65536; 0 when nobody knows. Changes the speed only.</param>
    /// <param name="valueLength">The value's bytes; 0 unless found.</param>
    /// <returns>Where the value starts in the block, <see cref="Absent"/> or <see cref="Malformed"/>.</returns>
    public static int Find(RawBytes data, RawBytes key, bool mayRepeatKeys, uint position, out int valueLength)
    {
        valueLength = 0;
        var block = data.Start;
        if (data.Length < 8)
            return Malformed;
        var packed = ReadFixed32(data.End - 4);
        long entries = data.Length - 4;
        if ((packed & ~BlockLayout.CountMask) != 0)
        {
            if ((packed & ~(BlockLayout.CountMask | BlockLayout.HashIndexFlag | BlockLayout.UniformFlag)) != 0)
                return Malformed;
            if ((packed & BlockLayout.HashIndexFlag) != 0)
                entries -= 2 + (data.End[-6] | (data.End[-5] << 8));
        }
        var count = (int)(packed & BlockLayout.CountMask);
        entries -= 4L * count;
        if (count == 0 || entries < 0)
            return Malformed;
        var restarts = block + entries;
        var end = block + entries;

        // The last restart point whose key is before the wanted one. When keys are unique, one that equals it is the answer.
        int low = 0, high = count - 1;
        var middle = (int)(((ulong)position * (uint)count) >> 16);
        var guesses = middle > 0 ? 2 : 0;
        if (guesses > 0)
        {
            // Each is likely a cache miss of its own: start both at once.
            PrefetchRestart(block, restarts, middle, entries);
            PrefetchRestart(block, restarts, Math.Min(middle + 1, high), entries);
        }
        while (low < high)
        {
            // First the guess, then its neighbour on the side where the key is, then by halves.
            if (guesses == 0)
                middle = (low + high + 1) >>> 1;
            else if (guesses-- == 1)
                middle = low == middle ? low + 1 : high;
            var at = ReadFixed32(restarts + 4 * (long)middle);
            if (at >= entries)
                return Malformed;
            var p = block + at;
            if (!ReadHeader(ref p, end, out _, out var unshared, out var valueBytes) || unshared < SstTable.DataTrailerBytes)
                return Malformed;
            var order = Compare(p, (int)unshared - SstTable.DataTrailerBytes, key.Start, key.Length);
            if (order < 0)
                low = middle;
            else if (order > 0 || mayRepeatKeys)
                high = middle - 1;
            else
            {
                valueLength = (int)valueBytes;
                return (int)(p + unshared - block);
            }
        }
        var start = ReadFixed32(restarts + 4 * (long)low);
        return start >= entries ? Malformed : Scan(new RawBytes(block, (int)entries), start, key, ref valueLength);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void PrefetchRestart(byte* block, byte* restarts, int number, long entries)
    {
        var at = ReadFixed32(restarts + 4 * (long)number);
        if (Sse.IsSupported && at < entries)
            Sse.Prefetch0(block + at);
    }

    /// <summary>Asks for the parts of a block that <see cref="Find(RawBytes, RawBytes, bool, uint, out int)"/> will go over, once its
    /// end is at hand.</summary>
    /// <param name="block">The block.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="position">About how far into the block the key lies, in 1/65536.</param>
    public static void PrefetchRows(byte* block, int length, uint position)
    {
        const int LineBytes = 64, MostLines = 12;
        if (!Sse.IsSupported || length < 8)
            return;
        var count = ReadFixed32(block + length - 4);
        var entries = length - 4 - 4L * count;
        if (count == 0 || entries < 0)
            return;
        // Nothing read here is trusted: a prefetch of any address does no harm.
        var middle = (uint)(((ulong)position * count) >> 16);
        var from = block + ReadFixed32(block + entries + 4 * middle);
        var to = Math.Min((nint)(((ulong)length * position) >> 16) + 2 * LineBytes, length) + block;
        for (var lines = 0; from < to && lines < MostLines; lines++, from += LineBytes)
            Sse.Prefetch0(from);
        if (middle + 1 < count)
            Sse.Prefetch0(block + ReadFixed32(block + entries + 4 * middle + 4));
    }

    // Goes over the entries from a restart point. `matched` is how many bytes the entry before (sequence number included) has in
    // common with the wanted key, and `isLess` how the byte after them compares; an entry that shares more than that with its
    // predecessor compares in the same way and is passed over without looking at its key.
    static int Scan(RawBytes entries, uint start, RawBytes key, ref int valueLength)
    {
        var block = entries.Start;
        var end = entries.End;
        var keyStart = key.Start;
        var keyLength = key.Length;
        var p = block + start;
        var matched = 0;
        var isLess = true;
        while (p < end)
        {
            if (!ReadHeader(ref p, end, out var shared, out var unshared, out var valueBytes))
                return Malformed;
            if (shared <= (uint)matched)
            {
                matched = (int)shared;
                Match(p, unshared, new RawBytes(keyStart, keyLength), ref matched, ref isLess);
            }
            var userLength = (long)shared + unshared - SstTable.DataTrailerBytes;
            if (userLength <= matched)
            {
                if (userLength == keyLength)
                {
                    valueLength = (int)valueBytes;
                    return (int)(p + unshared - block);
                }
            }
            else if (matched == keyLength || !isLess)
                return Absent;
            p += unshared + (long)valueBytes;
        }
        return Absent;
    }

    // Extends `matched`, at first the number of shared bytes, over those that are not shared.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Match(byte* p, uint unshared, RawBytes key, ref int matched, ref bool isLess)
    {
        long left = Math.Min(unshared, key.Length - matched);
        var k = key.Start + matched;
        while (left >= 8)
        {
            var a = ReadWord(p);
            var b = ReadWord(k);
            if (a != b)
            {
                matched += BitOperations.LeadingZeroCount(a ^ b) >> 3;
                isLess = a < b;
                return;
            }
            p += 8;
            k += 8;
            left -= 8;
            matched += 8;
        }
        if (left > 0)
        {
            // The entry's word may run into what follows, within the block; the key's is put together from its last bytes.
            var a = ReadWord(p);
            var rest = key.Length - matched;
            var b = rest >= 8 ? ReadWord(k) : key.Length >= 8 ? ReadWord(key.End - 8) << (64 - 8 * rest) : ReadShort(k, rest);
            var same = BitOperations.LeadingZeroCount(a ^ b) >> 3;
            if (same < left)
            {
                matched += same;
                isLess = a < b;
                return;
            }
            matched += (int)left;
        }
        // Either the key is used up (isLess is not looked at then) or the entry is: it ends before the key does.
        isLess = true;
    }

    // Order of a stored user key, behind which eight more bytes are readable, against the wanted one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Compare(byte* stored, int storedLength, byte* key, int keyLength)
    {
        var common = Math.Min(storedLength, keyLength);
        if (common >= 8)
        {
            var a = ReadWord(stored);
            var b = ReadWord(key);
            if (a != b)
                return a < b ? -1 : 1;
            if (common > 8)
            {
                var order = new ReadOnlySpan<byte>(stored + 8, common - 8).SequenceCompareTo(new ReadOnlySpan<byte>(key + 8, common - 8));
                if (order != 0)
                    return order;
            }
        }
        else if (common > 0)
        {
            var unused = 64 - 8 * common;
            var a = ReadWord(stored) >> unused;
            var b = keyLength >= 8 ? ReadWord(key) >> unused : ReadShort(key, common) >> unused;
            if (a != b)
                return a < b ? -1 : 1;
        }
        return storedLength.CompareTo(keyLength);
    }

    // Reads an entry's three lengths at p <= end, moves p behind them, and checks that key and value fit before end.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool ReadHeader(ref byte* p, byte* end, out uint shared, out uint unshared, out uint valueBytes)
    {
        var word = ReadFixed32(p);
        shared = word & 0xFF;
        unshared = (word >> 8) & 0xFF;
        if ((word & 0x0080_8080) == 0)
        {
            valueBytes = (word >> 16) & 0xFF;
            p += 3;
        }
        else if ((word & 0x8080_8080) == 0x0080_0000)
        {
            valueBytes = ((word >> 16) & 0x7F) | ((word >> 24) << 7);
            p += 4;
        }
        else
        {
            // By value: a pointer whose address is taken would live in memory in the loops around.
            var (longShared, longUnshared, longValueBytes, bytes) = ReadLongHeader(p, end);
            if (bytes == 0)
            {
                valueBytes = 0;
                return false;
            }
            shared = longShared;
            unshared = longUnshared;
            valueBytes = longValueBytes;
            p += bytes;
        }
        // Signed: p may stand up to four bytes behind end here. The lengths are below 2^32, their sum cannot overflow.
        return unshared + (long)valueBytes <= end - p;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static (uint Shared, uint Unshared, uint ValueBytes, int Bytes) ReadLongHeader(byte* p, byte* end)
    {
        var source = new ReadOnlySpan<byte>(p, (int)Math.Min(3 * Varint.MaxLength32, end - p));
        return Varint.TryRead32(source, out var shared, out var first) && Varint.TryRead32(source[first..], out var unshared,
            out var second)
            && Varint.TryRead32(source[(first + second)..], out var valueBytes, out var third)
            ? (shared, unshared, valueBytes, first + second + third)
            : default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint ReadFixed32(byte* p)
    {
        var value = Unsafe.ReadUnaligned<uint>(p);
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    // Big-endian, so that numbers compare as bytes do.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong ReadWord(byte* p)
    {
        var value = Unsafe.ReadUnaligned<ulong>(p);
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
    }

    // Fewer than eight bytes, left-aligned.
    static ulong ReadShort(byte* p, int length)
    {
        ulong value = 0;
        for (var i = 0; i < length; i++)
            value |= (ulong)p[i] << (56 - 8 * i);
        return value;
    }
}
