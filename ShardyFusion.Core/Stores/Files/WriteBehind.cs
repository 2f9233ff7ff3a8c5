using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ShardyFusion.Stores.Files;

/// <summary>Starts writing a growing file's pages to the disk, so that the flush at its end does not have to wait for all of them.</summary>
/// <remarks>A hint, on Linux only: what it does not do, the flush does.</remarks>
static partial class WriteBehind
{
    /// <summary>Large enough for the disk to write at full speed, small enough that little is left at the end.</summary>
    public const int StepBytes = 8 << 20;

    const uint StartWriting = 2;

    static volatile bool isUnavailable = !OperatingSystem.IsLinux();

    /// <summary>Starts writing the pages of a range; returns at once.</summary>
    public static void Start(SafeFileHandle file, long offset, long lengthBytes)
    {
        if (isUnavailable) return;
        try
        {
            if (SyncFileRange(file, offset, lengthBytes, StartWriting) != 0) isUnavailable = true;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            isUnavailable = true;
        }
    }

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long bytes, uint flags);
}
