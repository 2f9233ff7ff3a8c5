namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Bytes that stay where they are while they are read: a span whose reads are proved, not checked. Two registers.</summary>
/// <param name="start">The first byte.</param>
/// <param name="length">How many there are.</param>
readonly unsafe struct RawBytes(byte* start, int length)
{
    /// <summary>The first byte.</summary>
    public readonly byte* Start = start;

    /// <summary>How many there are.</summary>
    public readonly int Length = length;

    /// <summary>The first byte behind them.</summary>
    public byte* End => Start + Length;
}
