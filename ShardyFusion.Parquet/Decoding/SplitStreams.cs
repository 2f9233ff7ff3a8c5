using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Decoding;

/// <summary>Values whose first bytes lie together, then all their second bytes, and so on.</summary>
sealed class SplitStreams(ArraySegment<byte> bytes, ColumnType type) : ValueDecoder
{
    readonly int total = bytes.Count % type.Length == 0 ? bytes.Count / type.Length
        : throw new DamageException($"its {bytes.Count} bytes are no number of values of {type.Length}");
    byte[] gathered = [];
    int position;

    public override int Fill(ValueBatch batch)
    {
        var count = Math.Min(ValueBatch.Capacity, total - position);
        if (count == 0) throw TooFew();
        if (type.IsNumber) FillNumbers(batch.Numbers.AsSpan(0, count));
        else FillBytes(batch, count);
        position += count;
        return count;
    }

    void FillNumbers(Span<long> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            var number = 0L;
            for (var b = 0; b < type.Length; b++) number |= (long)bytes[b * total + position + i] << (8 * b);
            numbers[i] = type.Length == sizeof(int) ? (int)number : number;
        }
    }

    void FillBytes(ValueBatch batch, int count)
    {
        if (gathered.Length < count * type.Length) gathered = new byte[count * type.Length];
        for (var i = 0; i < count; i++)
        {
            for (var b = 0; b < type.Length; b++) gathered[i * type.Length + b] = bytes[b * total + position + i];
            batch.Ranges[i] = new ByteRange(i * type.Length, type.Length);
        }
        batch.Bytes = gathered;
    }
}
