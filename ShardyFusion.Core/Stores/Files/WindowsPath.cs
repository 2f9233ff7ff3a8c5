namespace ShardyFusion.Stores.Files;

/// <summary>Tells paths of Windows where they mean nothing.</summary>
static class WindowsPath
{
    /// <summary>True on another system for <c>C:\data</c>, <c>C:/data</c> and <c>\\server\share</c>, which would be names of files
    /// there.</summary>
    public static bool IsForeign(string path) => !OperatingSystem.IsWindows()
        && (path.StartsWith(@"\\", StringComparison.Ordinal) || (path is [var drive, ':', '\\' or '/', ..] && char.IsAsciiLetter(drive)));
}
