namespace ShardyFusion.Shards.Sst.Reading;

sealed partial class RemoteShard
{
    /// <inheritdoc/>
    public IEnumerable<ShardPart> Parts(int mostBytes)
    {
        for (var next = 0; next < table.Index.Count;)
        {
            var chunk = table.ChunkFrom(next, mostBytes);
            yield return new ShardPart(0, chunk);
            next = chunk.End;
        }
    }

    /// <inheritdoc/>
    public async Task<long> LoadAsync(ShardPart part, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        var chunk = part.Blocks;
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
