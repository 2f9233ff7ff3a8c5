using System.Formats.Tar;
using System.IO.Compression;

namespace ShardyFusion.Cli.Tests;

/// <summary>Golden snapshots with SlateDB shards, each a prefix below one folder, under manifests that need no database to be
/// read.</summary>
public sealed class SlateFleet : IDisposable
{
    readonly string root = Directory.CreateTempSubdirectory("shardy-fleet-").FullName;

    public SlateFleet()
    {
        var golden = Path.Combine(AppContext.BaseDirectory, "Golden", "slatedb");
        using var packed = File.OpenRead(Path.Combine(golden, "databases.tar.br"));
        using var archive = new BrotliStream(packed, CompressionMode.Decompress);
        TarFile.ExtractToDirectory(archive, root, overwriteFiles: false);
        foreach (var manifest in Directory.GetFiles(Path.Combine(golden, "manifests")))
        {
            var prefix = PrefixOf(Path.GetFileNameWithoutExtension(manifest));
            File.Copy(manifest,
                Directory.GetFiles(Path.Combine(prefix, "manifests"), "manifest", SearchOption.AllDirectories).Single(), overwrite: true);
            var pointer = Path.Combine(prefix, "_CURRENT");
            File.WriteAllText(pointer,
                File.ReadAllText(pointer).Replace("application/x-sqlite3", "application/x-yaml", StringComparison.Ordinal));
        }
    }

    public string Root => root;

    /// <summary>The prefix of a snapshot.</summary>
    public string PrefixOf(string name) => Path.Combine(root, $"snapshot-{name}", "store", name);

    public void Dispose() => Directory.Delete(root, recursive: true);
}
