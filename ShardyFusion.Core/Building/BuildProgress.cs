namespace ShardyFusion.Building;

/// <summary>How far a build is. Sent at most a few times a second.</summary>
/// <param name="Phase">What it does now.</param>
/// <param name="Rows">Rows read so far.</param>
/// <param name="ShardsDone">Shards finished.</param>
/// <param name="ShardsTotal">Shards to write; 0 while unknown.</param>
/// <param name="Bytes">Shard bytes written so far.</param>
public sealed record BuildProgress(BuildPhase Phase, long Rows, int ShardsDone, int ShardsTotal, long Bytes);
