using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace ShardyFusion.Core.Tests.Oracle;

/// <summary>One row as the oracle's row files hold it.</summary>
public readonly record struct OracleRow(byte[] Key, byte[] Value);

/// <summary>The real RocksDB, behind a small C++ program that is compiled on first use.</summary>
/// <remarks>
/// Needs g++ and librocksdb-dev; sst_dump comes with rocksdb-tools. Where they are missing the calling test is skipped, and
/// fails instead when the environment variable CI is true.
/// </remarks>
public sealed class RocksOracle
{
    static readonly Lazy<(RocksOracle? Oracle, string Why)> Instance = new(Build);
    readonly string _program;

    RocksOracle(string program) => _program = program;

    /// <summary>The oracle; skips or fails the test where it can't be had.</summary>
    public static RocksOracle Require()
    {
        var (oracle, why) = Instance.Value;
        if (oracle is not null)
            return oracle;
        return SkipOrFail($"RocksDB oracle not available: {why}. Install with: apt-get install g++ librocksdb-dev rocksdb-tools");
    }

    /// <summary>The oracle, or null where it can't be had and need not be (see the remarks).</summary>
    public static RocksOracle? Find() =>
        Instance.Value.Oracle ?? (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase)
            ? Require() : null);

    static RocksOracle SkipOrFail(string message)
    {
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
            Assert.Fail(message);
        Assert.Skip(message);
        throw new UnreachableException();
    }

    /// <summary>Has RocksDB write a table.</summary>
    /// <param name="rows">In ascending key order; at least one.</param>
    /// <param name="sstPath">Absolute path of the table to create.</param>
    /// <param name="settings">
    /// name=value: format_version, compression (none snappy zlib lz4 lz4hc zstd bzip2), checksum (none crc32c xxhash xxhash64 xxh3),
    /// block_size, restart_interval, index (binary two_level hash first_key), index_restart_interval, filter (none bloom ribbon partitioned
    /// partitioned_ribbon prefix_only), bits, data_block_hash, metadata_block_size, index_compression, delta_encoding, shortening,
    /// dict_bytes, tombstone, range_tombstone.
    /// </param>
    /// <returns>The table's size in bytes.</returns>
    public long Write(IEnumerable<OracleRow> rows, string sstPath, params string[] settings)
    {
        var rowsPath = sstPath + ".rows";
        WriteRows(rowsPath, rows);
        var result = Run(_program, ["write", rowsPath, sstPath, .. settings]);
        File.Delete(rowsPath);
        return result["file_bytes"];
    }

    /// <summary>Runs many commands of the driver in one process: <c>write ROWS SST</c>, <c>scan SST ROWS</c>, <c>ingest SST ROWS MISSING
    /// DBDIR</c>.</summary>
    /// <param name="planPath">Where to put the list of commands; removed afterwards.</param>
    /// <param name="commands">Command, paths and settings of each.</param>
    /// <returns>What each said, in order; the first that fails ends all with an error that names it.</returns>
    public IReadOnlyList<IReadOnlyDictionary<string, long>> Batch(string planPath, IEnumerable<string[]> commands)
    {
        File.WriteAllLines(planPath, commands.Select(command => string.Join('\t', command)));
        var lines = RunText(_program, ["batch", planPath]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        File.Delete(planPath);
        return [.. lines.Select(Numbers)];
    }

    /// <summary>Has RocksDB verify every checksum and iterate over a table.</summary>
    public IReadOnlyList<OracleRow> Scan(string sstPath, params string[] settings)
    {
        var rowsPath = sstPath + ".scan";
        Run(_program, ["scan", sstPath, rowsPath, .. settings]);
        var rows = ReadRows(rowsPath);
        File.Delete(rowsPath);
        return rows;
    }

    /// <summary>Has RocksDB ingest a table into a new database, get every row, and get keys that are absent.</summary>
    /// <returns>found, wrong, missing, false_hits, bloom_useful, bloom_full_positive (the last two for the absent keys only).</returns>
    public IReadOnlyDictionary<string, long> Ingest(string sstPath, IEnumerable<OracleRow> rows, IEnumerable<byte[]> absentKeys,
        params string[] settings)
    {
        string rowsPath = sstPath + ".rows", missingPath = sstPath + ".missing", dbPath = sstPath + ".db";
        WriteRows(rowsPath, rows);
        WriteKeys(missingPath, absentKeys);
        var result = Run(_program, ["ingest", sstPath, rowsPath, missingPath, dbPath, .. settings]);
        File.Delete(rowsPath);
        File.Delete(missingPath);
        Directory.Delete(dbPath, recursive: true);
        return result;
    }

    /// <summary>Runs one of RocksDB's tools (<c>sst_dump</c>, <c>ldb</c>) and gives its output; the exit code must be 0.</summary>
    public static string Tool(string name, params string[] arguments)
    {
        if (FindOnPath(name) is not { } program)
        {
            SkipOrFail($"{name} not found. Install with: apt-get install rocksdb-tools");
            return "";
        }
        return RunText(program, arguments);
    }

    /// <summary>Writes a row file for the driver.</summary>
    public static void WriteRows(string path, IEnumerable<OracleRow> rows)
    {
        using var file = new BufferedStream(File.Create(path), 1 << 20);
        foreach (var row in rows)
        {
            WritePart(file, row.Key);
            WritePart(file, row.Value);
        }
    }

    /// <summary>Writes a file of keys for the driver.</summary>
    public static void WriteKeys(string path, IEnumerable<byte[]> keys)
    {
        using var file = new BufferedStream(File.Create(path), 1 << 20);
        foreach (var key in keys)
            WritePart(file, key);
    }

    static void WritePart(Stream file, byte[] part)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        file.Write(length);
        file.Write(part);
    }

    /// <summary>Reads a row file of the driver.</summary>
    public static List<OracleRow> ReadRows(string path)
    {
        var rows = new List<OracleRow>();
        using var file = new BinaryReader(new BufferedStream(File.OpenRead(path), 1 << 20));
        while (file.BaseStream.Position < file.BaseStream.Length)
            rows.Add(new OracleRow(file.ReadBytes(file.ReadInt32()), file.ReadBytes(file.ReadInt32())));
        return rows;
    }

    static Dictionary<string, long> Run(string program, string[] arguments) => Numbers(RunText(program, arguments));

    static Dictionary<string, long> Numbers(string text) => text
        .Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('='))
        .ToDictionary(pair => pair[0], pair => long.Parse(pair[1], CultureInfo.InvariantCulture));

    static string RunText(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException(
            $"{Path.GetFileName(program)} {string.Join(' ', arguments)}: exit {process.ExitCode}\n{errors.Result}\n{output}");
    }

    static (RocksOracle?, string) Build()
    {
        if (FindOnPath("g++") is not { } compiler)
            return (null, "g++ not found");
        var source = Path.Combine(AppContext.BaseDirectory, "Oracle", "rocks_oracle.cpp");
        var version = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(source)))[..16];
        var folder = Path.Combine(Path.GetTempPath(), $"shardyfusion-oracle-{version}");
        var program = Path.Combine(folder, "rocks_oracle");
        if (File.Exists(program))
            return (new RocksOracle(program), "");
        try
        {
            Directory.CreateDirectory(folder);
            // Two test runs may build at once: each under its own name, then one rename wins.
            var fresh = $"{program}.{Environment.ProcessId}";
            RunText(compiler, ["-std=c++17", "-O2", source, "-o", fresh, "-lrocksdb"]);
            File.Move(fresh, program, overwrite: true);
            return (new RocksOracle(program), "");
        }
        catch (InvalidOperationException failed)
        {
            return (null, $"the driver does not compile: {failed.Message}");
        }
    }

    static string? FindOnPath(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
