namespace ShardyFusion.Building.Sorting;

/// <summary>Rows by shard, sorted. Shards may be opened by several threads at once.</summary>
interface IShardRowSource
{
    /// <summary>True when the shard has rows.</summary>
    bool HasRows(int dbId);

    /// <summary>Appends cursors over the rows of one shard; each has distinct keys, and each is to be disposed.</summary>
    /// <param name="dbId">The shard.</param>
    /// <param name="spillBufferBytes">Room for reading each run that lies on disk.</param>
    /// <param name="cursors">Gets the cursors.</param>
    /// <returns>Rows dropped already because another has the same key.</returns>
    long Open(int dbId, int spillBufferBytes, List<RowCursor> cursors);
}
