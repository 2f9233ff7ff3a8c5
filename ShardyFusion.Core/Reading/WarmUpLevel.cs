namespace ShardyFusion.Reading;

/// <summary>How much of a snapshot is read before anybody asks for its keys.</summary>
public enum WarmUpLevel
{
    /// <summary>Every shard is opened, so that a get costs one block; under the download mode every shard is copied to the local
    /// cache.</summary>
    Metadata,
    /// <summary>Every block is read too, as far as the memory budget allows where blocks are kept there.</summary>
    Full,
}
