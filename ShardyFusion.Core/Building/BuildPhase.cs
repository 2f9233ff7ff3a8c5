namespace ShardyFusion.Building;

/// <summary>The phases of a build.</summary>
public enum BuildPhase
{
    /// <summary>Reading and partitioning rows.</summary>
    Reading,
    /// <summary>Sorting and writing shards.</summary>
    Writing,
    /// <summary>Manifest, guards, pointer.</summary>
    Publishing,
    /// <summary>Finished.</summary>
    Done,
}
