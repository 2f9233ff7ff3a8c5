namespace ShardyFusion.Telemetry;

/// <summary>How far an operation over the shards of a snapshot is.</summary>
/// <param name="ShardsDone">Shards finished.</param>
/// <param name="ShardsTotal">Shards in all; 0 where they are not gone through one by one.</param>
/// <param name="Rows">Rows handled so far; 0 where rows are not looked at.</param>
/// <param name="Bytes">Bytes read so far; 0 where they are not counted.</param>
public sealed record ShardProgress(int ShardsDone, int ShardsTotal, long Rows, long Bytes);
