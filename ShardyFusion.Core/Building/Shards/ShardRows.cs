using ShardyFusion.Building.Sorting;
using ShardyFusion.Shards;
using ShardyFusion.Shards.Sqlite.Writing;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Building.Shards;

/// <summary>What the files of all shards are made of.</summary>
/// <param name="Source">The rows of all shards.</param>
/// <param name="Duplicates">Decides between rows with equal keys.</param>
/// <param name="Shape">Shape of tables.</param>
/// <param name="Format">What the files are made as.</param>
sealed record ShardRows(IShardRowSource Source, DuplicateKeys Duplicates, SstOptions Shape, ShardFormat Format = ShardFormat.RocksDb)
{
    const int SpillBufferBytes = 256 << 10;

    /// <summary>MIME type of the files.</summary>
    public string ContentType => Format == ShardFormat.Sqlite ? "application/x-sqlite3" : "application/octet-stream";

    /// <summary>Opens the rows of a shard.</summary>
    /// <param name="dbId">The shard.</param>
    /// <param name="cursors">Gets the cursors, each to be disposed.</param>
    /// <returns>Rows dropped for equal keys among those in memory.</returns>
    public long Open(int dbId, List<RowCursor> cursors) => Source.Open(dbId, SpillBufferBytes, cursors);

    /// <summary>A writer for the rows of a shard.</summary>
    public IShardWriter CreateWriter(int dbId) => Format == ShardFormat.Sqlite ? new SqliteWriter(CountPages(dbId))
        : new SstWriter(Shape);

    // A SQLite file names its last page in its first. To go over the rows twice costs less than to keep the file until its end.
    long CountPages(int dbId)
    {
        var cursors = new List<RowCursor>();
        try
        {
            Open(dbId, cursors);
            var rows = new RowMerger(cursors, Duplicates);
            using var counter = new SqliteWriter(0);
            while (rows.MoveNext())
                counter.Add(rows.Current.Key, rows.Current.Value);
            counter.Finish();
            return counter.PageCount;
        }
        finally
        {
            foreach (var cursor in cursors) cursor.Dispose();
        }
    }
}
