using System.Runtime.InteropServices;
using ShardyFusion.Errors;
using ShardyFusion.LocalFiles;
using ShardyFusion.RocksDb.Native;

namespace ShardyFusion.RocksDb.Databases;

/// <summary>One column family of a database, as it was when it was opened: only to read, so that its writer may go on. Not
/// thread-safe.</summary>
sealed unsafe class RocksDatabase : IDisposable
{
    /// <summary>A writer may remove a table between the look at the list of tables and its opening.</summary>
    const int MostAttempts = 3;

    /// <summary>A record that is not whole at the end of the log is one that its writer has not finished; anywhere else it is damage.
    /// RocksDB's own default takes damage for the end, and all rows after it would be missing.</summary>
    const int TolerateTornEnd = 0;

    const string Default = "default";

    readonly string folder;
    readonly string family;
    nint database;
    nint defaultHandle, handle;

    RocksDatabase(string folder, string family, FamilySettings settings)
    {
        this.folder = folder;
        this.family = family;
        Settings = settings;
    }

    /// <summary>What decides what the rows are.</summary>
    public FamilySettings Settings { get; }

    /// <summary>Opens a column family.</summary>
    /// <param name="folder">The database.</param>
    /// <param name="family">The column family; null for the one called default.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the library is not installed;
    /// <see cref="ErrorKind.InputInvalid"/>: no database, no such column family, damaged, or of a kind that is not read.</exception>
    public static RocksDatabase Open(string folder, string? family)
    {
        LibraryFinder.Require();
        var path = Path.GetFullPath(folder);
        if (!File.Exists(Path.Combine(path, "CURRENT")))
            throw Invalid($"'{folder}' is no RocksDB database: it has no file CURRENT.", "Name the folder of the database.");
        OptionsFile? file;
        try
        {
            file = OptionsFile.Newest(path);
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            throw FileErrors.Translate(e, "read the options of", path);
        }
        var name = family ?? Default;
        RequireFamily(path, name);
        var opened = new RocksDatabase(path, name, file?.Of(name) ?? FamilySettings.Unknown);
        opened.RequireReadable();
        try
        {
            for (var attempt = 1; opened.TryOpen(LogFolderOf(path, file)) is { } error; attempt++)
            {
                if (attempt == MostAttempts || !error.Contains("No such file", StringComparison.Ordinal)) throw opened.Failed(error);
            }
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Starts at the first row.</summary>
    public RowCursor Rows() => new(database, handle, Failed);

    public void Dispose()
    {
        if (handle != defaultHandle) RocksLibrary.DestroyColumnFamily(handle);
        if (defaultHandle != nint.Zero) RocksLibrary.DestroyColumnFamily(defaultHandle);
        if (database != nint.Zero) RocksLibrary.Close(database);
        database = defaultHandle = handle = nint.Zero;
    }

    /// <summary>What the library said, in terms of what can be done.</summary>
    ShardyFusionException Failed(string error)
    {
        if (error.Contains("merge", StringComparison.OrdinalIgnoreCase))
            return Invalid($"Column family '{family}' of '{folder}' holds merge operands, and what makes values of them is "
                + $"{(Settings.MergeOperator is { } merge ? $"the merge operator {merge}, which is not known here to the last setting"
                    : "not recorded")}: {error}",
                "Compact the column family with its own program, so that no merge operands are left.");
        return Invalid($"Column family '{family}' of '{folder}' cannot be read: {error}",
            "Look whether RocksDB's own tools open it (ldb scan); 'ldb repair' mends what can be mended, on a copy.");
    }

    void RequireReadable()
    {
        if (Settings.Comparator is not { } comparator || comparator is "leveldb.BytewiseComparator" or "rocksdb.ReverseBytewiseComparator")
            return;
        throw Invalid(comparator.EndsWith(".u64ts", StringComparison.Ordinal)
            ? $"Column family '{family}' of '{folder}' has timestamps of its user's (comparator {comparator}): a key has several values."
            : $"Column family '{family}' of '{folder}' orders its keys by a comparator of its own, {comparator}, which is not known here.",
            "Write its rows to a database with RocksDB's own order, or to JSON Lines, and build from that.");
    }

    static void RequireFamily(string path, string family)
    {
        var options = RocksLibrary.CreateOptions();
        try
        {
            var names = RocksLibrary.ListColumnFamilies(options, path, out var count, out var error);
            if (RocksError.Take(error) is { } reason)
                throw Invalid($"The column families of '{path}' cannot be listed: {reason}", "Name the folder of a RocksDB database.");
            List<string> found = [.. Enumerable.Range(0, (int)count).Select(index => Marshal.PtrToStringUTF8(names[index])!)];
            RocksLibrary.DestroyColumnFamilyList(names, count);
            if (!found.Contains(family))
                throw Invalid($"'{path}' has no column family '{family}'; it has: {string.Join(", ", found)}.",
                    "Name one of its column families.");
        }
        finally
        {
            RocksLibrary.DestroyOptions(options);
        }
    }

    /// <summary>Where the log is now. Older versions write down the database's own place, and a copy still names that of the original,
    /// whose log holds other rows.</summary>
    static string LogFolderOf(string path, OptionsFile? file)
    {
        if (file?.LogFolder is not { } named || Directory.EnumerateFiles(path, "*.log").Any()) return path;
        if (Directory.Exists(named)) return named;
        throw Invalid($"The log of '{path}' is kept in '{named}', which is not there; rows that stand only in it would be missing.",
            "Bring that folder back, or flush the database with its own program and empty wal_dir in its OPTIONS file.");
    }

    /// <returns>What the library said against it; null when it is open.</returns>
    string? TryOpen(string logFolder)
    {
        var environment = RocksLibrary.CreateEnvironment();
        var cache = RocksLibrary.CreateCache(8 << 20);
        nint options = nint.Zero;
        nint* names = null, familyOptions = null;
        nuint count = 0;
        try
        {
            RocksLibrary.LoadLatestOptions(folder, environment, 1, cache, out options, out count, out names, out familyOptions,
                out var error);
            if (RocksError.Take(error) is { } reason)
            {
                if (OptionsFile.Newest(folder) is not null) return reason;
                options = RocksLibrary.CreateOptions();
            }
            // The library's own log goes elsewhere: a database does not change by being read.
            using var log = new ScratchFolder();
            RocksLibrary.SetLogFolder(options, log.Path);
            RocksLibrary.SetWriteAheadLogFolder(options, logFolder);
            // All tables are opened at once, so that none that the writer removes meanwhile is missed.
            RocksLibrary.SetMaxOpenFiles(options, -1);
            RocksLibrary.SetSkipStatistics(options, 1);
            RocksLibrary.SetLogRecovery(options, TolerateTornEnd);
            return OpenFamilies(options, OptionsOf(Default), OptionsOf(family));
        }
        finally
        {
            if (names is not null) RocksLibrary.DestroyLatestOptions(options, names, familyOptions, count);
            else if (options != nint.Zero) RocksLibrary.DestroyOptions(options);
            RocksLibrary.DestroyCache(cache);
            RocksLibrary.DestroyEnvironment(environment);
        }

        nint OptionsOf(string name)
        {
            for (var index = 0; index < (int)count; index++)
            {
                if (Marshal.PtrToStringUTF8(names[index]) == name) return familyOptions[index];
            }
            return options;
        }
    }

    string? OpenFamilies(nint options, nint defaultOptions, nint familyOptions)
    {
        var isDefault = family == Default;
        if (!Settings.IsMergeOperatorKnown) RefusingMergeOperator.Set(familyOptions);
        if (!isDefault && defaultOptions != familyOptions) RefusingMergeOperator.Set(defaultOptions);
        var defaultName = Marshal.StringToCoTaskMemUTF8(Default);
        var familyName = Marshal.StringToCoTaskMemUTF8(family);
        try
        {
            var names = stackalloc nint[] { defaultName, familyName };
            var families = stackalloc nint[] { defaultOptions, familyOptions };
            var handles = stackalloc nint[2];
            database = RocksLibrary.OpenForReadOnly(options, folder, isDefault ? 1 : 2, names, families, handles, 0, out var error);
            if (RocksError.Take(error) is { } reason)
            {
                database = nint.Zero;
                return reason;
            }
            defaultHandle = handles[0];
            handle = isDefault ? defaultHandle : handles[1];
            return null;
        }
        finally
        {
            Marshal.FreeCoTaskMem(defaultName);
            Marshal.FreeCoTaskMem(familyName);
        }
    }

    static ShardyFusionException Invalid(string message, string advice) =>
        new(ErrorKind.InputInvalid, message) { RecommendedAction = advice };
}
