namespace ShardyFusion.Catalog;

/// <summary>What is wrong with a snapshot.</summary>
public enum VerifyFault
{
    /// <summary>The manifest contradicts its name.</summary>
    Manifest,
    /// <summary>What the level asks for cannot be checked: foreign shards, a strategy that cannot be followed, no hash stated.</summary>
    NotCheckable,
    /// <summary>A shard object is missing.</summary>
    Missing,
    /// <summary>A shard object has another size than the manifest states.</summary>
    WrongSize,
    /// <summary>A shard's SHA-256 is not the one that the manifest states.</summary>
    WrongHash,
    /// <summary>A shard file is damaged: a block's checksum or structure, the order of keys, the file's metadata.</summary>
    Damaged,
    /// <summary>A shard holds more or fewer rows than the manifest states.</summary>
    WrongRowCount,
    /// <summary>A shard's smallest or largest key is not the one that the manifest states.</summary>
    WrongKeyRange,
    /// <summary>Keys lie on another shard than the one that a read asks.</summary>
    Misrouted,
}
