namespace ShardyFusion.Core.Tests.Golden;

/// <summary>The files under Golden/data, as the build copies them beside the tests.</summary>
static class GoldenFiles
{
    public static string Root { get; } = Path.Combine(AppContext.BaseDirectory, "Golden", "data");

    public static byte[] Read(params string[] path) => File.ReadAllBytes(Path.Combine([Root, .. path]));

    public static IEnumerable<string> Names(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);
}
