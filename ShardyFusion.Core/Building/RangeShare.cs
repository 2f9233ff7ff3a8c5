namespace ShardyFusion.Building;

/// <summary>A range of keys that a build would make a shard of.</summary>
/// <param name="ShardId">The shard, from 0.</param>
/// <param name="FirstKey">The least key that it could hold: a <see cref="long"/> or a string; null for the first range.</param>
/// <param name="Share">The part of all rows that is in it, 0 to 1; from a sample where there are many.</param>
public sealed record RangeShare(int ShardId, object? FirstKey, double Share);
