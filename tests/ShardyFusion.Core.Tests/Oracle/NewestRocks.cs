using System.Globalization;
using System.Runtime.InteropServices;
using RocksDbSharp;

namespace ShardyFusion.Core.Tests.Oracle;

/// <summary>The newest RocksDB, in this process: what the package RocksDB brings. The oldest is <see cref="RocksOracle"/>.</summary>
static unsafe class NewestRocks
{
    static readonly Dictionary<string, string> compressions = new()
    {
        ["none"] = "kNoCompression",
        ["snappy"] = "kSnappyCompression",
        ["zlib"] = "kZlibCompression",
        ["bzip2"] = "kBZip2Compression",
        ["lz4"] = "kLZ4Compression",
        ["lz4hc"] = "kLZ4HCCompression",
        ["zstd"] = "kZSTD",
    };

    static readonly Dictionary<string, string> checksums = new()
    {
        ["none"] = "kNoChecksum",
        ["crc32c"] = "kCRC32c",
        ["xxhash"] = "kxxHash",
        ["xxhash64"] = "kxxHash64",
        ["xxh3"] = "kXXH3",
    };

    /// <summary>Writes a table.</summary>
    /// <param name="rows">In ascending key order; at least one.</param>
    /// <param name="path">The table to create.</param>
    /// <param name="settings">As of <see cref="RocksOracle.Write"/>, without deletions; and any of RocksDB's options of a table as
    /// <c>table.name</c>, of a column family as <c>family.name</c>.</param>
    public static void Write(IEnumerable<OracleRow> rows, string path, IReadOnlyDictionary<string, string> settings)
    {
        var native = Native.Instance;
        var options = OptionsOf(settings);
        var environment = native.rocksdb_envoptions_create();
        var writer = native.rocksdb_sstfilewriter_create(environment, options);
        try
        {
            native.rocksdb_sstfilewriter_open(writer, path);
            foreach (var row in rows)
                native.rocksdb_sstfilewriter_put(writer, row.Key, (nuint)row.Key.Length, row.Value, (nuint)row.Value.Length);
            native.rocksdb_sstfilewriter_finish(writer);
        }
        finally
        {
            native.rocksdb_sstfilewriter_destroy(writer);
            native.rocksdb_envoptions_destroy(environment);
            native.rocksdb_options_destroy(options);
        }
    }

    /// <summary>Takes tables into a new database, a column family each, and gives what each holds, by iteration with all
    /// checksums.</summary>
    /// <param name="folder">The database; must not exist.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="look">Told the number of a table, its rows, and how to get a key of it.</param>
    public static void Ingest(string folder, IReadOnlyList<string> tables,
        Action<int, List<OracleRow>, Func<byte[], byte[]?>> look)
    {
        var families = new ColumnFamilies();
        for (var i = 0; i < tables.Count; i++) families.Add($"{i}", new ColumnFamilyOptions());
        using var database = RocksDbSharp.RocksDb.Open(new DbOptions().SetCreateIfMissing().SetCreateMissingColumnFamilies(), folder,
            families);
        for (var i = 0; i < tables.Count; i++)
        {
            var family = database.GetColumnFamily($"{i}");
            database.IngestExternalFiles([tables[i]], new IngestExternalFileOptions(), family);
            var rows = new List<OracleRow>();
            using var iterator = database.NewIterator(family, new ReadOptions().SetVerifyChecksums(true));
            for (iterator.SeekToFirst(); iterator.Valid(); iterator.Next()) rows.Add(new OracleRow(iterator.Key(), iterator.Value()));
            Native.Instance.rocksdb_iter_get_error(iterator.Handle);
            look(i, rows, key => database.Get(key, family));
        }
    }

    static nint OptionsOf(IReadOnlyDictionary<string, string> settings)
    {
        var text = Marshal.StringToCoTaskMemUTF8(TextOf(settings));
        var plain = Native.Instance.rocksdb_options_create();
        var options = Native.Instance.rocksdb_options_create();
        try
        {
            Native.Instance.rocksdb_get_options_from_string(plain, text, options);
            return options;
        }
        finally
        {
            Native.Instance.rocksdb_options_destroy(plain);
            Marshal.FreeCoTaskMem(text);
        }
    }

    static string TextOf(IReadOnlyDictionary<string, string> settings)
    {
        var table = new List<string>();
        var family = new List<string>();
        var filter = settings.GetValueOrDefault("filter", "bloom");
        var isPartitioned = filter.StartsWith("partitioned", StringComparison.Ordinal);
        foreach (var (name, value) in settings)
        {
            switch (name)
            {
                case "format_version" or "block_size" or "metadata_block_size": table.Add($"{name}={value}"); break;
                case "restart_interval": table.Add($"block_restart_interval={value}"); break;
                case "index_restart_interval": table.Add($"index_block_restart_interval={value}"); break;
                case "index_compression": table.Add($"enable_index_compression={(value == "1" ? "true" : "false")}"); break;
                case "delta_encoding": table.Add($"use_delta_encoding={(value == "1" ? "true" : "false")}"); break;
                case "data_block_hash" when value == "1": table.Add("data_block_index_type=kDataBlockBinaryAndHash"); break;
                case "compression": family.Add($"compression={compressions[value]}"); break;
                case "checksum": table.Add($"checksum={checksums[value]}"); break;
                case "dict_bytes":
                    family.Add(string.Create(CultureInfo.InvariantCulture,
                    $"compression_opts={{max_dict_bytes={value};}}")); break;
                case "shortening":
                    table.Add("index_shortening=" + value switch
                    {
                        "none" => "kNoShortening",
                        "separators" => "kShortenSeparators",
                        _ => "kShortenSeparatorsAndSuccessor",
                    });
                    break;
                case "index" when !isPartitioned:
                    table.Add("index_type=" + value switch
                    {
                        "two_level" => "kTwoLevelIndexSearch",
                        "first_key" => "kBinarySearchWithFirstKey",
                        "hash" => "kHashSearch",
                        _ => "kBinarySearch",
                    });
                    break;
                case var other when other.StartsWith("table.", StringComparison.Ordinal): table.Add($"{other[6..]}={value}"); break;
                case var other when other.StartsWith("family.", StringComparison.Ordinal): family.Add($"{other[7..]}={value}"); break;
            }
        }
        if (filter != "none")
        {
            var bits = settings.GetValueOrDefault("bits", "10");
            table.Add(filter.EndsWith("ribbon", StringComparison.Ordinal) ? $"filter_policy=ribbonfilter:{bits}"
                : $"filter_policy=bloomfilter:{bits}:false");
        }
        if (isPartitioned) table.AddRange(["partition_filters=true", "index_type=kTwoLevelIndexSearch"]);
        if (filter == "prefix_only") table.Add("whole_key_filtering=false");
        if (filter == "prefix_only" || settings.GetValueOrDefault("index") == "hash") family.Add("prefix_extractor=rocksdb.CappedPrefix.4");
        return $"block_based_table_factory={{{string.Join(';', table)};}};{string.Join(';', family)};";
    }
}
