namespace ShardyFusion.Parquet.Format;

/// <summary>How values are stored; the numbers are the format's.</summary>
enum PhysicalType
{
    Boolean = 0,
    Int32 = 1,
    Int64 = 2,
    Int96 = 3,
    Float = 4,
    Double = 5,
    ByteArray = 6,
    FixedBytes = 7,
}
