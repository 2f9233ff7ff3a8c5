namespace ShardyFusion.Jobs;

/// <summary>What the engine says once all its maps have ended.</summary>
/// <param name="Maps">Maps, numbered from 0.</param>
/// <param name="Rows">Rows that they were given in all; null when it did not count.</param>
sealed record JobSeal(int Maps, long? Rows);
