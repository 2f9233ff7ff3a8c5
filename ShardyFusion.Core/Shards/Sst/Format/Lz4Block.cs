using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ShardyFusion.Hashing;

namespace ShardyFusion.Shards.Sst.Format;

/// <summary>The LZ4 block format (no frame): sequences of literals and back references of at most 65,535 bytes.</summary>
static class Lz4Block
{
    const int MinMatch = 4;
    // The format's end rules: the last five bytes are literals and the last match starts twelve bytes before the end.
    const int LastLiterals = 5, LastMatchStart = 12;
    const int MaxOffset = 65_535;
    const int HashBits = 12;

    /// <summary>Most raw bytes a stored byte can stand for.</summary>
    public const int MaxRatio = 255;

    /// <summary>Where the packer last saw each hash. Reused between blocks without clearing.</summary>
    public sealed class Table
    {
        internal readonly int[] Slots = new int[1 << HashBits];

        // Slots hold position + base, and each block's base lies behind every slot of the blocks before: what they left is
        // recognised as negative, so nothing needs clearing and the result depends on this block alone.
        int _nextBase = 1;

        internal int StartBlock(int sourceBytes)
        {
            if (_nextBase > int.MaxValue - sourceBytes)
            {
                Array.Clear(Slots);
                _nextBase = 1;
            }
            var start = _nextBase;
            _nextBase += sourceBytes;
            return start;
        }
    }

    /// <summary>Packs a block.</summary>
    /// <param name="source">Raw bytes, less than 1 GiB.</param>
    /// <param name="target">Room for the result; giving less than the raw size is how a caller asks for a minimum saving.</param>
    /// <param name="table">Working memory; never shared between threads.</param>
    /// <param name="written">Bytes of the result.</param>
    /// <returns>False when the result does not fit.</returns>
    public static bool TryCompress(ReadOnlySpan<byte> source, Span<byte> target, Table table, out int written)
    {
        written = 0;
        var output = new Output(source, target);
        var anchor = source.Length > LastMatchStart ? output.Matches(table) : 0;
        if (anchor < 0 || !output.Literals(source[anchor..]))
            return false;
        written = output.Written;
        return true;
    }

    // What an earlier block left is negative here: look at the first position instead, which is as good a candidate as any. No
    // branch, as one on whether a slot is stale would be mispredicted half the time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int InBlock(int candidate) => candidate & ~(candidate >> 31);

    // Five bytes decide: on text and records this finds the same matches as four and collides less.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static nuint Hash(ulong word) => (nuint)(((word << 24) * 889_523_592_379UL) >> (64 - HashBits));

    // Reads eight bytes only while they end at or before matchLimit; both positions are below it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int MatchLength(ref byte src, int at, int candidate, int matchLimit)
    {
        var length = MinMatch;
        while (at + length + 8 <= matchLimit)
        {
            var difference = Read64(ref src, at + length) ^ Read64(ref src, candidate + length);
            if (difference != 0)
                return length + (BitOperations.TrailingZeroCount(difference) >> 3);
            length += 8;
        }
        while (at + length < matchLimit && Unsafe.Add(ref src, at + length) == Unsafe.Add(ref src, candidate + length))
            length++;
        return length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Read64(ref byte src, int at) => XxHash3.Read64(ref src, (uint)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Read32(ref byte src, int at) => XxHash3.Read32(ref src, (uint)at);

    /// <summary>Unpacks a block of known raw size.</summary>
    /// <param name="source">Packed bytes, untrusted.</param>
    /// <param name="target">Exactly the raw size.</param>
    /// <returns>False when the bytes are no LZ4 block of that raw size; the target's content is then undefined.</returns>
    public static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        ref byte src = ref MemoryMarshal.GetReference(source);
        ref byte dst = ref MemoryMarshal.GetReference(target);
        int from = 0, to = 0;
        while (from < source.Length)
        {
            int token = Unsafe.Add(ref src, from++);
            var literals = token >> 4;
            if (literals == 15 && !TryExtend(source, ref from, ref literals))
                return false;
            if (literals <= 16 && from + 16 <= source.Length && to + 16 <= target.Length)
            {
                // 16 bytes are readable and writable here; those beyond the literals are overwritten next.
                Vector128.LoadUnsafe(ref src, (nuint)from).StoreUnsafe(ref dst, (nuint)to);
            }
            else
            {
                if ((uint)literals > (uint)(source.Length - from) || literals > target.Length - to)
                    return false;
                source.Slice(from, literals).CopyTo(target[to..]);
            }
            from += literals;
            to += literals;
            if (from >= source.Length)
                return from == source.Length && to == target.Length;
            if (source.Length - from < 2)
                return false;
            int offset = BinaryPrimitives.ReadUInt16LittleEndian(source[from..]);
            from += 2;
            var length = token & 15;
            if (length == 15 && !TryExtend(source, ref from, ref length))
                return false;
            length += MinMatch;
            if (offset == 0 || offset > to || length > target.Length - to)
                return false;
            if (offset >= 16 && length <= 32 && to + 32 <= target.Length)
            {
                // offset >= 16 keeps each 16-byte read behind the bytes being written; 32 bytes are writable.
                Vector128.LoadUnsafe(ref dst, (nuint)(to - offset)).StoreUnsafe(ref dst, (nuint)to);
                Vector128.LoadUnsafe(ref dst, (nuint)(to - offset + 16)).StoreUnsafe(ref dst, (nuint)(to + 16));
            }
            else
            {
                CopyWithin(target, to, offset, length);
            }
            to += length;
        }
        return false;
    }

    /// <summary>Counts the raw bytes of a block.</summary>
    /// <param name="source">Packed bytes, untrusted.</param>
    /// <returns>Their number; -1 when the last sequence is incomplete.</returns>
    public static long Measure(ReadOnlySpan<byte> source)
    {
        long raw = 0;
        for (var from = 0; from < source.Length;)
        {
            int token = source[from++];
            var literals = token >> 4;
            if (literals == 15 && !TryExtend(source, ref from, ref literals))
                return -1;
            if (literals > source.Length - from)
                return -1;
            from += literals;
            raw += literals;
            if (from == source.Length)
                return raw;
            from += sizeof(ushort);
            var length = token & 15;
            if (length == 15 && !TryExtend(source, ref from, ref length))
                return -1;
            raw += length + MinMatch;
        }
        return -1;
    }

    /// <summary>Repeats the bytes that lie <paramref name="offset"/> before <paramref name="to"/>; the two ranges may overlap.</summary>
    internal static void CopyWithin(Span<byte> target, int to, int offset, int length)
    {
        if (offset >= length)
        {
            target.Slice(to - offset, length).CopyTo(target[to..]);
            return;
        }
        if (offset == 1)
        {
            target.Slice(to, length).Fill(target[to - 1]);
            return;
        }
        // Overlap: what is copied doubles the run that can be copied from.
        var from = to - offset;
        for (var run = offset; length > 0; run *= 2)
        {
            var part = Math.Min(run, length);
            target.Slice(from, part).CopyTo(target[to..]);
            to += part;
            length -= part;
        }
    }

    // The sum stays below 2^31: at most 255 a source byte, and a source of 8 MiB and more of 0xFF is refused before that.
    static bool TryExtend(ReadOnlySpan<byte> source, ref int from, ref int length)
    {
        while (from < source.Length && length < int.MaxValue - 1024)
        {
            int more = source[from++];
            length += more;
            if (more != 255)
                return true;
        }
        return false;
    }

    /// <summary>Packs a source of more than <see cref="LastMatchStart"/> bytes; writes with a bounds check a sequence.</summary>
    ref struct Output(ReadOnlySpan<byte> source, Span<byte> target)
    {
        readonly ReadOnlySpan<byte> _source = source;
        readonly Span<byte> _target = target;

        public int Written { get; private set; }

        /// <summary>Writes every match, with the literals before it.</summary>
        /// <returns>Where the literals behind the last match start; negative when the result does not fit.</returns>
        public int Matches(Table table)
        {
            ref byte src = ref MemoryMarshal.GetReference(_source);
            ref int slots = ref MemoryMarshal.GetArrayDataReference(table.Slots);
            var start = table.StartBlock(_source.Length);
            // Every position read below is <= lastStart, so that 8 bytes can be read from it.
            var lastStart = _source.Length - LastMatchStart;
            var matchLimit = _source.Length - LastLiterals;
            Unsafe.Add(ref slots, Hash(Read64(ref src, 0))) = start;
            var anchor = 0;
            for (var at = 1; at <= lastStart; at++)
            {
                // Search, in growing steps where nothing matches.
                int candidate;
                for (var misses = 1 << 6; ; misses++)
                {
                    var word = Read64(ref src, at);
                    ref int slot = ref Unsafe.Add(ref slots, Hash(word));
                    candidate = InBlock(slot - start);
                    slot = at + start;
                    if (Read32(ref src, candidate) == (uint)word && at - candidate <= MaxOffset)
                        break;
                    at += misses >> 6;
                    if (at > lastStart)
                        return anchor;
                }
                while (at > anchor && candidate > 0 && Unsafe.Add(ref src, at - 1) == Unsafe.Add(ref src, candidate - 1))
                {
                    at--;
                    candidate--;
                }
                while (true)
                {
                    var length = MatchLength(ref src, at, candidate, matchLimit);
                    if (!Sequence(anchor, at, at - candidate, length))
                        return -1;
                    at += length;
                    anchor = at;
                    if (at > lastStart)
                        return anchor;
                    Unsafe.Add(ref slots, Hash(Read64(ref src, at - 2))) = at - 2 + start;
                    // Often the next match follows at once.
                    var word = Read64(ref src, at);
                    ref int slot = ref Unsafe.Add(ref slots, Hash(word));
                    candidate = InBlock(slot - start);
                    slot = at + start;
                    if (Read32(ref src, candidate) != (uint)word || at - candidate > MaxOffset)
                        break;
                }
            }
            return anchor;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        bool Sequence(int literalStart, int literalEnd, int offset, int matchLength)
        {
            ref byte src = ref MemoryMarshal.GetReference(_source);
            var literals = literalEnd - literalStart;
            var extra = matchLength - MinMatch;
            // Token, length bytes, offset and what a 16-byte store may write too much: an upper bound, so that nothing below
            // needs its own check. It refuses a result that would end within 16 bytes of the room, which is fine.
            if (literals + 24L + (literals >> 7) + (extra >> 7) > _target.Length - Written)
                return false;
            ref byte dst = ref Unsafe.Add(ref MemoryMarshal.GetReference(_target), Written);
            ref byte from = ref Unsafe.Add(ref src, literalStart);
            int to;
            if (literals < 15 && literalStart + 16 <= _source.Length)
            {
                dst = (byte)((literals << 4) | Math.Min(extra, 15));
                Vector128.LoadUnsafe(ref from).StoreUnsafe(ref dst, 1);
                to = 1 + literals;
            }
            else
            {
                dst = (byte)((Math.Min(literals, 15) << 4) | Math.Min(extra, 15));
                to = literals < 15 ? 1 : WriteLength(ref dst, 1, literals - 15);
                Unsafe.CopyBlockUnaligned(ref Unsafe.Add(ref dst, to), ref from, (uint)literals);
                to += literals;
            }
            Unsafe.Add(ref dst, to) = (byte)offset;
            Unsafe.Add(ref dst, to + 1) = (byte)(offset >> 8);
            to += 2;
            if (extra >= 15)
                to = WriteLength(ref dst, to, extra - 15);
            Written += to;
            return true;
        }

        public bool Literals(ReadOnlySpan<byte> literals)
        {
            if (literals.Length + 2L + literals.Length / 255 > _target.Length - Written)
                return false;
            ref byte dst = ref MemoryMarshal.GetReference(_target);
            var to = Written;
            Unsafe.Add(ref dst, to++) = (byte)(Math.Min(literals.Length, 15) << 4);
            if (literals.Length >= 15)
                to = WriteLength(ref dst, to, literals.Length - 15);
            literals.CopyTo(_target[to..]);
            Written = to + literals.Length;
            return true;
        }

        static int WriteLength(ref byte dst, int to, int length)
        {
            for (; length >= 255; length -= 255)
                Unsafe.Add(ref dst, to++) = 255;
            Unsafe.Add(ref dst, to) = (byte)length;
            return to + 1;
        }
    }
}
