using System.Buffers.Binary;
using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Decoding;

/// <summary>Reads small integers in runs: one that repeats, or a row of them in few bits each.</summary>
/// <param name="bytes">Untrusted.</param>
/// <param name="bits">Bits of each, 0 to 32.</param>
sealed class RunLengthReader(ArraySegment<byte> bytes, int bits)
{
    readonly byte[] buffer = bytes.Array ?? [];
    readonly int end = bytes.Offset + bytes.Count;
    int position = bytes.Offset;
    long repeats, packed;
    uint repeated;
    long packedBit;

    /// <summary>Reads more of them.</summary>
    /// <returns>How many were there; fewer than asked for only at the end.</returns>
    public int Read(Span<int> target)
    {
        var done = 0;
        while (done < target.Length)
        {
            if (repeats > 0)
            {
                var count = (int)Math.Min(repeats, target.Length - done);
                target.Slice(done, count).Fill((int)repeated);
                repeats -= count;
                done += count;
            }
            else if (packed > 0)
            {
                var count = (int)Math.Min(packed, target.Length - done);
                Unpack(target.Slice(done, count));
                packed -= count;
                done += count;
                if (packed == 0) position = (int)((packedBit + 7) >> 3);
            }
            else if (!BeginRun())
            {
                break;
            }
        }
        return done;
    }

    bool BeginRun()
    {
        if (position >= end) return false;
        var head = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            if (position >= end || shift > 35) throw new DamageException("a run of values has no proper head");
            var part = buffer[position++];
            head |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) break;
        }
        var count = (long)(head >> 1);
        if ((head & 1) == 0)
        {
            var width = (bits + 7) / 8;
            if (width > end - position) throw new DamageException("it ends within a run of values");
            repeated = 0;
            for (var i = 0; i < width; i++) repeated |= (uint)buffer[position++] << (8 * i);
            if (bits < 32 && repeated >> bits != 0) throw new DamageException($"a value in a run does not fit {bits} bits");
            repeats = count;
            return true;
        }
        // Some writers cut the last group off where its values end.
        packed = bits == 0 ? count * 8 : Math.Min(count * 8, (long)(end - position) * 8 / bits);
        packedBit = (long)position << 3;
        if (packed == 0 && count > 0) throw new DamageException("it ends within a run of values");
        // What is left of the last group belongs to it.
        return true;
    }

    void Unpack(Span<int> target)
    {
        if (bits == 0)
        {
            target.Clear();
            return;
        }
        var mask = bits == 32 ? uint.MaxValue : (1U << bits) - 1;
        for (var i = 0; i < target.Length; i++)
        {
            var at = (int)(packedBit >> 3);
            var word = at + sizeof(ulong) <= buffer.Length ? BinaryPrimitives.ReadUInt64LittleEndian(buffer.AsSpan(at)) : Tail(at);
            target[i] = (int)((uint)(word >> (int)(packedBit & 7)) & mask);
            packedBit += bits;
        }
    }

    ulong Tail(int at)
    {
        var word = 0UL;
        for (var i = 0; at + i < buffer.Length && i < sizeof(ulong); i++) word |= (ulong)buffer[at + i] << (8 * i);
        return word;
    }
}
