namespace ShardyFusion.Shards;

/// <summary>What the shards of a snapshot are made as.</summary>
public enum ShardFormat
{
    /// <summary>RocksDB table files, this project's own: fastest to read and to write.</summary>
    RocksDb,
    /// <summary>SQLite files, for readers of shardyfusion.</summary>
    Sqlite,
}
