namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Where the only block that can hold a key is.</summary>
enum BlockPlace
{
    /// <summary>No block can hold it: the filter or the index says so.</summary>
    Nowhere,
    /// <summary>In the cache.</summary>
    Cache,
    /// <summary>To be read.</summary>
    Source,
}
