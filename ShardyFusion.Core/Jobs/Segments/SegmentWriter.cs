using ShardyFusion.Building.Sorting;
using ShardyFusion.Stores;

namespace ShardyFusion.Jobs.Segments;

/// <summary>Writes the rows of one map as one object: the sorted rows of each shard, shard after shard, then a table that tells where each
/// one's begin.</summary>
/// <param name="map">The map; rows are numbered by it first, so that they have one order over all maps.</param>
/// <param name="rowsBefore">What is taken off the rows' numbers, so that they count from 1 within the map.</param>
/// <param name="shardCount">Shards, empty ones included.</param>
sealed class SegmentWriter(int map, long rowsBefore, int shardCount)
{
    /// <summary>Most rows of a map: its number and a row's make up 48 bits.</summary>
    public const long MostRows = uint.MaxValue;

    /// <summary>Most maps of a job.</summary>
    public const int MostMaps = 1 << 16;

    const int ChunkBytes = 1 << 20;
    const int SpillBufferBytes = 256 << 10;

    readonly byte[] table = new byte[shardCount * SegmentEntry.Size];
    readonly SegmentHash hash = new();
    byte[] chunk = new byte[ChunkBytes + (64 << 10)];
    int filled;

    /// <summary>Bytes written so far.</summary>
    public long Position { get; private set; }

    /// <summary>Rows written so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows dropped so far, because another has the same key.</summary>
    public long Duplicates { get; private set; }

    /// <summary>The map and the number of the row in it, from a row's ordinal in the object.</summary>
    public static (int Map, long Row) Split(long ordinal) => ((int)(ordinal >> 32), ordinal & MostRows);

    /// <summary>Writes all rows and the table.</summary>
    /// <returns>Where the table begins.</returns>
    public async Task<long> WriteAsync(IShardRowSource source, DuplicateKeys duplicates, IObjectUpload upload,
        CancellationToken cancellationToken)
    {
        var opening = OpenNext(source, 0);
        for (var dbId = 0; dbId < shardCount; dbId++)
        {
            using var rows = await opening.ConfigureAwait(false);
            // Sorted while the one before is written.
            opening = OpenNext(source, dbId + 1);
            if (rows is not null) await WriteShardAsync(dbId, rows, duplicates, upload, cancellationToken).ConfigureAwait(false);
            else new SegmentEntry(Position + filled, 0, 0, 0).Write(EntryOf(dbId), map, dbId);
        }
        await FlushAsync(upload, cancellationToken).ConfigureAwait(false);
        var tableOffset = Position;
        await upload.WriteAsync(table, cancellationToken).ConfigureAwait(false);
        Position += table.Length;
        return tableOffset;
    }

    Task<OpenedShard?> OpenNext(IShardRowSource source, int dbId) => dbId >= shardCount || !source.HasRows(dbId)
        ? Task.FromResult<OpenedShard?>(null) : Task.Run(() => (OpenedShard?)new OpenedShard(source, dbId, SpillBufferBytes));

    async Task WriteShardAsync(int dbId, OpenedShard shard, DuplicateKeys duplicates, IObjectUpload upload,
        CancellationToken cancellationToken)
    {
        var (start, rowsBeforeShard) = (Position + filled, Rows);
        var merger = new RowMerger(shard.Cursors, duplicates);
        while (FillChunk(merger))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await FlushAsync(upload, cancellationToken).ConfigureAwait(false);
        }
        Duplicates += shard.Dropped + merger.Dropped;
        new SegmentEntry(start, Position + filled - start, Rows - rowsBeforeShard, hash.Finish()).Write(EntryOf(dbId), map, dbId);
    }

    /// <returns>False when the rows have ended.</returns>
    bool FillChunk(RowMerger merger)
    {
        while (merger.MoveNext())
        {
            var row = merger.Current;
            var needed = row.TotalBytes;
            if (chunk.Length - filled < needed) Array.Resize(ref chunk, filled + needed);
            var record = chunk.AsSpan(filled, needed);
            RowHeader.Write(record, row.Key.Length, row.Value.Length, (long)map << 32 | (row.Ordinal - rowsBefore));
            row.Key.CopyTo(record[RowSlabs.HeaderBytes..]);
            row.Value.CopyTo(record[(RowSlabs.HeaderBytes + row.Key.Length)..]);
            hash.Add(record);
            filled += needed;
            Rows++;
            if (filled >= ChunkBytes) return true;
        }
        return false;
    }

    async Task FlushAsync(IObjectUpload upload, CancellationToken cancellationToken)
    {
        if (filled == 0) return;
        await upload.WriteAsync(chunk.AsMemory(0, filled), cancellationToken).ConfigureAwait(false);
        Position += filled;
        filled = 0;
    }

    Span<byte> EntryOf(int dbId) => table.AsSpan(dbId * SegmentEntry.Size, SegmentEntry.Size);

    /// <summary>The cursors of one shard, and rows that sorting has dropped.</summary>
    sealed class OpenedShard : IDisposable
    {
        public OpenedShard(IShardRowSource source, int dbId, int spillBufferBytes) =>
            Dropped = source.Open(dbId, spillBufferBytes, Cursors);

        public List<RowCursor> Cursors { get; } = [];

        public long Dropped { get; }

        public void Dispose()
        {
            foreach (var cursor in Cursors) cursor.Dispose();
        }
    }
}
