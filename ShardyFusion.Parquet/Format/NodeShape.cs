namespace ShardyFusion.Parquet.Format;

/// <summary>What a part of a row is.</summary>
enum NodeShape
{
    Value,
    Structure,
    List,
    Map,
}
