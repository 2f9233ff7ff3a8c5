using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ShardyFusion.LocalFiles;

/// <summary>Lets writes go from our memory straight to the disk, past the system's page cache.</summary>
/// <remarks>
/// On Linux, where the file system can do it; elsewhere, and where it cannot, writes go through the cache and only the speed is different.
/// While it is on, every write has to begin and end at a multiple of <see cref="AlignmentBytes"/> in the file and in memory.
/// </remarks>
static partial class DirectWrites
{
    /// <summary>No disk in use has larger sectors.</summary>
    public const int AlignmentBytes = 4096;

    const int GetFlags = 3, SetFlags = 4;

    static int DirectFlag => RuntimeInformation.ProcessArchitecture switch
    {
        _ when !OperatingSystem.IsLinux() => 0,
        Architecture.X64 => 0x4000,
        Architecture.Arm64 => 0x10000,
        _ => 0,
    };

    /// <summary>Switches it on.</summary>
    /// <returns>False where it is not to be had.</returns>
    public static bool TryStart(SafeFileHandle file) => DirectFlag != 0 && TrySet(file, DirectFlag, true);

    /// <summary>Switches it off: writes may have any length again.</summary>
    public static void Stop(SafeFileHandle file) => TrySet(file, DirectFlag, false);

    static bool TrySet(SafeFileHandle file, int flag, bool isOn)
    {
        try
        {
            var flags = Fcntl(file, GetFlags, 0);
            return flags != -1 && Fcntl(file, SetFlags, isOn ? flags | flag : flags & ~flag) != -1;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Fcntl(SafeFileHandle file, int command, int argument);
}
