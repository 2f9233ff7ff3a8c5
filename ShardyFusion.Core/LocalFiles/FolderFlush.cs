using System.Runtime.InteropServices;

namespace ShardyFusion.LocalFiles;

/// <summary>Makes the names in a folder durable, which flushing the files themselves does not do on Unix.</summary>
static partial class FolderFlush
{
    // O_RDONLY | O_CLOEXEC; the second flag's value differs, and .NET offers no handle to a folder.
    static readonly int OpenFlags = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    /// <summary>Flushes <paramref name="folder"/>'s entries to the disk. Windows journals renames and has no such call: nothing happens
    /// there.</summary>
    /// <exception cref="IOException">The folder could not be opened or flushed; the HResult is errno.</exception>
    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            return;
        var descriptor = Open(folder, OpenFlags);
        if (descriptor < 0)
            throw LastError(folder);
        try
        {
            if (Sync(descriptor) != 0)
            {
                // EINVAL (22): the file system has no such operation; nothing more can be done for durability there.
                if (Marshal.GetLastPInvokeError() != 22)
                    throw LastError(folder);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    static IOException LastError(string folder)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{Marshal.GetPInvokeErrorMessage(errno)} : '{folder}'", errno);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Close(int descriptor);
}
