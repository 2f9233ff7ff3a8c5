namespace ShardyFusion.Shards.Sst.Writing;

/// <summary>What a finished shard file holds.</summary>
/// <param name="RowCount">Rows written.</param>
/// <param name="FileBytes">Bytes of the whole file.</param>
/// <param name="TailOffset">Where filter, index, properties, metaindex and footer begin; everything before is data blocks; the file's
/// size where there is no such part.</param>
/// <param name="MinKey">First key; empty without rows.</param>
/// <param name="MaxKey">Last key; empty without rows.</param>
/// <param name="RawKeyBytes">Sum of the key lengths.</param>
/// <param name="RawValueBytes">Sum of the value lengths.</param>
sealed record SstSummary(long RowCount, long FileBytes, long TailOffset, byte[] MinKey, byte[] MaxKey, long RawKeyBytes,
    long RawValueBytes);
