using System.Security.Cryptography;

namespace ShardyFusion.Core.Tests.RocksDb;

/// <summary>What a database's folder holds.</summary>
static class DatabaseFolder
{
    /// <summary>Names, times and hashes of all files and folders below.</summary>
    public static List<string> Describe(string folder) => [.. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal).Select(path => Directory.Exists(path) ? path
            : $"{path} {File.GetLastWriteTimeUtc(path).Ticks} {Convert.ToHexString(SHA256.HashData(ReadShared(path)))}")];

    static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        file.CopyTo(copy);
        return copy.ToArray();
    }
}
