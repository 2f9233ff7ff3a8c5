using System.Runtime.CompilerServices;

namespace ShardyFusion.Core.Tests.House;

/// <summary>The checkout that these tests were compiled from.</summary>
static class SourceTree
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", ".."));

    /// <summary>The C# files below a folder that people write.</summary>
    public static IEnumerable<string> FilesBelow(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    /// <summary>As <see cref="FilesBelow"/>, for a folder of the checkout.</summary>
    public static IEnumerable<string> FilesIn(string folder) => FilesBelow(Path.Combine(Root, folder));

    static string Here([CallerFilePath] string path = "") => path;
}
