using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Decoding;

/// <summary>Reads integers that are stored as differences in few bits each.</summary>
sealed class DeltaReader
{
    readonly byte[] buffer;
    readonly int end;
    readonly int groups;
    readonly long groupValues;
    readonly byte[] widths;
    int position, group;
    long left, inGroup, bit;
    long value, least;
    bool isFirst = true;

    /// <param name="bytes">Untrusted.</param>
    /// <param name="most">How many values there can be.</param>
    public DeltaReader(ArraySegment<byte> bytes, int most)
    {
        buffer = bytes.Array ?? [];
        (position, end) = (bytes.Offset, bytes.Offset + bytes.Count);
        var blockValues = Varint();
        var blockGroups = Varint();
        var count = Varint();
        if (blockGroups is 0 or > 1 << 16 || blockValues is 0 or > int.MaxValue || blockValues % blockGroups != 0
            || blockValues / blockGroups % 8 != 0)
            throw new DamageException("its differences have no proper head");
        if (count > (ulong)most) throw new DamageException($"it says that it has {count} differences, and it has {most} values");
        groups = (int)blockGroups;
        groupValues = (long)(blockValues / blockGroups);
        left = (long)count;
        widths = new byte[groups];
        group = groups;
        value = ZigZag();
    }

    /// <summary>Reads more of them.</summary>
    /// <returns>How many were there; fewer than asked for only at the end.</returns>
    public int Read(Span<long> target)
    {
        var count = (int)Math.Min(target.Length, left);
        for (var i = 0; i < count; i++) target[i] = Next();
        return count;
    }

    /// <summary>The byte after the last value; after all were read.</summary>
    public int End()
    {
        // The bits of the last group are all there, those of the groups after it are not.
        if (inGroup > 0) position = (int)((bit + inGroup * widths[group - 1] + 7) >> 3);
        return Math.Min(position, end);
    }

    long Next()
    {
        left--;
        if (isFirst)
        {
            isFirst = false;
            return value;
        }
        while (inGroup == 0) BeginGroup();
        inGroup--;
        var width = widths[group - 1];
        value = unchecked(value + least + (long)Bits(width));
        if (inGroup == 0) position = (int)((bit + 7) >> 3);
        return value;
    }

    void BeginGroup()
    {
        if (group == groups)
        {
            least = ZigZag();
            if (groups > end - position) throw new DamageException("it ends within its differences");
            buffer.AsSpan(position, groups).CopyTo(widths);
            position += groups;
            group = 0;
        }
        var width = widths[group++];
        if (width > 64) throw new DamageException($"its differences have {width} bits");
        // The last group may be cut off where its values end.
        var needed = (Math.Min(groupValues, left + 1) * width + 7) / 8;
        if (needed > end - position) throw new DamageException("it ends within its differences");
        inGroup = groupValues;
        bit = (long)position << 3;
    }

    ulong Bits(int width)
    {
        var result = 0UL;
        for (var done = 0; done < width;)
        {
            var offset = (int)(bit & 7);
            var take = Math.Min(8 - offset, width - done);
            var part = (uint)(buffer[(int)(bit >> 3)] >> offset) & ((1U << take) - 1);
            result |= (ulong)part << done;
            done += take;
            bit += take;
        }
        return result;
    }

    long ZigZag() => Varint() is var raw ? (long)(raw >> 1) ^ -(long)(raw & 1) : 0;

    ulong Varint()
    {
        var number = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (position >= end) throw new DamageException("it ends within its differences");
            var part = buffer[position++];
            number |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return number;
        }
        throw new DamageException("a number has too many bytes");
    }
}
