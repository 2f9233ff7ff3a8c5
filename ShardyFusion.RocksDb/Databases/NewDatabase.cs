using System.Globalization;
using System.Runtime.InteropServices;
using ShardyFusion.Errors;
using ShardyFusion.Maintenance;
using ShardyFusion.RocksDb.Native;

namespace ShardyFusion.RocksDb.Databases;

/// <summary>A database that is being made of tables. Not thread-safe. What it wrote is durable once it is disposed of.</summary>
sealed unsafe class NewDatabase : IDisposable
{
    const string Default = "default";

    readonly string folder;
    readonly nint options;
    readonly nint database;
    readonly nint readOptions;
    readonly Dictionary<string, nint> families = new(StringComparer.Ordinal);

    NewDatabase(string folder, nint options, nint database)
    {
        this.folder = folder;
        this.options = options;
        this.database = database;
        readOptions = RocksLibrary.CreateReadOptions();
        RocksLibrary.SetVerifyChecksums(readOptions, 1);
        families[Default] = RocksLibrary.DefaultColumnFamily(database);
    }

    /// <summary>Makes an empty one.</summary>
    /// <param name="folder">Must not exist.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardWrite"/>: the library cannot make it.</exception>
    public static NewDatabase Create(string folder)
    {
        LibraryFinder.Require();
        var options = RocksLibrary.CreateOptions();
        RocksLibrary.SetCreateIfMissing(options, 1);
        RocksLibrary.SetErrorIfExists(options, 1);
        var database = RocksLibrary.Open(options, folder, out var error);
        if (RocksError.Take(error) is { } reason)
        {
            RocksLibrary.DestroyOptions(options);
            throw Failed($"The database '{folder}' cannot be made: {reason}");
        }
        // The files stay as they are until their reader compacts them.
        RocksLibrary.PauseBackgroundWork(database, out error);
        var made = new NewDatabase(folder, options, database);
        if (RocksError.Take(error) is not { } refused) return made;
        made.Dispose();
        throw Failed($"The database '{folder}' cannot be made: {refused}");
    }

    /// <summary>Takes tables into a column family, made first if need be: all of them or none.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardWrite"/>: one is no table that RocksDB takes, or the disk
    /// failed; or the family does not hold as many rows as they.</exception>
    public void Ingest(string family, IReadOnlyList<DatabaseTable> tables)
    {
        var handle = HandleOf(family);
        foreach (var kind in tables.GroupBy(table => table.IsCopy))
        {
            string[] files = [.. kind.Select(table => table.Path)];
            if (Ingest(handle, files, kind.Key ? RocksLibrary.SetMoveFiles : RocksLibrary.SetLinkFiles) is not { } refused) continue;
            // Where links are refused, to files of others for one, copies are not.
            if (!IsLinkRefused(refused)) throw Failed($"RocksDB does not take the shards of '{folder}' in: {refused}");
            if (Ingest(handle, files, null) is { } reason) throw Failed($"RocksDB does not take the shards of '{folder}' in: {reason}");
        }
        RequireRows(family, handle, tables.Sum(table => table.Rows));
    }

    /// <summary>Looks a row up.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ShardWrite"/>: it is not there, or has another value.</exception>
    public void RequireRow(DatabaseTable table, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        byte* found;
        nuint length;
        nint error;
        fixed (byte* start = key)
            found = RocksLibrary.Get(database, readOptions, families[table.Family], start, (nuint)key.Length, out length, out error);
        if (RocksError.Take(error) is { } reason) throw Failed($"The database '{folder}' cannot be read back: {reason}");
        try
        {
            if (found is null || !new ReadOnlySpan<byte>(found, checked((int)length)).SequenceEqual(value))
                throw Failed($"Key {Convert.ToHexString(key)} (hex) of '{table.Path}' is not in the database, or with another value.");
        }
        finally
        {
            if (found is not null) RocksLibrary.Free((nint)found);
        }
    }

    public void Dispose()
    {
        foreach (var family in families.Values) RocksLibrary.DestroyColumnFamily(family);
        RocksLibrary.DestroyReadOptions(readOptions);
        RocksLibrary.Close(database);
        RocksLibrary.DestroyOptions(options);
        // Of no use to whoever opens the database, and it names the folder that it was made in.
        File.Delete(Path.Combine(folder, "LOG"));
    }

    nint HandleOf(string family)
    {
        if (families.TryGetValue(family, out var handle)) return handle;
        var made = RocksLibrary.CreateColumnFamily(database, options, family, out var error);
        if (RocksError.Take(error) is { } reason) throw Failed($"The column family '{family}' cannot be made: {reason}");
        return families[family] = made;
    }

    /// <returns>What the library said against it; null when the files are taken in.</returns>
    string? Ingest(nint family, string[] files, Action<nint, byte>? how)
    {
        var ingestOptions = RocksLibrary.CreateIngestOptions();
        var paths = files.Select(Marshal.StringToCoTaskMemUTF8).ToArray();
        try
        {
            how?.Invoke(ingestOptions, 1);
            nint error;
            fixed (nint* first = paths) RocksLibrary.Ingest(database, family, first, (nuint)paths.Length, ingestOptions, out error);
            return RocksError.Take(error);
        }
        finally
        {
            foreach (var path in paths) Marshal.FreeCoTaskMem(path);
            RocksLibrary.DestroyIngestOptions(ingestOptions);
        }
    }

    /// <summary>Tables without deletions and with keys that are once in them: RocksDB's estimate is their sum.</summary>
    void RequireRows(string family, nint handle, long expected)
    {
        if (RocksLibrary.IntegerProperty(database, handle, "rocksdb.estimate-num-keys", out var rows) != 0 || rows == (ulong)expected) return;
        throw Failed(string.Create(CultureInfo.InvariantCulture,
            $"Column family '{family}' of the database holds {rows:N0} rows where its shards have {expected:N0}."));
    }

    static bool IsLinkRefused(string reason) => reason.Contains("not permitted", StringComparison.OrdinalIgnoreCase)
        || reason.Contains("denied", StringComparison.OrdinalIgnoreCase)
        || reason.Contains("too many links", StringComparison.OrdinalIgnoreCase);

    static ShardyFusionException Failed(string message) => new(ErrorKind.ShardWrite, message)
    {
        RecommendedAction = "Verify the snapshot (verify --level deep); write a file of rows if RocksDB refuses its tables.",
    };
}
