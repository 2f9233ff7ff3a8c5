using System.Runtime.InteropServices;
using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Decoding;

/// <summary>Numbers one after another.</summary>
sealed class PlainNumbers(ArraySegment<byte> bytes, PhysicalType physical) : ValueDecoder
{
    int position;

    public override int Fill(ValueBatch batch)
    {
        var values = bytes.AsSpan(position);
        var width = physical is PhysicalType.Int32 or PhysicalType.Float ? sizeof(int) : sizeof(long);
        var count = Math.Min(ValueBatch.Capacity, values.Length / width);
        if (count == 0) throw TooFew();
        values = values[..(count * width)];
        position += values.Length;
        if (width == sizeof(long))
        {
            values.CopyTo(MemoryMarshal.AsBytes(batch.Numbers.AsSpan()));
            return count;
        }
        var small = MemoryMarshal.Cast<byte, int>(values);
        for (var i = 0; i < small.Length; i++) batch.Numbers[i] = small[i];
        return count;
    }
}
