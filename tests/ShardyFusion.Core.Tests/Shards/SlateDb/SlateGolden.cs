using System.Formats.Tar;
using System.IO.Compression;
using ShardyFusion.Core.Tests.Golden;
using ShardyFusion.Core.Tests.Shards.SlateDb;

[assembly: AssemblyFixture(typeof(SlateGolden))]

namespace ShardyFusion.Core.Tests.Shards.SlateDb;

/// <summary>Databases written by SlateDB itself, unpacked when the first test asks for one.</summary>
public sealed class SlateGolden : IDisposable
{
    readonly Lazy<string> root = new(Unpack);

    /// <summary>Names of all databases and snapshots.</summary>
    public IReadOnlyList<string> Names =>
        [.. Directory.EnumerateDirectories(root.Value).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>One of them; its files must not be changed.</summary>
    internal GoldenDatabase this[string name] => new(Path.Combine(root.Value, name));

    static string Unpack()
    {
        var folder = Directory.CreateTempSubdirectory("shardyfusion-slatedb-").FullName;
        using var packed = new MemoryStream(GoldenFiles.Read("slatedb", "databases.tar.br"));
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
