namespace ShardyFusion.Reading;

/// <summary>Where an answer came from.</summary>
public enum LookupSource
{
    /// <summary>The shard is empty or its filter says no: nothing was read.</summary>
    Filter,
    /// <summary>A mapped local file.</summary>
    Disk,
    /// <summary>The block cache.</summary>
    Cache,
    /// <summary>A request to the store.</summary>
    Store,
}
