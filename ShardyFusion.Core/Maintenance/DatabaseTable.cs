namespace ShardyFusion.Maintenance;

/// <summary>A shard's file as a database takes it in.</summary>
/// <param name="Path">Full path of the file.</param>
/// <param name="Family">The column family.</param>
/// <param name="IsCopy">True for a file that was made for this and may be moved; false for a snapshot's own, which stays as it is.</param>
/// <param name="Rows">Rows in it.</param>
/// <param name="Sample">Some of them, to be looked up afterwards.</param>
sealed record DatabaseTable(string Path, string Family, bool IsCopy, long Rows,
    IReadOnlyList<KeyValuePair<byte[], byte[]>> Sample);
