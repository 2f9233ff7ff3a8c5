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
/// neither read nor written; others are downloaded and moved. For one export.</summary>
/// <param name="store">Where the snapshot lies.</param>
/// <param name="manifest">The snapshot.</param>
/// <param name="options">The column families.</param>
sealed class DatabaseExport(IObjectStore store, Manifest manifest, ExportOptions options)
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
        RequireWholeTables();
        var writer = OptionalWriters.RocksDb;
        writer.Require();
        var parent = RequireAbsent(target);
        var staging = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            var copies = Directory.CreateDirectory(Path.Combine(staging, "shards")).FullName;
            var tables = new DatabaseTable[manifest.Shards.Count];
            var mode = DefaultMode(staging);
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
            var database = Path.Combine(staging, "database");
            await Task.Run(() => writer.Create(database, tables, cancellationToken), cancellationToken).ConfigureAwait(false);
            var bytes = new DirectoryInfo(database).EnumerateFiles().Sum(file => file.Length);
            Directory.Move(database, target);
            FolderFlush.Flush(parent);
            return (manifest.RowCount, bytes);
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

    void RequireWholeTables()
    {
        if ((options.FirstKey ?? options.LastKey ?? options.KeyPrefix) is not null)
            throw Invalid("A RocksDB database takes whole shards: bounds of keys do not apply.",
                "Leave them out, or write a file of rows.");
        if (options.GuardFormulas) throw Invalid("Formulas are guarded in CSV files only.", "Leave the guard out.");
        if (!manifest.HasTableShards())
            throw Invalid($"The shards of run '{manifest.Required.RunId}' are no RocksDB tables.",
                "Copy the snapshot with another number of shards, which writes them anew, and export the copy.");
        if (!options.ColumnFamilyPerShard && !manifest.CreateRouter().IsByKeyAlone)
            throw Invalid($"Run '{manifest.Required.RunId}' is sharded by more than the key: several shards may hold one key, and a column "
                + "family holds it once.", "Give each shard a column family of its own.");
        if (manifest.Shards.FirstOrDefault(shard => store.LocalPath(shard.ObjectKey) is null && (shard.Sha256 is null
            || shard.DbBytes is null)) is { } unknown)
            throw Invalid($"The manifest of run '{manifest.Required.RunId}' states neither size nor hash of shard {unknown.DbId}.",
                "Copy the snapshot with another number of shards, which writes them anew, and export the copy.");
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
