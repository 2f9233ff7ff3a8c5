namespace ShardyFusion.Building.Shards;

/// <summary>One of them.</summary>
/// <param name="Key">Its key, relative to the store it lies on.</param>
/// <param name="Bytes">Its size.</param>
public sealed record ShardFile(string Key, long Bytes)
{
    /// <summary>The shard that it is by its place; null when only its keys can tell.</summary>
    public int? ShardId { get; init; }

    /// <summary>The attempt that it is by its place, from 0.</summary>
    public int Attempt { get; init; }
}
