namespace ShardyFusion.Core.Tests.Faults;

/// <summary>What this process holds open below a folder, as Linux tells; elsewhere nobody can tell and every count is null.</summary>
static class OpenFiles
{
    /// <summary>Mappings of files below the folder.</summary>
    public static int? Mapped(string folder) => OperatingSystem.IsLinux()
        ? File.ReadLines("/proc/self/maps").Count(line => line.Contains(folder, StringComparison.Ordinal)) : null;

    /// <summary>Descriptors open on files below the folder.</summary>
    public static int? Handles(string folder) => OperatingSystem.IsLinux()
        ? Directory.GetFiles("/proc/self/fd").Count(link => TargetOf(link)?.StartsWith(folder, StringComparison.Ordinal) == true) : null;

    /// <summary>What a descriptor is open on; null when it was closed since it was listed, as other tests' files and sockets are.</summary>
    static string? TargetOf(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, false)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
