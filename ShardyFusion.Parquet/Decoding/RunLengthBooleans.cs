namespace ShardyFusion.Parquet.Decoding;

/// <summary>Booleans in runs.</summary>
sealed class RunLengthBooleans(RunLengthReader runs) : ValueDecoder
{
    readonly int[] values = new int[ValueBatch.Capacity];

    public override int Fill(ValueBatch batch)
    {
        var count = runs.Read(values);
        for (var i = 0; i < count; i++) batch.Numbers[i] = values[i];
        return count > 0 ? count : throw TooFew();
    }
}
