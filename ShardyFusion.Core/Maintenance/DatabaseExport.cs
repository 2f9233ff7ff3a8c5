using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.LocalFiles;
using ShardyFusion.Reading;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Maintenance;

/// <summary>Makes a RocksDB database of the shards of one snapshot: their files, as they are. Local ones are linked, so that bytes are
/// neither read nor written; others are downloaded and moved. A part of the rows, or those of shards of another kind, are written to new
/// tables. For one export.</summary>
/// <param name="store">Where the snapshot lies.</param>
/// <param name="manifest">The snapshot.</param>
/// <param name="options">The column families, and which rows.</param>
/// <param name="rows">Goes over these in the order of their keys.</param>
sealed class DatabaseExport(IObjectStore store, Manifest manifest, ExportOptions options,
    Func<CancellationToken, IAsyncEnumerable<PlacedRow>> rows)
{
    /// <summary>The column family that every RocksDB database has.</summary>
    public const string DefaultFamily = "default";

    /// <summary>Rows of each shard that are looked up in the database.</summary>
    const int SampledRows = 16;

    const int Parallelism = 4;

    readonly ShardOpener opener = new(store, manifest, new ReaderOptions { Memory = new BlockCache(0) });
    int shardsDone;
    long rowsDone;

    /// <summary>Writes the database beside its place and moves it there.</summary>
    /// <param name="target">Full path of its folder, which must not exist.</param>
    /// <param name="progress">Told of each shard; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the work; nothing is left behind.</param>
    /// <returns>Rows, and the size of the database's files.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the folder is there, or the snapshot cannot be
    /// exported so; <see cref="ErrorKind.ShardWrite"/>, <see cref="ErrorKind.ShardCorrupt"/>, <see cref="ErrorKind.SnapshotIncomplete"/>,
    /// or a failure of the store or the disk.</exception>
    public async Task<(long Rows, long Bytes)> WriteAsync(string target, IProgress<ShardProgress>? progress,
        CancellationToken cancellationToken)
    {
        RequireFitting();
        var writer = OptionalWriters.RocksDb;
        writer.Require();
        var parent = RequireAbsent(target);
        var staging = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            var shards = Directory.CreateDirectory(Path.Combine(staging, "shards")).FullName;
            var tables = TakesFiles ? await TablesAsync(shards, progress, cancellationToken).ConfigureAwait(false)
                : await new DatabaseTables(shards, options.ColumnFamily ?? DefaultFamily).WriteAsync(rows(cancellationToken), progress,
                    cancellationToken).ConfigureAwait(false);
            var database = Path.Combine(staging, "database");
            await Task.Run(() => writer.Create(database, tables, cancellationToken), cancellationToken).ConfigureAwait(false);
            var bytes = new DirectoryInfo(database).EnumerateFiles().Sum(file => file.Length);
            Directory.Move(database, target);
            FolderFlush.Flush(parent);
            return (tables.Sum(table => table.Rows), bytes);
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            throw FileErrors.Translate(e, "write", target);
        }
        finally
        {
            if (Directory.Exists(staging)) Directory.Delete(staging, recursive: true);
        }
    }

    /// <summary>True when the shards' files can be taken in: all of them, tables, and with a hash where they are downloaded.</summary>
    bool TakesFiles => manifest.HasTableShards() && (options.FirstKey ?? options.LastKey ?? options.KeyPrefix) is null
        && manifest.Shards.All(shard => store.LocalPath(shard.ObjectKey) is not null || (shard.Sha256 is not null
            && shard.DbBytes is not null));

    async Task<IReadOnlyList<DatabaseTable>> TablesAsync(string copies, IProgress<ShardProgress>? progress,
        CancellationToken cancellationToken)
    {
        var tables = new DatabaseTable[manifest.Shards.Count];
        var mode = DefaultMode(copies);
        await Parallel.ForAsync(0, tables.Length, new ParallelOptions
        {
            MaxDegreeOfParallelism = Parallelism,
            CancellationToken = cancellationToken
        }, async (index, token) =>
        {
            tables[index] = await TableOfAsync(manifest.Shards[index], copies, mode, token).ConfigureAwait(false);
            progress?.Report(new ShardProgress(Interlocked.Increment(ref shardsDone), tables.Length,
                Interlocked.Add(ref rowsDone, tables[index].Rows), 0));
        }).ConfigureAwait(false);
        return tables;
    }

    async Task<DatabaseTable> TableOfAsync(ShardEntry entry, string copies, UnixFileMode? mode, CancellationToken cancellationToken)
    {
        var path = store.LocalPath(entry.ObjectKey);
        var isCopy = path is null;
        path ??= Path.Combine(copies, string.Create(CultureInfo.InvariantCulture, $"{entry.DbId:D5}.sst"));
        using var shard = isCopy ? await opener.OpenCopyAsync(entry, path, cancellationToken).ConfigureAwait(false)
            : opener.OpenMapped(entry);
        if (isCopy && mode is { } usual && !OperatingSystem.IsWindows()) File.SetUnixFileMode(path, usual);
        var family = options.ColumnFamilyPerShard ? FamilyOf(entry.DbId) : options.ColumnFamily ?? DefaultFamily;
        return new DatabaseTable(path, family, isCopy, entry.RowCount, ShardSample.Of(shard, SampledRows));
    }

    /// <summary>The column family of a shard, called as its folder in the snapshot.</summary>
    public static string FamilyOf(int dbId) => string.Create(CultureInfo.InvariantCulture, $"db={dbId:D5}");

    void RequireFitting()
    {
        if (options.GuardFormulas) throw Invalid("Formulas are guarded in CSV files only.", "Leave the guard out.");
        if (options.ColumnFamilyPerShard && !TakesFiles)
            throw Invalid("A column family for each shard takes whole shards that are RocksDB tables: bounds of keys, and shards of other "
                + "kinds, go to one column family.", "Name one column family, or none.");
        if (!options.ColumnFamilyPerShard && !manifest.CreateRouter().IsByKeyAlone)
            throw Invalid($"Run '{manifest.Required.RunId}' is sharded by more than the key: several shards may hold one key, and a column "
                + "family holds it once.", "Give each shard a column family of its own.");
    }

    /// <returns>The folder that it will lie in.</returns>
    static string RequireAbsent(string target)
    {
        if (FileStatus.Of(target).Type != FileType.None)
            throw Invalid($"'{target}' already exists; a database is not replaced.", "Name another folder, or move that one away.", target);
        return Path.GetDirectoryName(target) is { } parent && Directory.Exists(parent) ? parent
            : throw Invalid($"The database '{target}' cannot be written: its folder's parent does not exist.", "Create it first.", target);
    }

    /// <summary>The mode that files get here; what is downloaded is private at first.</summary>
    static UnixFileMode? DefaultMode(string folder)
    {
        if (OperatingSystem.IsWindows()) return null;
        var trial = Path.Combine(folder, "mode");
        File.Create(trial).Dispose();
        return File.GetUnixFileMode(trial);
    }

    static ShardyFusionException Invalid(string message, string advice, string? target = null) =>
        new(ErrorKind.ConfigValidation, message) { Target = target, RecommendedAction = advice };
}
