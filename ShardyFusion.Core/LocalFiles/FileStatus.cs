using System.Runtime.InteropServices;

namespace ShardyFusion.LocalFiles;

/// <summary>What a path leads to, at the end of all links.</summary>
enum FileType
{
    /// <summary>Nothing, or nothing that we may look at.</summary>
    None,
    /// <summary>A file with content of its own.</summary>
    Regular,
    Folder,
    /// <summary>A device, FIFO or socket: opening it may wait forever, and replacing it would take it from whoever uses it.</summary>
    Special,
}

/// <summary>What the system tells about a path without opening it, which is more than .NET passes on.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Mode">Permission bits with set-user, set-group and sticky; 0 where there are none.</param>
/// <param name="GroupId">The owning group; 0 where there is none.</param>
readonly partial record struct FileStatus(FileType Type, int Mode, uint GroupId)
{
    const int TypeMask = 0xF000, RegularType = 0x8000, FolderType = 0x4000;

    // statx: AT_FDCWD, STATX_TYPE | STATX_MODE | STATX_GID, and where its answer holds group and mode; the same on every Linux.
    const int CurrentFolder = -100;
    const uint WantedFields = 0x1 | 0x2 | 0x10;
    const int AnswerBytes = 256, GroupAt = 24, ModeAt = 28;

    /// <summary>Looks at a path; follows links.</summary>
    public static FileStatus Of(string path)
    {
        if (!OperatingSystem.IsLinux()) return new(Portable(path), 0, 0);
        Span<byte> answer = stackalloc byte[AnswerBytes];
        if (Statx(CurrentFolder, path, 0, WantedFields, ref MemoryMarshal.GetReference(answer)) != 0) return default;
        var mode = MemoryMarshal.Read<ushort>(answer[ModeAt..]);
        var type = (mode & TypeMask) switch { RegularType => FileType.Regular, FolderType => FileType.Folder, _ => FileType.Special };
        return new(type, mode & ~TypeMask, MemoryMarshal.Read<uint>(answer[GroupAt..]));
    }

    // Devices on macOS all lie below /dev; a FIFO elsewhere passes for a file.
    static FileType Portable(string path) => Directory.Exists(path) ? FileType.Folder : !File.Exists(path) ? FileType.None
        : !OperatingSystem.IsWindows() && path.StartsWith("/dev/", StringComparison.Ordinal) ? FileType.Special : FileType.Regular;

    /// <summary>True when this process may write to what is there.</summary>
    public static bool MayWrite(string path) => OperatingSystem.IsWindows() || Access(path, 2) == 0;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Statx(int folder, string path, int flags, uint wanted, ref byte answer);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Access(string path, int wish);
}
