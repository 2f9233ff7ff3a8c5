namespace ShardyFusion.Parquet.Decoding;

/// <summary>Booleans of one bit each.</summary>
sealed class PlainBooleans(ArraySegment<byte> bytes) : ValueDecoder
{
    long position;

    public override int Fill(ValueBatch batch)
    {
        var count = (int)Math.Min(ValueBatch.Capacity, bytes.Count * 8L - position);
        if (count == 0) throw TooFew();
        for (var i = 0; i < count; i++, position++)
            batch.Numbers[i] = bytes[(int)(position >> 3)] >> (int)(position & 7) & 1;
        return count;
    }
}
