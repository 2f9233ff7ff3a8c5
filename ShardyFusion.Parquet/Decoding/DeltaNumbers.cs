namespace ShardyFusion.Parquet.Decoding;

/// <summary>Integers as differences.</summary>
sealed class DeltaNumbers(DeltaReader reader, bool isNarrow) : ValueDecoder
{
    public override int Fill(ValueBatch batch)
    {
        var count = reader.Read(batch.Numbers);
        // Differences of 32-bit integers wrap around.
        if (isNarrow)
            for (var i = 0; i < count; i++) batch.Numbers[i] = unchecked((int)batch.Numbers[i]);
        return count > 0 ? count : throw TooFew();
    }
}
