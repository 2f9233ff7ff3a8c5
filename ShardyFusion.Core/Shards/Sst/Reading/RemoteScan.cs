using System.Runtime.CompilerServices;
using ShardyFusion.Errors;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Goes over the rows of a remote table, reading ahead; the cache is left alone.</summary>
/// <param name="source">The file.</param>
/// <param name="table">What it holds.</param>
/// <param name="blocks">Tells what one read may take, and unpacks it.</param>
sealed class RemoteScan(IShardSource source, SstTable table, RemoteBlocks blocks)
{
    /// <summary>Goes over rows in key order. Every block's checksum is verified.</summary>
    /// <param name="range">Which keys; only blocks that can hold such are read.</param>
    /// <param name="readBytes">Size of a read, at most, but never less than a block. Two of them are in memory.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>Keys and values that the caller may keep.</returns>
    /// <exception cref="ShardCorruptException">A block is damaged, or the shard does not hold the rows it claims.</exception>
    public async IAsyncEnumerable<ShardRow> ReadAsync(KeyRange range, int readBytes,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long rows = 0;
        var first = range.From.IsEmpty ? 0 : Math.Max(0, table.Index.Find(range.From.Span));
        var behind = range.End is { } limit ? table.Index.Find(limit.Span) + 1 : table.Index.Count;
        var next = ReadChunkAsync(first, behind, readBytes, cancellationToken);
        try
        {
            for (var ordinal = first; ordinal < behind;)
            {
                var chunk = await next.ConfigureAwait(false);
                var end = ordinal + chunk.Count;
                next = ReadChunkAsync(end, behind, readBytes, cancellationToken);
                for (; ordinal < end; ordinal++)
                {
                    var blockRows = await RowsOfAsync(ordinal, blocks.StoredIn(chunk.Bytes, chunk.Start, ordinal), cancellationToken)
                        .ConfigureAwait(false);
                    rows += blockRows.Count;
                    foreach (var row in blockRows)
                        if (range.IsAll || range.Contains(row.Key.Span)) yield return row;
                }
            }
        }
        finally
        {
            // A caller who leaves early must not find this read going on, or its error unobserved.
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (range.IsAll && rows != table.RowCount)
            throw new BlockOrigin(table.File, 0).Fault($"the file holds {rows} rows, its properties say {table.RowCount}");
    }

    async ValueTask<List<ShardRow>> RowsOfAsync(int ordinal, ReadOnlyMemory<byte> stored, CancellationToken cancellationToken)
    {
        try
        {
            return RowsOf(blocks.Unpack(ordinal, stored, canKeepStored: true), ordinal);
        }
        catch (ShardCorruptException)
        {
            if (await blocks.ReadAgainAsync(ordinal, stored, cancellationToken).ConfigureAwait(false) is not { } again)
                throw;
            return RowsOf(blocks.Unpack(ordinal, again, canKeepStored: true), ordinal);
        }
    }

    List<ShardRow> RowsOf(ReadOnlyMemory<byte> block, int ordinal)
    {
        var rows = new List<ShardRow>();
        var walker = new DataBlockWalker(table, checksEachRow: false);
        try
        {
            walker.Open(block.Span, ordinal);
            while (walker.MoveNext(block.Span))
                rows.Add(new ShardRow(walker.Key.ToArray(), block.Slice(walker.ValueStart, walker.ValueBytes)));
        }
        finally
        {
            walker.Dispose();
        }
        return rows;
    }

    async Task<(byte[] Bytes, long Start, int Count)> ReadChunkAsync(int first, int behind, int readBytes,
        CancellationToken cancellationToken)
    {
        if (first >= behind)
            return ([], 0, 0);
        var last = first;
        while (last + 1 < behind && blocks.CanJoin(first, last, last + 1, readBytes))
            last++;
        var start = table.Index[first].Offset;
        var bytes = new byte[table.Index[last].EndWithTrailer - start];
        await source.ReadExactlyAsync(start, bytes, cancellationToken).ConfigureAwait(false);
        return (bytes, start, last - first + 1);
    }
}
