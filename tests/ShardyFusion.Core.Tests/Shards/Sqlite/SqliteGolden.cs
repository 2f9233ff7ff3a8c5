using System.Formats.Tar;
using System.IO.Compression;
using ShardyFusion.Core.Tests.Golden;
using ShardyFusion.Core.Tests.Shards.Sqlite;

[assembly: AssemblyFixture(typeof(SqliteGolden))]

namespace ShardyFusion.Core.Tests.Shards.Sqlite;

/// <summary>Snapshots with SQLite shards written by both versions of shardyfusion, unpacked when the first test asks for one.</summary>
public sealed class SqliteGolden : IDisposable
{
    readonly Lazy<string> root = new(Unpack);

    /// <summary>Their names; those of the later version, whose manifests are SQLite files, begin with <c>head</c>.</summary>
    public static TheoryData<string> Names => ["hash-u64be", "hash-u32be", "hash-utf8", "hash-raw", "cel-direct", "cel-range-key",
        "cel-two-columns", "cel-range-column", "rollback", "head-hash", "head-cel-values", "head-hash-utf8"];

    /// <summary>One of them; its files must not be changed.</summary>
    internal SqliteSnapshot this[string name] => new(Path.Combine(root.Value, name));

    static string Unpack()
    {
        var folder = Directory.CreateTempSubdirectory("shardyfusion-sqlite-").FullName;
        using var packed = new MemoryStream(GoldenFiles.Read("sqlite", "snapshots.tar.br"));
        using var archive = new BrotliStream(packed, CompressionMode.Decompress);
        TarFile.ExtractToDirectory(archive, folder, overwriteFiles: false);
        return folder;
    }

    public void Dispose()
    {
        if (root.IsValueCreated)
            Directory.Delete(root.Value, recursive: true);
    }
}
