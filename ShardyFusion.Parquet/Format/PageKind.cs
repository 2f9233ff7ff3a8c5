namespace ShardyFusion.Parquet.Format;

/// <summary>What a page holds; the numbers are the format's.</summary>
enum PageKind
{
    Data = 0,
    Index = 1,
    Dictionary = 2,
    Data2 = 3,
}
