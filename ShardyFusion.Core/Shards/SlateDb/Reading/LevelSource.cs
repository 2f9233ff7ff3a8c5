using ShardyFusion.Shards.SlateDb.Format;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Reading;

/// <summary>The rows of the tables of one level. Reads ahead and leaves the cache alone; checks every block's checksum.</summary>
/// <param name="level">The tables.</param>
/// <param name="range">Which keys.</param>
/// <param name="readBytes">Size of a read, at most, but never less than a block. Two of them are in memory.</param>
/// <param name="cancellationToken">Cancels the reads.</param>
sealed class LevelSource(OpenLevel level, KeyRange range, int readBytes, CancellationToken cancellationToken) : RowSource
{
    int view = -1, block, behind;
    RowWalker? walker;
    bool isInBlock;
    BlockChunk chunk;
    ReadOnlyMemory<byte> stored;
    Task<ReadOnlyMemory<byte>>? ahead;

    SlateTable Table => level.Views[view].Table;

    public override ReadOnlySpan<byte> Key => walker!.Key;

    public override FoundRow Row => FoundRow.Of(walker!, Table.Format);

    public override bool TryMove()
    {
        while (isInBlock)
        {
            if (!walker!.MoveNext())
            {
                Table.RequireEnd(walker.Key, block);
                isInBlock = false;
                block++;
            }
            else if (IsWanted(walker.Key))
            {
                return true;
            }
        }
        return false;
    }

    bool IsWanted(ReadOnlySpan<byte> key) => (range.IsAll || range.Contains(key)) && level.Views[view].Shows(key);

    public override async ValueTask<bool> ReadOnAsync()
    {
        while (true)
        {
            while (walker is null || block >= behind)
                if (!OpenNextTable())
                    return false;
            if (block >= chunk.End)
            {
                var next = ahead ?? ReadFromAsync(block);
                chunk = Table.Loader.ChunkFrom(block, behind, readBytes);
                stored = await next.ConfigureAwait(false);
                ahead = chunk.End < behind ? ReadFromAsync(chunk.End) : null;
            }
            Table.OpenAt(walker!, block, Table.Loader.Open(block, chunk, stored));
            isInBlock = true;
            if (IsWanted(walker!.Key) || TryMove())
                return true;
        }
    }

    Task<ReadOnlyMemory<byte>> ReadFromAsync(int first) =>
        Table.Loader.ReadAsync(Table.Loader.ChunkFrom(first, behind, readBytes), cancellationToken);

    bool OpenNextTable()
    {
        if (++view >= level.Views.Length)
            return false;
        walker = Table.NewWalker();
        block = range.From.IsEmpty ? 0 : Table.Index.Find(range.From.Span);
        behind = range.End is { } end ? LastFor(end.Span) + 1 : Table.BlockCount;
        chunk = new BlockChunk(block, block, 0);
        return true;
    }

    // A key's rows may fill several blocks.
    int LastFor(ReadOnlySpan<byte> end)
    {
        var last = Table.Index.Find(end);
        while (last + 1 < Table.BlockCount && Table.Index.CompareToSeparator(end, last) >= 0)
            last++;
        return last;
    }

    public override async ValueTask DisposeAsync()
    {
        // A caller who leaves early must not find this read going on, or its error unobserved.
        if (ahead is not null)
            await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
