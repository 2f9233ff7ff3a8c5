using System.Globalization;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Core.Tests.Oracle;

/// <summary>What the comparisons with RocksDB range over.</summary>
public static class OracleMatrix
{
    /// <summary>Of the configurations; an issue that a run finds is repeated with the same seed.</summary>
    public static int Seed { get; } = Number("SHARDYFUSION_ORACLE_SEED", 20_260_401);

    /// <summary>Configurations of each matrix at least, when that is more than all pairs need; the others are random.</summary>
    public static int Files { get; } = Number("SHARDYFUSION_ORACLE_FILES", 0);

    static readonly Dimension Shape = new("shape", OracleRows.Shapes);
    static readonly Dimension Rows = new("rows", "1", "2", "17", "500", "4000");

    /// <summary>The settings of RocksDB under which its files are read, without <c>format_version</c> and <c>compression</c>.</summary>
    static readonly Dimension[] TableSettings =
    [
        new("block_size", "512", "4096", "16384", "65536"),
        new("restart_interval", "1", "2", "16", "64"),
        new("index", "binary", "two_level", "hash", "first_key"),
        new("filter", "none", "bloom", "ribbon", "partitioned", "partitioned_ribbon", "prefix_only"),
        new("bits", "2", "10", "30"),
        new("checksum", "none", "crc32c", "xxhash", "xxhash64", "xxh3"),
        new("index_restart_interval", "1", "16"),
        new("index_compression", "0", "1"),
        new("data_block_hash", "0", "1"),
        new("delta_encoding", "0", "1"),
        new("shortening", "none", "separators", "successor"),
        new("metadata_block_size", "256", "4096"),
    ];

    /// <summary>The options of our writer.</summary>
    public static IReadOnlyList<Dimension> Ours { get; } =
    [
        Shape, Rows,
        new("compression", Enum.GetNames<ShardCompression>()),
        new("checksum", Enum.GetNames<ShardChecksum>()),
        new("block_size", "256", "512", "4096", "65536", "1048576", "16777216"),
        new("restart_interval", "1", "2", "16", "64", "1024"),
        new("bits", "0", "1", "3", "4.5", "10", "20", "100"),
    ];

    /// <summary>The settings of RocksDB under which its files are read.</summary>
    /// <param name="formatVersions">Those that the installed RocksDB writes.</param>
    public static IReadOnlyList<Dimension> Theirs(IEnumerable<string> formatVersions) =>
    [
        Shape, Rows, new("format_version", [.. formatVersions]), new("compression", "none", "snappy", "zlib", "lz4", "lz4hc", "zstd"),
            .. TableSettings,
    ];

    /// <summary>The format versions that this reader knows and the installed RocksDB writes: 7.8 knows 2 to 5, later ones 6 too.</summary>
    public static IReadOnlyList<string> FormatVersions(RocksOracle oracle, OracleFolder folder)
    {
        List<string> versions = ["2", "3", "4", "5"];
        try
        {
            oracle.Write(OracleRows.Make("dense", 1), folder.File("v6.sst"), "format_version=6");
            versions.Add("6");
        }
        catch (InvalidOperationException refused) when (refused.Message.Contains("format_version", StringComparison.Ordinal))
        {
            // Golden/data/rocksdb has a file of version 6 from a later RocksDB.
        }
        return versions;
    }

    /// <summary>Rows of a configuration's shape; values of 16 MiB are few.</summary>
    public static int RowCount(IReadOnlyDictionary<string, string> configuration)
    {
        var rows = int.Parse(configuration["rows"], CultureInfo.InvariantCulture);
        return configuration["shape"] switch { "large_value" => Math.Min(rows, 2), "long_keys" => Math.Min(rows, 60), _ => rows };
    }

    /// <summary>A configuration as the driver's settings.</summary>
    public static string[] Settings(IReadOnlyDictionary<string, string> configuration) =>
        [.. configuration.Where(pair => pair.Key is not ("shape" or "rows")).Select(pair => $"{pair.Key}={pair.Value}")];

    /// <summary>A configuration for messages.</summary>
    public static string Describe(IReadOnlyDictionary<string, string> configuration) =>
        $"{string.Join(' ', configuration.Select(pair => $"{pair.Key}={pair.Value}"))} (seed {Seed})";

    static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
            ? number : otherwise;
}
