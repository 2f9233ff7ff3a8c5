using System.Buffers.Binary;
using ShardyFusion.Core.Tests.Shards.Sst.Reading;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Core.Tests.Shards.Sst.Fuzz;

/// <summary>Finds the numbers of a table that say how long something is or where it lies, and replaces them below right
/// checksums.</summary>
static class TableLies
{
    /// <summary>One number.</summary>
    /// <param name="Block">Number of the block in <see cref="TableBlocks.All"/>; -1 for the footer, which has no checksum.</param>
    /// <param name="At">Its offset in the file.</param>
    /// <param name="Bytes">The bytes it takes.</param>
    /// <param name="IsVarint">False for 32 bits, little-endian.</param>
    /// <param name="End">Where the bytes end that move when a lie is longer or shorter.</param>
    public readonly record struct Field(int Block, int At, int Bytes, bool IsVarint, int End);

    /// <summary>All of them: entry lengths, handles, restart points and their count, raw sizes, footer handles.</summary>
    public static List<Field> Fields(byte[] file, TableBlocks blocks)
    {
        var fields = new List<Field>();
        for (var i = 0; i < blocks.All.Count; i++)
        {
            var (start, end) = ((int)blocks.All[i].Offset, (int)blocks.All[i].Offset + blocks.All[i].Length - BlockTrailer.Size);
            if (file[end] != (byte)CompressionType.None)
                AddVarint(file, fields, i, start, end);
            else if (end - start >= 4)
                AddEntries(file, fields, i, start, end);
        }
        var at = file.Length - Footer.Size + 1;
        for (var number = 0; number < 4; number++)
            at += AddVarint(file, fields, -1, at, file.Length - Footer.Size + 41);
        return fields;
    }

    /// <summary>Numbers that a reader may not believe.</summary>
    public static ulong Lie(byte[] file, Field field, Random random)
    {
        ulong truth = field.IsVarint && Varint.TryRead64(file.AsSpan(field.At), out var number, out _) ? number
            : field.IsVarint ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(field.At));
        ulong packed = field.Block < 0 ? 64 : (ulong)(field.End - field.At);
        ulong[] lies =
        [
            0, 1, truth - 1, truth + 1, truth + 5, truth ^ 0x80, 127, 128, 16_383, 16_384, 65_535, 1 << 20, 1 << 28, int.MaxValue - 8,
                int.MaxValue, (ulong)int.MaxValue + 1,
            uint.MaxValue, 1UL << 32, 1UL << 61, long.MaxValue, ulong.MaxValue, (ulong)file.Length, (ulong)file.Length - Footer.Size,
            packed * 20, packed * 250, packed * 1_030,
        ];
        return lies[random.Next(lies.Length)];
    }

    /// <summary>Writes a lie over a number. What follows it in its block moves, and the last of it is lost or followed by zeros.</summary>
    public static void Tell(byte[] file, TableBlocks blocks, Field field, ulong lie)
    {
        if (field.IsVarint)
        {
            Span<byte> encoded = stackalloc byte[Varint.MaxLength64];
            byte[] moved = [.. encoded[..Varint.Write(encoded, lie)],
                .. file.AsSpan(field.At + field.Bytes, field.End - field.At - field.Bytes), .. new byte[Varint.MaxLength64]];
            moved.AsSpan(0, field.End - field.At).CopyTo(file.AsSpan(field.At));
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(field.At), (uint)lie);
        }
        if (field.Block >= 0)
            blocks.FixChecksum(file, blocks.All[field.Block]);
    }

    // As long as what is there can be entries; filters end at once. Values of index blocks are handles: their bytes are read as numbers
    // too.
    static void AddEntries(byte[] file, List<Field> fields, int block, int start, int end)
    {
        var restarts = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(end - 4)) & 0x7FFF_FFFF;
        fields.Add(new Field(block, end - 4, 4, false, end));
        var entriesEnd = end - 4 - 4L * restarts;
        if (restarts == 0 || entriesEnd < start)
            return;
        for (var i = 0; i < Math.Min(restarts, 3); i++)
            fields.Add(new Field(block, (int)entriesEnd + 4 * i, 4, false, end));
        for (int at = start, limit = (int)entriesEnd; at < limit;)
        {
            var lengths = new ulong[3];
            for (var i = 0; i < 3; i++)
            {
                var bytes = AddVarint(file, fields, block, at, limit);
                if (bytes == 0 || !Varint.TryRead64(file.AsSpan(at), out lengths[i], out _))
                    return;
                at += bytes;
            }
            if (lengths[1] > (ulong)(limit - at) || lengths[2] > (ulong)(limit - at) - lengths[1])
                return;
            at += (int)(lengths[1] + lengths[2]);
        }
    }

    static int AddVarint(byte[] file, List<Field> fields, int block, int at, int end)
    {
        if (at >= end || !Varint.TryRead64(file.AsSpan(at, end - at), out _, out var bytes))
            return 0;
        fields.Add(new Field(block, at, bytes, true, end));
        return bytes;
    }
}
