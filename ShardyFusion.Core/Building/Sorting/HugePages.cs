using System.Runtime.InteropServices;

namespace ShardyFusion.Building.Sorting;

/// <summary>Asks Linux to back large arrays with huge pages: 512 times fewer page faults, and far fewer misses when rows are read in key
/// order.</summary>
/// <remarks>
/// Only a hint. Where it does not hold (another system, huge pages switched off, an array that the collector moves later) nothing but
/// the speed is different.
/// </remarks>
static partial class HugePages
{
    const int HugePageBytes = 2 << 20;
    const int AdviseHugePage = 14;

    static volatile bool isUnavailable = !OperatingSystem.IsLinux();

    /// <summary>Advises on an array that has just been allocated and not been touched.</summary>
    public static unsafe T[] Advise<T>(T[] array) where T : unmanaged
    {
        var bytes = (nuint)array.LongLength * (nuint)sizeof(T);
        if (isUnavailable || bytes < HugePageBytes) return array;
        fixed (T* start = array)
        {
            // Pages that the array shares with its neighbours are advised on too, so that arrays side by side form whole huge pages.
            var page = (nuint)Environment.SystemPageSize;
            var first = (nuint)start & ~(page - 1);
            var end = ((nuint)start + bytes + page - 1) & ~(page - 1);
            try
            {
                if (Madvise(first, end - first, AdviseHugePage) != 0) isUnavailable = true;
            }
            catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
            {
                isUnavailable = true;
            }
        }
        return array;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Madvise(nuint address, nuint length, int advice);
}
