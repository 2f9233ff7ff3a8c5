using System.Buffers.Binary;
using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Decoding;

/// <summary>Values of bytes one after another, each behind its length unless all have the same.</summary>
/// <param name="bytes">Untrusted.</param>
/// <param name="fixedLength">The length of all; 0 where each has its own.</param>
sealed class PlainBytes(ArraySegment<byte> bytes, int fixedLength) : ValueDecoder
{
    readonly byte[] buffer = bytes.Array ?? [];
    readonly int end = bytes.Offset + bytes.Count;
    int position = bytes.Offset;

    public override int Fill(ValueBatch batch)
    {
        batch.Bytes = buffer;
        var ranges = batch.Ranges;
        var count = 0;
        for (; count < ranges.Length && position < end; count++)
        {
            var length = fixedLength;
            if (length == 0)
            {
                if (end - position < sizeof(int)) throw new DamageException("it ends within a value");
                length = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(position));
                position += sizeof(int);
            }
            if ((uint)length > (uint)(end - position))
                throw new DamageException($"a value says that it has {(uint)length} bytes, and {end - position} are left");
            ranges[count] = new ByteRange(position, length);
            position += length;
        }
        return count > 0 ? count : throw TooFew();
    }
}
