using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Decoding;

/// <summary>The values that the pages of a column name by number.</summary>
sealed class ValueDictionary
{
    readonly List<long> numbers = [];
    readonly List<ByteRange> ranges = [];
    readonly bool isNumber;

    /// <param name="values">The values of the dictionary's page.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="isNumber">True when they are numbers.</param>
    /// <exception cref="DamageException">There are fewer.</exception>
    public ValueDictionary(ValueDecoder values, int count, bool isNumber)
    {
        this.isNumber = isNumber;
        var batch = new ValueBatch();
        while (Count < count)
        {
            var taken = Math.Min(values.Fill(batch), count - Count);
            if (isNumber) numbers.AddRange(batch.Numbers.AsSpan(0, taken));
            else ranges.AddRange(batch.Ranges.AsSpan(0, taken));
        }
        Bytes = batch.Bytes;
    }

    public int Count => isNumber ? numbers.Count : ranges.Count;

    public byte[] Bytes { get; }

    public ReadOnlySpan<long> Numbers => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(numbers);

    public ReadOnlySpan<ByteRange> Ranges => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ranges);
}
