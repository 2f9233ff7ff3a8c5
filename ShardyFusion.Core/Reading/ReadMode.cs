namespace ShardyFusion.Reading;

/// <summary>How shards are read.</summary>
public enum ReadMode
{
    /// <summary>Memory-mapped on a disk store; on a remote store whichever is cheaper.</summary>
    Auto,
    /// <summary>Ranged reads; nothing is kept on disk.</summary>
    Range,
    /// <summary>Whole shards in a local cache, then memory-mapped.</summary>
    Download,
}
