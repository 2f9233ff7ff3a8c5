namespace ShardyFusion.Parquet.Rows;

/// <summary>What the keys of an input are.</summary>
enum KeyForm
{
    Text,
    Integer,
    Bytes,
}
