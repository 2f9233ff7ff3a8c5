namespace ShardyFusion.Parquet.Format;

/// <summary>How values are laid out in a page; the numbers are the format's.</summary>
enum PageEncoding
{
    Plain = 0,
    PlainDictionary = 2,
    RunLength = 3,
    BitPacked = 4,
    DeltaBinaryPacked = 5,
    DeltaLengthByteArray = 6,
    DeltaByteArray = 7,
    RunLengthDictionary = 8,
    ByteStreamSplit = 9,
}
