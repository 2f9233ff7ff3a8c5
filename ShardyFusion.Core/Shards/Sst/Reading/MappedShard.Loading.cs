namespace ShardyFusion.Shards.Sst.Reading;

sealed unsafe partial class MappedShard
{
    /// <summary>Reads blocks before anybody asks for their keys: the system has them in memory then, and no get has to check
    /// them.</summary>
    /// <exception cref="Errors.ShardCorruptException">A block is damaged.</exception>
    public void Load(BlockChunk chunk)
    {
        file.RequireWhole();
        for (var ordinal = chunk.First; ordinal < chunk.End; ordinal++)
        {
            if (IsChecked(ordinal))
                BlockCodec.Verify(StoredBlock(ordinal), table.Footer, table.OriginOf(ordinal));
            else
                GetBlock(ordinal);
        }
        GC.KeepAlive(this);
    }
}
