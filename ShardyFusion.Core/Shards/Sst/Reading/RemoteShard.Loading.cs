namespace ShardyFusion.Shards.Sst.Reading;

sealed partial class RemoteShard
{
    /// <summary>Brings blocks into the cache before anybody asks for their keys; those that are there, or on their way, are left
    /// alone.</summary>
    /// <param name="chunk">The blocks.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>Stored bytes of the blocks that were read.</returns>
    /// <exception cref="Errors.ShardCorruptException">A block is damaged.</exception>
    public async Task<long> LoadAsync(BlockChunk chunk, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        var owned = new SortedDictionary<int, BlockCache.Claim>();
        var bytes = 0L;
        for (var ordinal = chunk.First; ordinal < chunk.End; ordinal++)
        {
            if (!cache.TryClaim(id, ordinal, out var claim))
                continue;
            owned.Add(ordinal, claim);
            bytes += table.Index[ordinal].EndWithTrailer - table.Index[ordinal].Offset;
        }
        await LoadRunsAsync(SplitIntoRuns(owned), cancellationToken).ConfigureAwait(false);
        return bytes;
    }
}
