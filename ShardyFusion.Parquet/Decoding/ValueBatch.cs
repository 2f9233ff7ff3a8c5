namespace ShardyFusion.Parquet.Decoding;

/// <summary>Some values of a column, one after another. For one thread.</summary>
sealed class ValueBatch
{
    /// <summary>Most values of a batch.</summary>
    public const int Capacity = 1024;

    /// <summary>Of numbers: integers as they are, real numbers as their bits, Booleans as 0 and 1.</summary>
    public long[] Numbers { get; } = new long[Capacity];

    /// <summary>Of bytes: where they lie in <see cref="Bytes"/>.</summary>
    public ByteRange[] Ranges { get; } = new ByteRange[Capacity];

    /// <summary>The array with the bytes of all values; belongs to a page or to a decoder.</summary>
    public byte[] Bytes { get; set; } = [];
}
