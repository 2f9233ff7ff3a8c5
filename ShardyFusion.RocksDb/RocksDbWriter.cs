using ShardyFusion.Maintenance;
using ShardyFusion.RocksDb.Databases;
using ShardyFusion.RocksDb.Native;

namespace ShardyFusion.RocksDb;

/// <summary>Makes RocksDB databases of shard files; found by its name when the first is asked for. Stateless.</summary>
sealed class RocksDbWriter : IDatabaseWriter
{
    /// <inheritdoc/>
    public void Require() => LibraryFinder.Require();

    /// <inheritdoc/>
    public void Create(string folder, IReadOnlyList<DatabaseTable> tables, CancellationToken cancellationToken)
    {
        using var database = NewDatabase.Create(folder);
        // In one step for each family, so that files whose keys lie between each other's need no compaction in between.
        foreach (var family in tables.GroupBy(table => table.Family))
        {
            cancellationToken.ThrowIfCancellationRequested();
            database.Ingest(family.Key, [.. family]);
            foreach (var table in family)
            {
                foreach (var row in table.Sample) database.RequireRow(table, row.Key, row.Value);
            }
        }
    }
}
